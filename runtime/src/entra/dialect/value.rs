//! Field values of the telemetry headers, typed where the code is known.

use std::fmt;

use crate::cache::CacheRefreshReason;
use crate::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use crate::token::TokenType;
use crate::wire::{ClientRequestId, FieldText, Scratch};

/// The value of one field of a telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::{TokenType, entra::FieldValue};
///
/// let value: FieldValue<'_> = TokenType::Pop.into();
/// assert_eq!(value.to_string(), "2");
/// assert_eq!(FieldValue::Blank.to_string(), "");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue<'a> {
    /// An empty field, where the dialect would write a default text.
    Blank,
    /// A number, including codes that this crate does not know.
    Number(u64),
    /// A flag, written as `1` or `0`.
    Flag(bool),
    /// The reason why the cache could not serve the token.
    CacheInfo(CacheRefreshReason),
    /// How the region was detected.
    RegionSource(RegionAutodetectionSource),
    /// How the region was detected, in the numbering of schemas 2 to 4.
    LegacyRegionSource(LegacyRegionSource),
    /// The outcome of a request for a regional endpoint.
    RegionOutcome(RegionOutcome),
    /// The authentication scheme of the token.
    TokenType(TokenType),
    /// The correlation id of an acquisition.
    RequestId(ClientRequestId),
    /// Any other text.
    Text(FieldText<'a>),
}

impl<'a> FieldValue<'a> {
    /// Returns a number if `text` is exactly how that number is written.
    pub(crate) fn number(text: &str) -> Option<Self> {
        let has_sign_or_zeros = text.len() > 1 && text.starts_with(['+', '0']);
        let number = text.parse().ok().filter(|_| !has_sign_or_zeros)?;
        Some(Self::Number(number))
    }

    /// Returns text that is already known to contain no delimiter.
    pub(crate) const fn trusted(text: &'a str) -> Self {
        Self::Text(FieldText::trusted(text))
    }

    pub(crate) fn write(&self, out: &mut Scratch) {
        match self {
            Self::Blank => {}
            Self::Number(number) => out.push_number(*number),
            Self::Flag(flag) => out.push_number((*flag).into()),
            Self::CacheInfo(reason) => out.push_number(reason.wire().into()),
            Self::RegionSource(source) => out.push_number(source.wire().into()),
            Self::LegacyRegionSource(source) => out.push_number(source.wire().into()),
            Self::RegionOutcome(outcome) => out.push_number(outcome.wire().into()),
            Self::TokenType(token_type) => out.push_number(token_type.wire().into()),
            Self::RequestId(id) => out.push_str(id.encode(&mut [0; ClientRequestId::LEN])),
            Self::Text(text) => out.push_str(text.as_str()),
        }
    }

    /// Converts to a value that borrows nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldValue, InvalidFieldText};
    ///
    /// fn region(text: &str) -> Result<Option<FieldValue<'static>>, InvalidFieldText> {
    ///     Ok(CurrentField::RegionUsed.parse(text)?.map(FieldValue::into_owned))
    /// }
    /// # assert!(region("westus").is_ok());
    /// ```
    #[must_use]
    pub fn into_owned(self) -> FieldValue<'static> {
        match self {
            Self::Blank => FieldValue::Blank,
            Self::Number(number) => FieldValue::Number(number),
            Self::Flag(flag) => FieldValue::Flag(flag),
            Self::CacheInfo(reason) => FieldValue::CacheInfo(reason),
            Self::RegionSource(source) => FieldValue::RegionSource(source),
            Self::LegacyRegionSource(source) => FieldValue::LegacyRegionSource(source),
            Self::RegionOutcome(outcome) => FieldValue::RegionOutcome(outcome),
            Self::TokenType(token_type) => FieldValue::TokenType(token_type),
            Self::RequestId(id) => FieldValue::RequestId(id),
            Self::Text(text) => FieldValue::Text(text.into_owned()),
        }
    }
}

impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Scratch::new();
        self.write(&mut out);
        f.pad(out.as_str())
    }
}

/// Implements `From` for the payload of each variant.
macro_rules! from_payload {
    ($( $payload:ty => $variant:ident, )+) => {
        $(
            impl From<$payload> for FieldValue<'_> {
                fn from(value: $payload) -> Self {
                    Self::$variant(value.into())
                }
            }
        )+
    };
}

from_payload! {
    u32 => Number,
    u64 => Number,
    bool => Flag,
    CacheRefreshReason => CacheInfo,
    RegionAutodetectionSource => RegionSource,
    LegacyRegionSource => LegacyRegionSource,
    RegionOutcome => RegionOutcome,
    TokenType => TokenType,
    ClientRequestId => RequestId,
}

impl<'a> From<FieldText<'a>> for FieldValue<'a> {
    fn from(text: FieldText<'a>) -> Self {
        Self::Text(text)
    }
}

//! Values of the fields of the telemetry headers, typed where a table has them.

use std::fmt;

use crate::cache::CacheRefreshReason;
use crate::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use crate::token::TokenType;
use crate::wire::{ClientRequestId, FieldText, Scratch};

/// Value of one field of a telemetry header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue<'a> {
    /// Nothing, where the dialect would write something of its own.
    Blank,
    /// A number, among them those that no table has.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// Why the cache did not suffice.
    CacheInfo(CacheRefreshReason),
    /// How the region was found.
    RegionSource(RegionAutodetectionSource),
    /// How the region was found, in the numbering of schemas 2 to 4.
    LegacyRegionSource(LegacyRegionSource),
    /// What came of asking for a region.
    RegionOutcome(RegionOutcome),
    /// Scheme of the token.
    TokenType(TokenType),
    /// Id of an acquisition.
    RequestId(ClientRequestId),
    /// Anything else.
    Text(FieldText<'a>),
}

impl<'a> FieldValue<'a> {
    /// A number, if the text is one and would be written the same.
    pub(crate) fn number(text: &str) -> Option<Self> {
        is_plain_number(text).then(|| text.parse().ok().map(Self::Number))?
    }

    /// Text that was made safe when it was noted.
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

    /// The value on its own, free of what it was borrowed from.
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

/// Each payload converts into its variant.
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

/// Digits without sign and leading zero: the one way in which a number is written.
pub(super) fn is_plain_number(text: &str) -> bool {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits && !text.is_empty() && (text.len() == 1 || !text.starts_with('0'))
}

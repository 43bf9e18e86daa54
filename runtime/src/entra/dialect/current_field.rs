//! The fields of `x-client-current-telemetry` across all dialects.

use super::value::FieldValue;
use crate::cache::CacheRefreshReason;
use crate::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use crate::token::TokenType;
use crate::wire::{FieldText, InvalidFieldText, Scratch};

/// The prefix of the broker error, the only field that includes its own name.
const BROKER_ERROR: &str = "broker_error=";

/// How the text of a field is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Number,
    Flag,
    CacheInfo,
    CacheRefresh,
    RegionSource,
    RegionOutcome,
    LegacyRegionSource,
    TokenType,
    BrokerError,
    Text,
}

/// Defines the fields, each with its name in the MSAL source code and its encoding.
macro_rules! current_fields {
    (
        $(#[$attribute:meta])*
        pub enum $fields:ident {
            $( $(#[$field_attribute:meta])* $field:ident = $name:literal as $encoding:ident, )+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $fields {
            $( $(#[$field_attribute])* $field, )+
            /// A value that the SDK records under this name.
            Named(&'static str),
        }

        impl $fields {
            /// Returns the name of the field, as used in the MSAL source code.
            ///
            /// # Examples
            ///
            /// ```
            /// use token_telemetry::entra::CurrentField;
            ///
            /// assert_eq!(CurrentField::RegionSource.name(), "region_autodetection");
            /// assert_eq!(CurrentField::Named("at_status").name(), "at_status");
            /// ```
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$field => $name, )+
                    Self::Named(name) => name,
                }
            }

            const fn encoding(self) -> Encoding {
                match self {
                    $( Self::$field => Encoding::$encoding, )+
                    Self::Named(_) => Encoding::Text,
                }
            }
        }
    };
}

current_fields! {
    /// A field of the current-telemetry header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(CurrentField::Api.name(), "api_id");
    /// # drop(current);
    /// ```
    pub enum CurrentField {
        /// The public function of the SDK that was called.
        Api = "api_id" as Number,
        /// Whether a refresh was forced.
        ForceRefresh = "force_refresh" as Flag,
        /// The reason why the cache could not serve the token.
        CacheInfo = "cache_info" as CacheInfo,
        /// The same reason, in the numbering of schema 3.
        CacheRefresh = "cache_refresh" as CacheRefresh,
        /// The region of the endpoint that was used.
        RegionUsed = "region_used" as Text,
        /// How the region was detected.
        RegionSource = "region_autodetection" as RegionSource,
        /// The outcome of a request for a regional endpoint.
        RegionOutcome = "region_outcome" as RegionOutcome,
        /// The detected region.
        RegionDetected = "region" as Text,
        /// How the region was detected, in the numbering of schemas 2 to 4.
        LegacyRegionSource = "region_source" as LegacyRegionSource,
        /// The region that the caller configured.
        UserRegion = "user_provided_region" as Text,
        /// Whether the caller's region matches the detected one.
        UserRegionValid = "is_valid_user_region" as Flag,
        /// Whether the request fell back to the global endpoint.
        RegionFallback = "fallback_to_global" as Flag,
        /// Whether the cache is serialized to a store outside the process.
        CacheSerialized = "is_cache_serialized" as Flag,
        /// Whether the legacy ADAL cache format is enabled.
        LegacyCache = "is_legacy_cache_enabled" as Flag,
        /// The authentication scheme of the token.
        TokenType = "token_type" as TokenType,
        /// The id of the SDK that calls the acquiring SDK.
        CallerSdkId = "caller_sdk_id" as Text,
        /// The version of the SDK that calls the acquiring SDK.
        CallerSdkVersion = "caller_sdk_version" as Text,
        /// Whether the platform manages the client certificate.
        ManagedCertificate = "is_managed_cert_used" as Flag,
        /// The name of the library that wraps the SDK.
        WrapperSku = "wrapper_sku" as Text,
        /// The version of the library that wraps the SDK.
        WrapperVersion = "wrapper_version" as Text,
        /// The error code that a broker returned.
        BrokerError = "broker_error" as BrokerError,
    }
}

impl CurrentField {
    /// Parses the text of this field; returns `None` if it is empty.
    ///
    /// Unknown codes become [`FieldValue::Number`], anything else becomes [`FieldValue::Text`].
    ///
    /// # Errors
    ///
    /// Returns an error if the text contains a delimiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{CacheRefreshReason, entra::{CurrentField, FieldValue}};
    ///
    /// let expired = CurrentField::CacheInfo.parse("3")?;
    /// assert_eq!(expired, Some(FieldValue::CacheInfo(CacheRefreshReason::Expired)));
    /// assert_eq!(CurrentField::CacheInfo.parse("9")?, Some(FieldValue::Number(9)));
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    pub fn parse(self, text: &str) -> Result<Option<FieldValue<'_>>, InvalidFieldText> {
        let checked = FieldText::new(text)?;
        Ok((!text.is_empty()).then(|| self.decode(text).unwrap_or(FieldValue::Text(checked))))
    }

    /// Decodes the text, or returns `None` if it has no typed value.
    fn decode(self, text: &str) -> Option<FieldValue<'_>> {
        let encoding = self.encoding();
        if encoding == Encoding::Text {
            return None;
        }
        if encoding == Encoding::BrokerError {
            return text.strip_prefix(BROKER_ERROR).map(FieldValue::trusted);
        }
        let number = FieldValue::number(text)?;
        let code = text.parse().ok();
        Some(code.and_then(|code| encoding.known(code)).unwrap_or(number))
    }

    /// Writes a value in the encoding of this field.
    pub(crate) fn write(self, value: &FieldValue<'_>, out: &mut Scratch) {
        match (self.encoding(), value) {
            (Encoding::CacheRefresh, FieldValue::CacheInfo(reason)) => {
                if let Some(code) = in_schema_3(*reason) {
                    out.push_number(code.into());
                }
            }
            (Encoding::BrokerError, FieldValue::Text(code)) => {
                out.push_str(BROKER_ERROR);
                out.push_str(code.as_str());
            }
            (_, value) => value.write(out),
        }
    }

    /// Returns whether a library could have written this text, allowing for unknown codes.
    pub(crate) fn could_be(self, text: &str) -> bool {
        text.is_empty()
            || match self.decode(text) {
                None => self.encoding() == Encoding::Text,
                Some(FieldValue::Number(_)) => self.encoding() != Encoding::Flag,
                Some(_) => true,
            }
    }
}

impl Encoding {
    /// Returns the value with this code, if the code is known.
    fn known(self, code: u8) -> Option<FieldValue<'static>> {
        match self {
            Self::Flag => (code < 2).then_some(FieldValue::Flag(code == 1)),
            Self::CacheInfo => CacheRefreshReason::from_wire(code).map(Into::into),
            Self::CacheRefresh => from_schema_3(code).map(Into::into),
            Self::RegionSource => RegionAutodetectionSource::from_wire(code).map(Into::into),
            Self::RegionOutcome => RegionOutcome::from_wire(code).map(Into::into),
            Self::LegacyRegionSource => LegacyRegionSource::from_wire(code).map(Into::into),
            Self::TokenType => TokenType::from_wire(code).map(Into::into),
            Self::Number | Self::BrokerError | Self::Text => None,
        }
    }
}

/// Returns the code of a reason in schema 3, which has none for an unused cache.
const fn in_schema_3(reason: CacheRefreshReason) -> Option<u8> {
    match reason {
        CacheRefreshReason::NoCachedAccessToken => Some(0),
        CacheRefreshReason::Expired => Some(1),
        CacheRefreshReason::ProactivelyRefreshed => Some(2),
        CacheRefreshReason::ForceRefreshOrClaims => Some(3),
        CacheRefreshReason::NotApplicable | CacheRefreshReason::CacheDisabled => None,
    }
}

fn from_schema_3(code: u8) -> Option<CacheRefreshReason> {
    let has_it = |reason: &&CacheRefreshReason| in_schema_3(**reason) == Some(code);
    CacheRefreshReason::ALL.iter().find(has_it).copied()
}

/// A slot for one field in the current-telemetry header.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, FieldSpec};
///
/// const PLATFORM: &[FieldSpec] = &[
///     FieldSpec::new(CurrentField::TokenType).default_text("1"),
///     FieldSpec::new(CurrentField::BrokerError).optional(),
/// ];
/// let dialect = Dialect::custom("contoso").platform(PLATFORM).build()?;
/// assert_eq!(CurrentTelemetry::new().render(&dialect), "5|,0,,,|1");
/// # Ok::<(), token_telemetry::entra::InvalidDialect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    pub(crate) field: CurrentField,
    pub(crate) default_text: &'static str,
    pub(crate) optional: bool,
}

impl FieldSpec {
    /// Creates a slot that stays empty while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const REGION: FieldSpec = FieldSpec::new(CurrentField::RegionUsed);
    /// assert_eq!(REGION.field(), CurrentField::RegionUsed);
    /// ```
    #[must_use]
    pub const fn new(field: CurrentField) -> Self {
        Self {
            field,
            default_text: "",
            optional: false,
        }
    }

    /// Writes this text while the field is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const CACHE_INFO: FieldSpec = FieldSpec::new(CurrentField::CacheInfo).default_text("0");
    /// # assert_eq!(CACHE_INFO.field(), CurrentField::CacheInfo);
    /// ```
    #[must_use]
    pub const fn default_text(mut self, text: &'static str) -> Self {
        self.default_text = text;
        self
    }

    /// Omits the slot and its delimiter while the field is unknown.
    ///
    /// A reader finds out from the text whether the slot is there. So the texts of the field must differ
    /// from those of the slot after it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec};
    ///
    /// const BROKER_ERROR: FieldSpec = FieldSpec::new(CurrentField::BrokerError).optional();
    /// assert!(BROKER_ERROR.is_optional());
    /// ```
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Returns the field in this slot.
    #[must_use]
    pub const fn field(&self) -> CurrentField {
        self.field
    }

    /// Returns whether the slot is omitted while the field is unknown.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// Parses the text in this slot; returns `None` if the field is unknown.
    ///
    /// # Errors
    ///
    /// Returns an error if the text contains a delimiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, FieldSpec, FieldValue};
    ///
    /// let legacy_cache = FieldSpec::new(CurrentField::LegacyCache);
    /// assert_eq!(legacy_cache.parse("1")?, Some(FieldValue::Flag(true)));
    /// assert_eq!(legacy_cache.parse("")?, None);
    /// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
    /// ```
    pub fn parse<'a>(&self, text: &'a str) -> Result<Option<FieldValue<'a>>, InvalidFieldText> {
        Ok(self.field.parse(text)?.or_else(|| self.blank()))
    }

    /// Returns the value of an empty slot, for which a default text would be written.
    pub(crate) fn blank(&self) -> Option<FieldValue<'static>> {
        (!self.default_text.is_empty()).then_some(FieldValue::Blank)
    }
}

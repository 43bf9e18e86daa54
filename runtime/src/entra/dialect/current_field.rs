//! The fields of `x-client-current-telemetry` across all dialects.

use super::value::{FieldValue, is_plain_number};
use crate::cache::CacheRefreshReason;
use crate::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use crate::token::TokenType;
use crate::wire::{FieldText, InvalidFieldText, Scratch};

/// The prefix of the broker error, the only field that includes its own name.
const BROKER_ERROR: &str = "broker_error=";

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CurrentField {
    /// The public function of the SDK that was called.
    Api,
    /// Whether a refresh was forced.
    ForceRefresh,
    /// The reason why the cache could not serve the token.
    CacheInfo,
    /// The same reason, in the numbering of schema 3.
    CacheRefresh,
    /// The region of the endpoint that was used.
    RegionUsed,
    /// How the region was detected.
    RegionSource,
    /// The outcome of a request for a regional endpoint.
    RegionOutcome,
    /// The detected region.
    RegionDetected,
    /// How the region was detected, in the numbering of schemas 2 to 4.
    LegacyRegionSource,
    /// The region that the caller configured.
    UserRegion,
    /// Whether the caller's region matches the detected one.
    UserRegionValid,
    /// Whether the request fell back to the global endpoint.
    RegionFallback,
    /// Whether the cache is serialized to a store outside the process.
    CacheSerialized,
    /// Whether the legacy ADAL cache format is enabled.
    LegacyCache,
    /// The authentication scheme of the token.
    TokenType,
    /// The id of the SDK that calls the acquiring SDK.
    CallerSdkId,
    /// The version of the SDK that calls the acquiring SDK.
    CallerSdkVersion,
    /// Whether the platform manages the client certificate.
    ManagedCertificate,
    /// The name of the library that wraps the SDK.
    WrapperSku,
    /// The version of the library that wraps the SDK.
    WrapperVersion,
    /// The error code that a broker returned.
    BrokerError,
    /// A value that the SDK records under this name.
    Named(&'static str),
}

/// How the text of a field is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
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

impl CurrentField {
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
            Self::Api => "api_id",
            Self::ForceRefresh => "force_refresh",
            Self::CacheInfo => "cache_info",
            Self::CacheRefresh => "cache_refresh",
            Self::RegionUsed => "region_used",
            Self::RegionSource => "region_autodetection",
            Self::RegionOutcome => "region_outcome",
            Self::RegionDetected => "region",
            Self::LegacyRegionSource => "region_source",
            Self::UserRegion => "user_provided_region",
            Self::UserRegionValid => "is_valid_user_region",
            Self::RegionFallback => "fallback_to_global",
            Self::CacheSerialized => "is_cache_serialized",
            Self::LegacyCache => "is_legacy_cache_enabled",
            Self::TokenType => "token_type",
            Self::CallerSdkId => "caller_sdk_id",
            Self::CallerSdkVersion => "caller_sdk_version",
            Self::ManagedCertificate => "is_managed_cert_used",
            Self::WrapperSku => "wrapper_sku",
            Self::WrapperVersion => "wrapper_version",
            Self::BrokerError => "broker_error",
            Self::Named(name) => name,
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Api => Kind::Number,
            Self::ForceRefresh
            | Self::UserRegionValid
            | Self::RegionFallback
            | Self::CacheSerialized
            | Self::LegacyCache
            | Self::ManagedCertificate => Kind::Flag,
            Self::CacheInfo => Kind::CacheInfo,
            Self::CacheRefresh => Kind::CacheRefresh,
            Self::RegionSource => Kind::RegionSource,
            Self::RegionOutcome => Kind::RegionOutcome,
            Self::LegacyRegionSource => Kind::LegacyRegionSource,
            Self::TokenType => Kind::TokenType,
            Self::BrokerError => Kind::BrokerError,
            Self::RegionUsed
            | Self::RegionDetected
            | Self::UserRegion
            | Self::CallerSdkId
            | Self::CallerSdkVersion
            | Self::WrapperSku
            | Self::WrapperVersion
            | Self::Named(_) => Kind::Text,
        }
    }

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
        let code = || text.parse::<u8>().ok();
        let typed = match self.kind() {
            Kind::Text => return None,
            Kind::BrokerError => {
                let code = text.strip_prefix(BROKER_ERROR)?;
                return Some(FieldValue::Text(FieldText::trusted(code)));
            }
            Kind::Number => None,
            Kind::Flag => code()
                .filter(|code| *code < 2)
                .map(|code| FieldValue::Flag(code == 1)),
            Kind::CacheInfo => code()
                .and_then(CacheRefreshReason::from_wire)
                .map(FieldValue::CacheInfo),
            Kind::CacheRefresh => code().and_then(from_schema_3).map(FieldValue::CacheInfo),
            Kind::RegionSource => code()
                .and_then(RegionAutodetectionSource::from_wire)
                .map(FieldValue::RegionSource),
            Kind::RegionOutcome => code()
                .and_then(RegionOutcome::from_wire)
                .map(FieldValue::RegionOutcome),
            Kind::LegacyRegionSource => code()
                .and_then(LegacyRegionSource::from_wire)
                .map(FieldValue::LegacyRegionSource),
            Kind::TokenType => code()
                .and_then(TokenType::from_wire)
                .map(FieldValue::TokenType),
        };
        typed
            .filter(|_| is_plain_number(text))
            .or_else(|| FieldValue::number(text))
    }

    /// Writes a value in the encoding of this field.
    pub(crate) fn write(self, value: &FieldValue<'_>, out: &mut Scratch) {
        match (self.kind(), value) {
            (Kind::CacheRefresh, FieldValue::CacheInfo(reason)) => {
                if let Some(code) = in_schema_3(*reason) {
                    out.push_number(code.into());
                }
            }
            (Kind::BrokerError, FieldValue::Text(code)) => {
                out.push_str(BROKER_ERROR);
                out.push_str(code.as_str());
            }
            (_, value) => value.write(out),
        }
    }

    /// Returns whether a library could have written this text, allowing for unknown codes.
    pub(crate) fn could_be(self, text: &str) -> bool {
        text.is_empty()
            || match self.kind() {
                Kind::Text => true,
                Kind::Flag => matches!(text, "0" | "1"),
                Kind::BrokerError => text.starts_with(BROKER_ERROR),
                Kind::Number
                | Kind::CacheInfo
                | Kind::CacheRefresh
                | Kind::RegionSource
                | Kind::RegionOutcome
                | Kind::LegacyRegionSource
                | Kind::TokenType => is_plain_number(text),
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

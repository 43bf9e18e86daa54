//! The fields of `x-client-current-telemetry` that any dialect knows.

use super::value::{FieldValue, is_plain_number};
use crate::cache::CacheRefreshReason;
use crate::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use crate::token::TokenType;
use crate::wire::{FieldText, InvalidFieldText, Scratch};

/// Word in front of the broker's error, the only field that names itself.
const BROKER_ERROR: &str = "broker_error=";

/// One field of the current-telemetry header; a dialect is a list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CurrentField {
    /// Function of the SDK that was called.
    Api,
    /// Whether a refresh was forced.
    ForceRefresh,
    /// Why the cache did not suffice.
    CacheInfo,
    /// Why the cache did not suffice, in the numbering of schema 3.
    CacheRefresh,
    /// Regional endpoint that was used.
    RegionUsed,
    /// How the region was found.
    RegionSource,
    /// What came of asking for a region.
    RegionOutcome,
    /// Region that detection found.
    RegionDetected,
    /// How the region was found, in the numbering of schemas 2 to 4.
    LegacyRegionSource,
    /// Region that the caller named.
    UserRegion,
    /// Whether the region that the caller named is the detected one.
    UserRegionValid,
    /// Whether the global endpoint was used in the end.
    RegionFallback,
    /// Whether the cache is written to a store outside the process.
    CacheSerialized,
    /// Whether the cache also serves the older ADAL format.
    LegacyCache,
    /// Scheme of the token.
    TokenType,
    /// Id of the SDK on whose behalf the acquiring SDK works.
    CallerSdkId,
    /// Version of the SDK on whose behalf the acquiring SDK works.
    CallerSdkVersion,
    /// Whether the client certificate is managed by the platform.
    ManagedCertificate,
    /// Name of the library that wraps the SDK.
    WrapperSku,
    /// Version of the library that wraps the SDK.
    WrapperVersion,
    /// Code of an error that a broker reported.
    BrokerError,
    /// A value that the SDK notes under this name.
    Named(&'static str),
}

/// What the text of a field stands for.
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
    /// Name of the field, in the words of the header's own comments.
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

    /// Value that the text of this field stands for; absent if the text is empty.
    ///
    /// A number that no table has stays a number, anything else stays text.
    ///
    /// # Errors
    ///
    /// When the text holds a delimiter.
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
        Ok((!text.is_empty()).then(|| self.value(text).unwrap_or(FieldValue::Text(checked))))
    }

    /// Value of a text in the tables of this field; none if the text is free.
    fn value(self, text: &str) -> Option<FieldValue<'_>> {
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
            Kind::CacheRefresh => code().and_then(of_schema_3).map(FieldValue::CacheInfo),
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

    /// Writes a value as this field spells it.
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

    /// Whether a library could have written this text here, with codes that we do not know yet.
    pub(super) fn could_be(self, text: &str) -> bool {
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

/// Schema 3 numbered the reasons in its own way, and had none for "not consulted".
const fn in_schema_3(reason: CacheRefreshReason) -> Option<u8> {
    match reason {
        CacheRefreshReason::NoCachedAccessToken => Some(0),
        CacheRefreshReason::Expired => Some(1),
        CacheRefreshReason::ProactivelyRefreshed => Some(2),
        CacheRefreshReason::ForceRefreshOrClaims => Some(3),
        CacheRefreshReason::NotApplicable | CacheRefreshReason::CacheDisabled => None,
    }
}

fn of_schema_3(code: u8) -> Option<CacheRefreshReason> {
    let has_it = |reason: &&CacheRefreshReason| in_schema_3(**reason) == Some(code);
    CacheRefreshReason::ALL.iter().find(has_it).copied()
}

//! Builds the value of every attribute, in the spelling of its set.

use std::sync::Arc;

use opentelemetry::{InstrumentationScope, KeyValue, StringValue, Value};

use super::catalog::{self, Attribute, EMPTY, Metric};
use super::interner::Symbol;
use super::series_key::{Interners, SeriesKey};
use crate::acquisition::Outcome;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::client::ClientInfo;

/// Value for texts beyond the limit in the MSAL set, and for such API names in both sets.
///
/// A static rather than a constant, because API names are compared by address.
pub(super) static OTHER: &str = "other";

/// The same value in the second set; the semantic conventions prescribe this word.
const OTHER_ERROR: &str = "_OTHER";

/// The code that MSAL.NET reports for a cancelled call: the name of the exception type.
const MSAL_NET_CANCELLED: &str = "TaskCanceledException";

/// Builds attributes from a [`SeriesKey`].
#[derive(Debug)]
pub(super) struct AttributeBuilder {
    pub(super) interners: Interners,
    pub(super) msal_net: bool,
    client: ClientAttributes,
}

/// The attributes that identify the SDK.
#[derive(Debug)]
struct ClientAttributes {
    version: Arc<str>,
    platform: Arc<str>,
    version_and_platform: Arc<str>,
    has_name: bool,
}

impl AttributeBuilder {
    pub(super) fn new(client: &ClientInfo, msal_net: bool) -> Self {
        let version = client.version().unwrap_or(catalog::UNKNOWN);
        let platform = client.sku().unwrap_or(catalog::UNKNOWN);
        Self {
            interners: Interners::new(),
            msal_net,
            client: ClientAttributes {
                version: version.into(),
                platform: platform.into(),
                version_and_platform: format!("{version},{platform}").into(),
                has_name: client.sku().is_some(),
            },
        }
    }

    /// Returns all attributes of one metric, in its order.
    pub(super) fn attributes(&self, metric: &Metric, key: &SeriesKey) -> Vec<KeyValue> {
        let key_value = |attribute: &Attribute| {
            let value = self.value(*attribute, key)?;
            Some(KeyValue::new(attribute.key(), value))
        };
        metric.attributes.iter().filter_map(key_value).collect()
    }

    /// Returns the scope of the second set, which carries the SDK's name instead of every point.
    pub(super) fn scope(&self) -> InstrumentationScope {
        let scope = InstrumentationScope::builder(catalog::METER)
            .with_version(env!("CARGO_PKG_VERSION"))
            .with_schema_url(catalog::SCHEMA_URL);
        if !self.client.has_name {
            return scope.build();
        }
        let client = [
            KeyValue::new(
                "token_telemetry.sdk.name",
                Arc::clone(&self.client.platform),
            ),
            KeyValue::new(
                "token_telemetry.sdk.version",
                Arc::clone(&self.client.version),
            ),
        ];
        scope.with_attributes(client).build()
    }

    /// Returns the value of an attribute, or `None` if it is omitted.
    fn value(&self, attribute: Attribute, key: &SeriesKey) -> Option<Value> {
        let ok = key.is_ok();
        let value = match attribute {
            Attribute::MsalVersion => Arc::clone(&self.client.version).into(),
            Attribute::Platform => Arc::clone(&self.client.platform).into(),
            Attribute::MsalVersionPlatform => Arc::clone(&self.client.version_and_platform).into(),
            Attribute::ApiId | Attribute::ApiName => key.api.into(),
            Attribute::CallerSdkId => self.caller(key).into(),
            Attribute::TokenSource => key.source.map_or(EMPTY, TokenSource::name).into(),
            Attribute::CacheRefreshReason => key.reason.name().into(),
            Attribute::CacheLevel if ok => key.level.name().into(),
            Attribute::CacheLevel => EMPTY.into(),
            Attribute::TokenType => i64::from(key.token_type.wire()).into(),
            Attribute::ErrorCode => self.code(key).into(),
            Attribute::RawStsErrorCode => return self.sts_code(key),
            Attribute::Succeeded => ok.into(),
            Attribute::HttpStatusCode if ok => 200_i64.into(),
            Attribute::Source => source(key.source?).into(),
            Attribute::Level => level(key.level)?.into(),
            Attribute::Reason => reason(key.reason)?.into(),
            Attribute::HttpStatusCode => i64::from(key.status.unwrap_or_default()).into(),
            Attribute::Status => i64::from(key.status?).into(),
            Attribute::ErrorType => self.error_type(key)?.into(),
        };
        Some(value)
    }

    fn caller(&self, key: &SeriesKey) -> StringValue {
        match self.interners.callers.resolve(key.caller) {
            Some(caller) => caller.into(),
            None if key.caller == Symbol::OTHER => OTHER.into(),
            // The comma that would separate id and version.
            None if self.msal_net => ",".into(),
            None => EMPTY.into(),
        }
    }

    /// Returns the error code of the MSAL set, which is empty on success.
    fn code(&self, key: &SeriesKey) -> StringValue {
        match key.outcome {
            Outcome::Ok | Outcome::Pending => EMPTY.into(),
            Outcome::Cancelled if self.msal_net => MSAL_NET_CANCELLED.into(),
            Outcome::Cancelled => Outcome::CANCELLED_CODE.into(),
            Outcome::Panicked => Outcome::PANICKED_CODE.into(),
            Outcome::Error => match self.interners.codes.resolve(key.code) {
                Some(code) => code.into(),
                None if key.code == Symbol::OTHER => OTHER.into(),
                None => EMPTY.into(),
            },
        }
    }

    fn sts_code(&self, key: &SeriesKey) -> Option<Value> {
        match self.interners.sts_codes.resolve(key.sts_code) {
            Some(code) => Some(code.into()),
            None if key.sts_code == Symbol::OTHER => Some(OTHER.into()),
            None if self.msal_net => None,
            None => Some(EMPTY.into()),
        }
    }

    /// Returns `error.type`, which every failure has and no success.
    fn error_type(&self, key: &SeriesKey) -> Option<StringValue> {
        Some(match key.outcome {
            Outcome::Ok | Outcome::Pending => return None,
            Outcome::Cancelled => Outcome::CANCELLED_CODE.into(),
            Outcome::Panicked => Outcome::PANICKED_CODE.into(),
            Outcome::Error => match self.interners.codes.resolve(key.code) {
                Some(code) => code.into(),
                None => OTHER_ERROR.into(),
            },
        })
    }
}

const fn source(source: TokenSource) -> &'static str {
    match source {
        TokenSource::IdentityProvider => "identity_provider",
        TokenSource::Cache => "cache",
        TokenSource::Broker => "broker",
    }
}

const fn level(level: CacheLevel) -> Option<&'static str> {
    match level {
        CacheLevel::None => None,
        CacheLevel::Unknown => Some("unknown"),
        CacheLevel::L1Cache => Some("l1"),
        CacheLevel::L2Cache => Some("l2"),
    }
}

const fn reason(reason: CacheRefreshReason) -> Option<&'static str> {
    match reason {
        CacheRefreshReason::NotApplicable => None,
        CacheRefreshReason::ForceRefreshOrClaims => Some("force_refresh_or_claims"),
        CacheRefreshReason::NoCachedAccessToken => Some("no_cached_access_token"),
        CacheRefreshReason::Expired => Some("expired"),
        CacheRefreshReason::ProactivelyRefreshed => Some("proactively_refreshed"),
        CacheRefreshReason::CacheDisabled => Some("cache_disabled"),
    }
}

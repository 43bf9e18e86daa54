//! The value of every attribute, in the spelling of its set.

use std::sync::Arc;

use opentelemetry::{InstrumentationScope, KeyValue, StringValue, Value};

use super::catalog::{self, Attribute, EMPTY, Metric};
use super::dictionary::Text;
use super::facets::{Facets, Names};
use crate::acquisition::{CANCELLED_CODE, Outcome, PANICKED_CODE};
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::client::ClientInfo;

/// Bucket of the texts for which there is no room, in the MSAL set, and of APIs in both.
///
/// Not a constant, because names of APIs are compared by their address.
pub(super) static OTHER: &str = "other";

/// The same bucket in the second set; the conventions fix this word.
const OTHER_ERROR: &str = "_OTHER";

/// What MSAL.NET reports for a cancelled call: the name of the exception's type.
const MSAL_NET_CANCELLED: &str = "TaskCanceledException";

/// Turns facets into attributes.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) names: Names,
    pub(super) msal_net: bool,
    client: Client,
}

/// The attributes that say which SDK reports.
#[derive(Debug)]
struct Client {
    version: Arc<str>,
    platform: Arc<str>,
    both: Arc<str>,
    named: bool,
}

impl Values {
    pub(super) fn new(client: &ClientInfo, msal_net: bool) -> Self {
        let version = client.version().unwrap_or(catalog::UNKNOWN);
        let platform = client.sku().unwrap_or(catalog::UNKNOWN);
        Self {
            names: Names::new(),
            msal_net,
            client: Client {
                version: version.into(),
                platform: platform.into(),
                both: format!("{version},{platform}").into(),
                named: client.sku().is_some(),
            },
        }
    }

    /// All attributes of one metric, in its order.
    pub(super) fn attributes(&self, metric: &Metric, facets: &Facets) -> Vec<KeyValue> {
        let present = |attribute: &Attribute| {
            let value = self.value(*attribute, facets)?;
            Some(KeyValue::new(attribute.key(), value))
        };
        metric.attributes.iter().filter_map(present).collect()
    }

    /// Scope of the second set; the SDK stands here, since the attributes have no room for it.
    pub(super) fn scope(&self) -> InstrumentationScope {
        let scope = InstrumentationScope::builder(catalog::METER)
            .with_version(env!("CARGO_PKG_VERSION"))
            .with_schema_url(catalog::SCHEMA_URL);
        if !self.client.named {
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

    /// None where the attribute is left out.
    fn value(&self, attribute: Attribute, facets: &Facets) -> Option<Value> {
        let ok = facets.is_ok();
        let value = match attribute {
            Attribute::MsalVersion => Arc::clone(&self.client.version).into(),
            Attribute::Platform => Arc::clone(&self.client.platform).into(),
            Attribute::MsalVersionPlatform => Arc::clone(&self.client.both).into(),
            Attribute::ApiId | Attribute::ApiName => facets.api.into(),
            Attribute::CallerSdkId => self.caller(facets).into(),
            Attribute::TokenSource => facets.source.map_or(EMPTY, TokenSource::name).into(),
            Attribute::CacheRefreshReason => facets.reason.name().into(),
            Attribute::CacheLevel if ok => facets.level.name().into(),
            Attribute::CacheLevel => EMPTY.into(),
            Attribute::TokenType => i64::from(facets.token_type.wire()).into(),
            Attribute::ErrorCode => self.code(facets).into(),
            Attribute::RawStsErrorCode => return self.sts_code(facets),
            Attribute::Succeeded => ok.into(),
            Attribute::HttpStatusCode if ok => 200_i64.into(),
            Attribute::Source => source(facets.source?).into(),
            Attribute::Level => level(facets.level)?.into(),
            Attribute::Reason => reason(facets.reason)?.into(),
            Attribute::Status if facets.status == 0 => return None,
            Attribute::HttpStatusCode | Attribute::Status => i64::from(facets.status).into(),
            Attribute::ErrorType => self.error_type(facets)?.into(),
        };
        Some(value)
    }

    fn caller(&self, facets: &Facets) -> StringValue {
        match self.names.callers.text(facets.caller) {
            Some(caller) => caller.into(),
            None if facets.caller == Text::OTHER => OTHER.into(),
            // The comma of a version that nobody gave.
            None if self.msal_net => ",".into(),
            None => EMPTY.into(),
        }
    }

    /// Error code of the MSAL set, empty on success.
    fn code(&self, facets: &Facets) -> StringValue {
        match facets.outcome {
            Outcome::Ok | Outcome::Pending => EMPTY.into(),
            Outcome::Cancelled if self.msal_net => MSAL_NET_CANCELLED.into(),
            Outcome::Cancelled => CANCELLED_CODE.into(),
            Outcome::Panicked => PANICKED_CODE.into(),
            Outcome::Error => match self.names.codes.text(facets.code) {
                Some(code) => code.into(),
                None if facets.code == Text::OTHER => OTHER.into(),
                None => EMPTY.into(),
            },
        }
    }

    fn sts_code(&self, facets: &Facets) -> Option<Value> {
        match self.names.sts_codes.text(facets.sts_code) {
            Some(code) => Some(code.into()),
            None if facets.sts_code == Text::OTHER => Some(OTHER.into()),
            None if self.msal_net => None,
            None => Some(EMPTY.into()),
        }
    }

    /// `error.type`: absent on success, and never without a value on failure.
    fn error_type(&self, facets: &Facets) -> Option<StringValue> {
        Some(match facets.outcome {
            Outcome::Ok | Outcome::Pending => return None,
            Outcome::Cancelled => CANCELLED_CODE.into(),
            Outcome::Panicked => PANICKED_CODE.into(),
            Outcome::Error => match self.names.codes.text(facets.code) {
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

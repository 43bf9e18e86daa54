//! Every attribute: its key, and how its value follows from a series.

use std::sync::Arc;

use opentelemetry::{KeyValue, StringValue, Value};

use super::interner::{Interner, Symbol};
use super::msal_net::MsalNetRelease;
use super::series_key::{Interners, SeriesKey};
use crate::acquisition::Outcome;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::client::ClientInfo;
use crate::error::ErrorKind;

/// Value of a client attribute that the SDK did not set.
const UNKNOWN: &str = "unknown";

/// Value of a string attribute that is not known.
// A slice of real bytes: hashing the literal `""` compares through a dangling pointer, which
// costs 150 ns per lookup on some processors.
const EMPTY: &str = UNKNOWN.split_at(0).0;

/// Value for texts beyond the limit in the MSAL set, and for such API names in both sets.
///
/// A static rather than a constant, because API names are compared by address.
pub(super) static OTHER: &str = "other";

/// The same value in the second set; the semantic conventions prescribe this word.
pub(super) const OTHER_ERROR: &str = "_OTHER";

/// The code that MSAL.NET reports for a cancelled call: the name of the exception type.
const MSAL_NET_CANCELLED: &str = "TaskCanceledException";

/// An attribute of a metric; the two sets share some values but not their keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    pub(super) key: &'static str,
    /// Returns the value, or `None` if the attribute is omitted.
    value: fn(&AttributeBuilder, &SeriesKey) -> Option<Value>,
}

impl Attribute {
    const fn new(
        key: &'static str,
        value: fn(&AttributeBuilder, &SeriesKey) -> Option<Value>,
    ) -> Self {
        Self { key, value }
    }
}

/// Attributes that only events have, whose values do not follow from a series.
impl Attribute {
    const fn of_event(key: &'static str) -> Self {
        Self::new(key, |_, _| None)
    }
}

/// The attributes of the MSAL set.
impl Attribute {
    pub(super) const MSAL_VERSION: Self = Self::new("MsalVersion", |builder, _| {
        Some(Arc::clone(&builder.client.version).into())
    });
    pub(super) const PLATFORM: Self = Self::new("Platform", |builder, _| {
        Some(Arc::clone(&builder.client.platform).into())
    });
    pub(super) const MSAL_VERSION_PLATFORM: Self =
        Self::new("MsalVersionPlatform", |builder, _| {
            Some(Arc::clone(&builder.client.version_and_platform).into())
        });
    pub(super) const API_ID: Self = Self::new("ApiId", |_, series| Some(series.api.into()));
    pub(super) const CALLER_SDK_ID: Self = Self::new("CallerSdkId", |builder, series| {
        // In MSAL.NET, the comma that would separate id and version.
        let absent = if builder.msal_net.is_some() {
            ","
        } else {
            EMPTY
        };
        let callers = &builder.interners.callers;
        let caller = text(callers, series.caller, OTHER);
        Some(caller.unwrap_or_else(|| absent.into()).into())
    });
    pub(super) const TOKEN_SOURCE: Self = Self::new("TokenSource", |_, series| {
        Some(series.source.map_or(EMPTY, TokenSource::name).into())
    });
    pub(super) const CACHE_REFRESH_REASON: Self = Self::new("CacheRefreshReason", |_, series| {
        Some(series.reason.name().into())
    });
    pub(super) const CACHE_LEVEL: Self = Self::new("CacheLevel", |_, series| {
        let level = series.level.name();
        Some(if series.is_ok() { level } else { EMPTY }.into())
    });
    pub(super) const TOKEN_TYPE: Self = Self::new("TokenType", |_, series| {
        Some(i64::from(series.token_type.wire()).into())
    });
    pub(super) const ERROR_CODE: Self = Self::new("ErrorCode", |builder, series| {
        if builder.msal_net.is_some() && series.outcome == Outcome::Cancelled {
            return Some(MSAL_NET_CANCELLED.into());
        }
        let code = builder.error(series, OTHER);
        Some(code.unwrap_or_else(|| EMPTY.into()).into())
    });
    pub(super) const RAW_STS_ERROR_CODE: Self = Self::new("RawStsErrorCode", |builder, series| {
        let omitted = builder.msal_net == Some(MsalNetRelease::V4_84);
        let absent = (!omitted).then(|| EMPTY.into());
        let code = text(&builder.interners.sts_codes, series.sts_code, OTHER);
        code.or(absent).map(Value::String)
    });
    pub(super) const SUCCEEDED: Self =
        Self::new("Succeeded", |_, series| Some(series.is_ok().into()));
    pub(super) const HTTP_STATUS_CODE: Self = Self::new("HttpStatusCode", |_, series| {
        let status = series.status.unwrap_or_default();
        Some(i64::from(if series.is_ok() { 200 } else { status }).into())
    });
}

/// The attributes of the second set.
impl Attribute {
    pub(super) const API_NAME: Self = Self::new("token_telemetry.api.name", |_, series| {
        Some(series.api.into())
    });
    pub(super) const SOURCE: Self = Self::new("token_telemetry.token.source", |_, series| {
        if series.outcome == Outcome::NoToken {
            return Some("none".into());
        }
        Some(match series.source? {
            TokenSource::IdentityProvider => "identity_provider".into(),
            TokenSource::Cache => "cache".into(),
            TokenSource::Broker => "broker".into(),
        })
    });
    pub(super) const LEVEL: Self = Self::new("token_telemetry.cache.level", |_, series| {
        level_name(series.level).map(Value::from)
    });
    pub(super) const CACHE_RESULT: Self = Self::of_event("token_telemetry.cache.result");
    pub(super) const REASON: Self = Self::new("token_telemetry.refresh.reason", |_, series| {
        reason_name(series.reason).map(Value::from)
    });
    /// Every failure has it and no success.
    pub(super) const ERROR_TYPE: Self = Self::new("error.type", |builder, series| {
        let code = builder.error(series, OTHER_ERROR);
        let unknown = (series.outcome == Outcome::Error).then(|| OTHER_ERROR.into());
        code.or(unknown).map(Value::String)
    });
    /// Every failure has it and no success.
    pub(super) const ERROR_KIND: Self = Self::new("error.kind", |_, series| {
        let kind = match series.outcome {
            Outcome::Ok | Outcome::NoToken | Outcome::Pending => None,
            Outcome::Cancelled => Some(ErrorKind::Cancelled),
            Outcome::Error | Outcome::Panicked => Some(series.kind.unwrap_or(ErrorKind::Unknown)),
        };
        Some(kind?.name().into())
    });
    pub(super) const ERROR_SUBERROR: Self = Self::new("error.suberror", |_, series| {
        Some(series.suberror?.name.into())
    });
    pub(super) const CREDENTIAL: Self = Self::of_event("token_telemetry.credential");
    pub(super) const MANAGED_IDENTITY_SOURCE: Self =
        Self::of_event("token_telemetry.managed_identity.source");
    pub(super) const TRIGGER: Self = Self::of_event("token_telemetry.refresh.trigger");
}

/// Returns the name of a cache level in the second set.
pub(super) const fn level_name(level: CacheLevel) -> Option<&'static str> {
    match level {
        CacheLevel::None => None,
        CacheLevel::Unknown => Some("unknown"),
        CacheLevel::L1Cache => Some("l1"),
        CacheLevel::L2Cache => Some("l2"),
    }
}

/// Returns the name of a reason in the second set and in that of a token endpoint.
pub(super) const fn reason_name(reason: CacheRefreshReason) -> Option<&'static str> {
    match reason {
        CacheRefreshReason::NotApplicable => None,
        CacheRefreshReason::ForceRefreshOrClaims => Some("force_refresh_or_claims"),
        CacheRefreshReason::NoCachedAccessToken => Some("no_cached_access_token"),
        CacheRefreshReason::Expired => Some("expired"),
        CacheRefreshReason::ProactivelyRefreshed => Some("proactively_refreshed"),
        CacheRefreshReason::CacheDisabled => Some("cache_disabled"),
    }
}

/// The attributes of a token request that a server received, which no series of an SDK has.
impl Attribute {
    pub(super) const CLIENT_SKU: Self = Self::of_event("token_telemetry.client.sku");
    pub(super) const CLIENT_VERSION: Self = Self::of_event("token_telemetry.client.version");
    pub(super) const RESPONSE_CLASS: Self = Self::of_event("token_telemetry.response.class");
    pub(super) const HEADER: Self = Self::of_event("token_telemetry.header");
}

/// The attributes of one attempt, which no series has.
impl Attribute {
    pub(super) const STATUS: Self = Self::new("http.response.status_code", |_, _| None);
    pub(super) const SERVER: Self = Self::new("server.address", |_, _| None);
    pub(super) const RESENDS: Self = Self::new("http.request.resend_count", |_, _| None);
    pub(super) const PURPOSE: Self = Self::new("token_telemetry.request.purpose", |_, _| None);
}

/// The attributes of a request to Microsoft Graph, besides those of one attempt.
impl Attribute {
    pub(super) const METHOD: Self = Self::of_event("http.request.method");
    pub(super) const CLAIMS_CHALLENGES: Self =
        Self::of_event("token_telemetry.graph.claims_challenges");
}

/// Returns the text of a symbol, or `other` if the text is beyond the limit.
fn text(interner: &Interner, symbol: Symbol, other: &'static str) -> Option<StringValue> {
    match interner.resolve(symbol) {
        Some(text) => Some(text.into()),
        None => (symbol == Symbol::OTHER).then(|| other.into()),
    }
}

/// Builds attributes from a [`SeriesKey`].
#[derive(Debug)]
pub(super) struct AttributeBuilder {
    pub(super) interners: Interners,
    pub(super) msal_net: Option<MsalNetRelease>,
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
    pub(super) fn new(client: &ClientInfo, msal_net: Option<MsalNetRelease>) -> Self {
        let version = client.version().unwrap_or(UNKNOWN);
        let platform = client.sku().unwrap_or(UNKNOWN);
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

    /// Returns the values of these attributes, in their order.
    pub(super) fn build(&self, attributes: &[Attribute], series: &SeriesKey) -> Vec<KeyValue> {
        let key_value = |attribute: &Attribute| {
            let value = (attribute.value)(self, series)?;
            Some(KeyValue::new(attribute.key, value))
        };
        attributes.iter().filter_map(key_value).collect()
    }

    /// Returns the attributes of the scope of the second set: the SDK's name, if it has one.
    pub(super) fn scope(&self) -> Vec<KeyValue> {
        let ClientAttributes {
            version, platform, ..
        } = &self.client;
        if !self.client.has_name {
            return Vec::new();
        }
        vec![
            KeyValue::new("token_telemetry.sdk.name", Arc::clone(platform)),
            KeyValue::new("token_telemetry.sdk.version", Arc::clone(version)),
        ]
    }

    /// Returns the error code of a failure, if it is known.
    fn error(&self, series: &SeriesKey, other: &'static str) -> Option<StringValue> {
        match series.outcome {
            Outcome::Ok | Outcome::NoToken | Outcome::Pending => None,
            Outcome::Cancelled => Some(Outcome::CANCELLED_CODE.into()),
            Outcome::Panicked => Some(Outcome::PANICKED_CODE.into()),
            Outcome::Error => text(&self.interners.codes, series.code, other),
        }
    }
}

//! Parses the steps of `msal-net.json`.

use serde_json::Value;
use token_telemetry::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use token_telemetry::{CacheRefreshReason, ClientRequestId, Region, TokenType};

use crate::config::Config;
use crate::fields::Fields;

/// The id of steps that do not specify one.
const ANY_ID: &str = "5a1d9f3e-8c2b-4f6a-9d70-1e2f3a4b5c6d";

/// One step; its configuration has already been applied.
#[derive(Debug)]
pub(crate) enum Op {
    Acquire(Box<Acquire>),
    AdvanceTime,
    Configure,
    ExpireCachedTokens,
}

/// What an acquisition does, and the expected results.
#[derive(Debug)]
pub(crate) struct Acquire {
    pub(crate) api: String,
    pub(crate) api_id: u32,
    pub(crate) correlation_id: ClientRequestId,
    pub(crate) cache: Cache,
    pub(crate) force_refresh: bool,
    pub(crate) outcome: Outcome,
    pub(crate) background: Option<Outcome>,
    pub(crate) region: Option<Region>,
    pub(crate) caller_sdk_id: Option<String>,
    pub(crate) caller_sdk_ver: Option<String>,
    pub(crate) managed_cert: Option<bool>,
    pub(crate) token_type: Option<TokenType>,
    pub(crate) extra_tags: Vec<(String, String)>,
    pub(crate) enricher_throws: bool,
    pub(crate) enricher_clears_first: bool,
    pub(crate) expect: Option<Value>,
}

/// The result of the cache lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    NotConsulted,
    Miss,
    Expired,
    Hit,
    HitRefreshDue,
    Disabled,
}

impl Cache {
    /// The reason for a refresh, if the cache was used.
    pub(crate) fn reason(self) -> Option<CacheRefreshReason> {
        match self {
            Self::NotConsulted => None,
            Self::Hit => Some(CacheRefreshReason::NotApplicable),
            Self::Miss => Some(CacheRefreshReason::NoCachedAccessToken),
            Self::Expired => Some(CacheRefreshReason::Expired),
            Self::HitRefreshDue => Some(CacheRefreshReason::ProactivelyRefreshed),
            Self::Disabled => Some(CacheRefreshReason::CacheDisabled),
        }
    }
}

/// How an acquisition ends.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) kind: Kind,
    pub(crate) status: u16,
    pub(crate) attempts: u64,
    pub(crate) http_ms: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Success,
    Cache,
    Error(Failure),
}

#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) stage: Stage,
    pub(crate) code: String,
    pub(crate) sts_codes: Vec<u32>,
    pub(crate) is_foreign: bool,
    pub(crate) throttled: bool,
    pub(crate) after_response: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    TokenEndpoint,
    BeforeTokenEndpoint,
    Cancelled,
}

impl Op {
    /// Parses a step, and applies its configuration to `config`.
    pub(crate) fn read(step: &Value, config: &mut Config) -> Result<Self, String> {
        let mut step = Fields::of(step.clone())?;
        let op = Fields::needed("op", step.text("op")?)?;
        let read = match &*op {
            "acquire" => Self::Acquire(Box::new(Acquire::read(&mut step, config)?)),
            "advance_time" => {
                // The reason is only documentation.
                step.text("reason")?;
                Self::AdvanceTime
            }
            "expire_cached_tokens" => Self::ExpireCachedTokens,
            "configure" => {
                config.change(&mut step)?;
                Self::Configure
            }
            other => return Err(format!("unknown op `{other}`")),
        };
        step.finish()?;
        Ok(read)
    }
}

impl Acquire {
    fn read(step: &mut Fields, config: &mut Config) -> Result<Self, String> {
        config.change(step)?;
        let api_id = Fields::needed("api_id", step.number("api_id")?)?;
        Ok(Self {
            api: Fields::needed("api", step.text("api")?)?,
            api_id: u32::try_from(api_id).map_err(|error| error.to_string())?,
            correlation_id: correlation_id(step.text("correlation_id")?.as_deref())?,
            cache: cache(step.text("cache")?.as_deref())?,
            force_refresh: step.flag("force_refresh")?.unwrap_or(false),
            outcome: outcome(step.object("outcome")?)?,
            background: optional(step, "background", outcome)?,
            region: optional(step, "region", region)?,
            caller_sdk_id: step.text("caller_sdk_id")?,
            caller_sdk_ver: step.text("caller_sdk_ver")?,
            managed_cert: step
                .text("managed_cert")?
                .as_deref()
                .map(flag)
                .transpose()?,
            token_type: step.number("token_type")?.map(token_type).transpose()?,
            extra_tags: step
                .list("extra_tags")?
                .unwrap_or_default()
                .iter()
                .map(pair)
                .collect::<Result<_, _>>()?,
            enricher_throws: step.flag("enricher_throws")?.unwrap_or(false),
            enricher_clears_first: step.flag("enricher_clears_first")?.unwrap_or(false),
            expect: step.take("expect"),
        })
    }
}

fn optional<T>(
    step: &mut Fields,
    key: &str,
    read: impl FnOnce(Fields) -> Result<T, String>,
) -> Result<Option<T>, String> {
    step.take(key)
        .map(|value| read(Fields::of(value)?))
        .transpose()
}

fn correlation_id(given: Option<&str>) -> Result<ClientRequestId, String> {
    let text = match given {
        None | Some("caller supplied GUID") => ANY_ID,
        Some(text) => text,
    };
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn cache(found: Option<&str>) -> Result<Cache, String> {
    match found {
        None | Some("not_consulted") => Ok(Cache::NotConsulted),
        Some("miss") => Ok(Cache::Miss),
        Some("expired") => Ok(Cache::Expired),
        Some("hit") => Ok(Cache::Hit),
        Some("hit_refresh_due") => Ok(Cache::HitRefreshDue),
        Some("disabled") => Ok(Cache::Disabled),
        Some(other) => Err(format!("unknown cache `{other}`")),
    }
}

fn outcome(mut fields: Fields) -> Result<Outcome, String> {
    let kind = match &*Fields::needed("kind", fields.text("kind")?)? {
        "success" => Kind::Success,
        "cache" => Kind::Cache,
        "error" => Kind::Error(failure(&mut fields)?),
        other => return Err(format!("unknown kind of outcome `{other}`")),
    };
    let usual = if matches!(kind, Kind::Success) {
        200
    } else {
        0
    };
    let status = fields.number("http_status")?.unwrap_or(usual);
    let outcome = Outcome {
        kind,
        status: u16::try_from(status).map_err(|error| error.to_string())?,
        attempts: fields.number("http_attempts")?.unwrap_or(1),
        http_ms: fields.number("http_duration_ms")?.unwrap_or(20),
    };
    fields.finish()?;
    Ok(outcome)
}

fn failure(fields: &mut Fields) -> Result<Failure, String> {
    let stage = match &*Fields::needed("stage", fields.text("stage")?)? {
        "token_endpoint" => Stage::TokenEndpoint,
        "before_token_endpoint" => Stage::BeforeTokenEndpoint,
        "cancelled" => Stage::Cancelled,
        other => return Err(format!("unknown stage `{other}`")),
    };
    let is_msal = fields.flag("msal_exception")?;
    let foreign_type = fields.text("foreign_type")?;
    let short_name = foreign_type
        .as_deref()
        .and_then(|name| name.rsplit('.').next());
    let code = fields
        .text("error_code")?
        .or_else(|| short_name.map(str::to_owned));
    let sts_codes = fields.texts("sts_error_codes")?.unwrap_or_default();
    let number = |code: String| {
        code.parse()
            .map_err(|error| format!("`{code}` is no STS code: {error}"))
    };
    Ok(Failure {
        stage,
        code: Fields::needed("error_code", code)?,
        sts_codes: sts_codes
            .into_iter()
            .map(number)
            .collect::<Result<_, _>>()?,
        is_foreign: is_msal == Some(false) || foreign_type.is_some(),
        throttled: fields.flag("throttled")?.unwrap_or(false),
        after_response: fields.flag("after_response")?.unwrap_or(false),
    })
}

/// Region data of both generations; empty text means that it was not recorded.
fn region(mut fields: Fields) -> Result<Region, String> {
    let mut given = |key: &str| {
        fields
            .text(key)
            .map(|text| text.filter(|text| !text.is_empty()))
    };
    let mut region = given("used")?.map_or_else(Region::not_used, Region::used);
    if let Some(code) = given("source")? {
        region =
            region.with_autodetection_source(code_of(&code, RegionAutodetectionSource::from_wire)?);
    }
    if let Some(code) = given("outcome")? {
        region = region.with_outcome(code_of(&code, RegionOutcome::from_wire)?);
    }
    if let Some(name) = given("detected")? {
        region = region.with_detected(name);
    }
    if let Some(code) = given("source_v4")? {
        region = region.with_legacy_source(code_of(&code, LegacyRegionSource::from_wire)?);
    }
    if let Some(name) = given("user")? {
        region = region.with_user_provided(name);
    }
    if let Some(valid) = given("valid")? {
        region = region.with_user_valid(flag(&valid)?);
    }
    if let Some(fallback) = given("fallback")? {
        region = region.with_fallback_to_global(flag(&fallback)?);
    }
    fields.finish()?;
    Ok(region)
}

fn code_of<T>(text: &str, table: fn(u8) -> Option<T>) -> Result<T, String> {
    let code = text.parse().ok().and_then(table);
    code.ok_or_else(|| format!("unknown code `{text}`"))
}

fn flag(text: &str) -> Result<bool, String> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        other => Err(format!("`{other}` is no flag")),
    }
}

fn token_type(number: u64) -> Result<TokenType, String> {
    let known = u8::try_from(number).ok().and_then(TokenType::from_wire);
    known.ok_or_else(|| format!("unknown token type {number}"))
}

/// Returns two texts.
pub(crate) fn pair(pair: &Value) -> Result<(String, String), String> {
    let text = |at: usize| pair.get(at)?.as_str().map(str::to_owned);
    let is_pair = pair.as_array().is_some_and(|pair| pair.len() == 2);
    let texts = text(0).zip(text(1)).filter(|_| is_pair);
    texts.ok_or_else(|| format!("{pair} is no pair of texts"))
}

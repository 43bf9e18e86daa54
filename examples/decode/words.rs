//! Descriptions of field values.

use token_telemetry::api::ApiEntry;
use token_telemetry::api::{MsalJava, MsalNet, MsalNode, MsalPython};
use token_telemetry::entra::{FieldValue, SkuGroup};
use token_telemetry::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use token_telemetry::{ApiId, CacheRefreshReason, TokenType};

/// Libraries with known API ids.
const TABLES: &[(&str, &[ApiEntry])] = &[
    ("MSAL.NET", MsalNet::CATALOG),
    ("msal-python", MsalPython::CATALOG),
    ("msal-node", MsalNode::CATALOG),
    ("msal4j", MsalJava::CATALOG),
];

/// Describes an API id in all catalogs that have it.
pub(crate) fn of_api(api: &FieldValue<'_>) -> String {
    let FieldValue::Number(number) = api else {
        return "not a number".to_owned();
    };
    let named = TABLES.iter().filter_map(|(library, table)| {
        let entry = table
            .iter()
            .find(|entry| u64::from(entry.api().number()) == *number)?;
        Some(format!("{library} {}: {}", entry.api().name(), entry.doc()))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return "unknown API".to_owned();
    }
    named.join("; ")
}

/// Describes the value of a field, after its name in metrics and code.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only coded values have a description"
)]
pub(crate) fn of_value(value: &FieldValue<'_>) -> String {
    let (name, meaning) = match value {
        FieldValue::Flag(true) => return "yes".to_owned(),
        FieldValue::Flag(false) => return "no".to_owned(),
        FieldValue::CacheInfo(reason) => (reason.name(), of_reason(*reason)),
        FieldValue::RegionSource(source) => (source.name(), of_source(*source)),
        FieldValue::LegacyRegionSource(source) => (source.name(), of_legacy_source(*source)),
        FieldValue::RegionOutcome(outcome) => (outcome.name(), of_outcome(*outcome)),
        FieldValue::TokenType(token_type) => (token_type.name(), of_token_type(*token_type)),
        _ => return String::new(),
    };
    format!("{name}: {meaning}")
}

fn of_reason(reason: CacheRefreshReason) -> &'static str {
    match reason {
        CacheRefreshReason::NotApplicable => "the cache was not used, or it had a valid token",
        CacheRefreshReason::ForceRefreshOrClaims => {
            "the caller forced a refresh or requested claims"
        }
        CacheRefreshReason::NoCachedAccessToken => "the cache had no access token for the request",
        CacheRefreshReason::Expired => "the cached token had expired",
        CacheRefreshReason::ProactivelyRefreshed => {
            "the cached token was due for a proactive refresh"
        }
        CacheRefreshReason::CacheDisabled => "the cache is disabled",
        _ => "",
    }
}

fn of_source(source: RegionAutodetectionSource) -> &'static str {
    match source {
        RegionAutodetectionSource::None => "the region was not detected",
        RegionAutodetectionSource::FailedAutoDiscovery => "region detection failed",
        RegionAutodetectionSource::Cache => "an earlier detection was reused",
        RegionAutodetectionSource::EnvVariable => "from an environment variable",
        RegionAutodetectionSource::Imds => "from the instance metadata service",
        _ => "",
    }
}

fn of_legacy_source(source: LegacyRegionSource) -> &'static str {
    match source {
        LegacyRegionSource::None => "the region was not detected",
        LegacyRegionSource::EnvVariable => "from an environment variable",
        LegacyRegionSource::Imds => "from the instance metadata service",
        LegacyRegionSource::Cache => "an earlier detection was reused",
        LegacyRegionSource::UserProvided => "configured by the caller",
        LegacyRegionSource::FailedAutoDiscovery => "region detection failed",
        _ => "",
    }
}

fn of_outcome(outcome: RegionOutcome) -> &'static str {
    match outcome {
        RegionOutcome::None => "no region was requested",
        RegionOutcome::UserProvidedValid => "the caller's region matches the detected one",
        RegionOutcome::UserProvidedAutodetectionFailed => {
            "the caller configured a region, and detection failed"
        }
        RegionOutcome::UserProvidedInvalid => "the caller's region differs from the detected one",
        RegionOutcome::AutodetectSuccess => "the region was detected",
        RegionOutcome::FallbackToGlobal => "detection failed, and the global endpoint was used",
        RegionOutcome::UserProvided => "the caller's region was used without detection",
        _ => "",
    }
}

fn of_token_type(token_type: TokenType) -> &'static str {
    match token_type {
        TokenType::Bearer => "not bound to a key",
        TokenType::Pop => "proof of possession",
        TokenType::SshCert => "SSH certificate",
        TokenType::AtPop => "proof of possession (older form)",
        TokenType::Extension => "custom scheme of an extension",
        TokenType::MtlsPop => "bound to a client certificate",
        _ => "",
    }
}

/// Describes a group of `x-client-xtra-sku`.
pub(crate) fn of_group(group: SkuGroup) -> &'static str {
    match group {
        SkuGroup::Library => "library",
        SkuGroup::Runtime => "native runtime",
        SkuGroup::BrowserExtension => "browser extension",
        SkuGroup::BrowserCore => "browser core",
        _ => "?",
    }
}

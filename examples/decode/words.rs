//! What values mean, in words.

use token_telemetry::api::ApiEntry;
use token_telemetry::api::{MsalJava, MsalNet, MsalNode, MsalPython};
use token_telemetry::entra::{FieldValue, SkuGroup};
use token_telemetry::region::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use token_telemetry::{ApiId, CacheRefreshReason, TokenType};

/// Libraries whose numbers are known.
const TABLES: &[(&str, &[ApiEntry])] = &[
    ("MSAL.NET", MsalNet::CATALOG),
    ("msal-python", MsalPython::CATALOG),
    ("msal-node", MsalNode::CATALOG),
    ("msal4j", MsalJava::CATALOG),
];

/// Names of an API number in the tables that have it.
pub(crate) fn of_api(api: &FieldValue<'_>) -> String {
    let FieldValue::Number(number) = api else {
        return "no number".to_owned();
    };
    let named = TABLES.iter().filter_map(|(library, table)| {
        let entry = table
            .iter()
            .find(|entry| u64::from(entry.api().number()) == *number)?;
        Some(format!(
            "{} of {library}: {}",
            entry.api().name(),
            entry.doc()
        ))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return "an API of no known table".to_owned();
    }
    named.join("; ")
}

/// What the value of a field means.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only values of a table have words"
)]
pub(crate) fn of_value(value: &FieldValue<'_>) -> &'static str {
    match value {
        FieldValue::Flag(true) => "yes",
        FieldValue::Flag(false) => "no",
        FieldValue::CacheInfo(reason) => of_reason(*reason),
        FieldValue::RegionSource(source) => of_source(*source),
        FieldValue::LegacyRegionSource(source) => of_legacy_source(*source),
        FieldValue::RegionOutcome(outcome) => of_outcome(*outcome),
        FieldValue::TokenType(token_type) => of_token_type(*token_type),
        _ => "",
    }
}

fn of_reason(reason: CacheRefreshReason) -> &'static str {
    match reason {
        CacheRefreshReason::NotApplicable => "the cache was not consulted, or it sufficed",
        CacheRefreshReason::ForceRefreshOrClaims => {
            "the caller forced a refresh or asked for claims"
        }
        CacheRefreshReason::NoCachedAccessToken => "the cache held no access token for the request",
        CacheRefreshReason::Expired => "the cached token had expired",
        CacheRefreshReason::ProactivelyRefreshed => {
            "the cached token was due for a proactive refresh"
        }
        CacheRefreshReason::CacheDisabled => "the cache is switched off",
        _ => "",
    }
}

fn of_source(source: RegionAutodetectionSource) -> &'static str {
    match source {
        RegionAutodetectionSource::None => "no detection was made",
        RegionAutodetectionSource::FailedAutoDiscovery => "detection failed",
        RegionAutodetectionSource::Cache => "an earlier detection was used",
        RegionAutodetectionSource::EnvVariable => "an environment variable named the region",
        RegionAutodetectionSource::Imds => "the instance metadata service named the region",
        _ => "",
    }
}

fn of_legacy_source(source: LegacyRegionSource) -> &'static str {
    match source {
        LegacyRegionSource::None => "no detection was made",
        LegacyRegionSource::EnvVariable => "an environment variable named the region",
        LegacyRegionSource::Imds => "the instance metadata service named the region",
        LegacyRegionSource::Cache => "an earlier detection was used",
        LegacyRegionSource::UserProvided => "the caller named the region",
        LegacyRegionSource::FailedAutoDiscovery => "detection failed",
        _ => "",
    }
}

fn of_outcome(outcome: RegionOutcome) -> &'static str {
    match outcome {
        RegionOutcome::None => "no region was asked for",
        RegionOutcome::UserProvidedValid => "the caller's region is the detected one",
        RegionOutcome::UserProvidedAutodetectionFailed => {
            "the caller named a region, detection failed"
        }
        RegionOutcome::UserProvidedInvalid => "the caller's region differs from the detected one",
        RegionOutcome::AutodetectSuccess => "the region was detected",
        RegionOutcome::FallbackToGlobal => "detection failed, the global endpoint was used",
        RegionOutcome::UserProvided => "the caller's region was used without detection",
        _ => "",
    }
}

fn of_token_type(token_type: TokenType) -> &'static str {
    match token_type {
        TokenType::Bearer => "bearer",
        TokenType::Pop => "proof of possession",
        TokenType::SshCert => "SSH certificate",
        TokenType::AtPop => "proof of possession, the older form",
        TokenType::Extension => "scheme of an extension",
        TokenType::MtlsPop => "bound to a client certificate",
        _ => "",
    }
}

/// What a group of `x-client-xtra-sku` holds.
pub(crate) fn of_group(group: SkuGroup) -> &'static str {
    match group {
        SkuGroup::Library => "library",
        SkuGroup::Runtime => "native runtime",
        SkuGroup::BrowserExtension => "browser extension",
        SkuGroup::BrowserCore => "browser core",
        _ => "?",
    }
}

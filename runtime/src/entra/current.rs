//! `x-client-current-telemetry`: what this token request is for.

use std::fmt;

use http::HeaderName;

use super::dialect::Dialect;
use crate::acquisition::Facts;
use crate::cache::CacheRefreshReason;
use crate::region::Region;
use crate::token::TokenType;

/// Name of the header.
pub const CURRENT_TELEMETRY: HeaderName = HeaderName::from_static("x-client-current-telemetry");

/// Value of the header for one token request.
///
/// Specified by AzureAD/microsoft-authentication-library-for-dotnet, `HttpTelemetryManager`.
///
/// ```text
/// value    = "5|" api "," cache "," [region] "," [source] "," [outcome] "|" platform
/// platform = serialized "," legacy "," token-type "," [caller-id] "," [caller-version] "," [managed]
/// ```
///
/// Example: `5|1004,2,centralus,3,4|0,1,1,,,`
#[derive(Debug)]
pub struct CurrentTelemetry<'a> {
    facts: &'a Facts,
    schema: u8,
}

impl<'a> CurrentTelemetry<'a> {
    pub(crate) fn of(facts: &'a Facts, dialect: &Dialect) -> Self {
        Self {
            facts,
            schema: dialect.schema(),
        }
    }
}

impl fmt::Display for CurrentTelemetry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rare = self.facts.rare.as_deref();
        let cache_info = self
            .facts
            .refresh_reason
            .unwrap_or(CacheRefreshReason::NotApplicable)
            .wire();
        write!(
            f,
            "{}|{},{cache_info},",
            self.schema,
            self.facts.api.number()
        )?;
        region(f, rare.and_then(|rare| rare.region.as_ref()))?;
        let flag = |known: Option<bool>, default: bool| u8::from(known.unwrap_or(default));
        let serialized = flag(rare.and_then(|rare| rare.cache_serialized), false);
        let legacy = flag(rare.and_then(|rare| rare.legacy_cache), true);
        let token_type = self.facts.token_type.unwrap_or(TokenType::Bearer).wire();
        write!(f, "|{serialized},{legacy},{token_type},")?;
        match rare.and_then(|rare| rare.caller_sdk.as_ref()) {
            Some(caller) => write!(f, "{},{},", caller.id, caller.version)?,
            None => f.write_str(",,")?,
        }
        rare.and_then(|rare| rare.managed_certificate)
            .map_or(Ok(()), |used| write!(f, "{}", u8::from(used)))
    }
}

fn region(f: &mut fmt::Formatter<'_>, region: Option<&Region>) -> fmt::Result {
    let Some(region) = region else {
        return f.write_str(",,");
    };
    f.write_str(region.name().unwrap_or_default())?;
    f.write_str(",")?;
    if let Some(source) = region.autodetection_source() {
        write!(f, "{}", source.wire())?;
    }
    f.write_str(",")?;
    region
        .region_outcome()
        .map_or(Ok(()), |outcome| write!(f, "{}", outcome.wire()))
}

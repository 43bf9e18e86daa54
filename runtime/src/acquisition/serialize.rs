//! Records as `serde` data, for logs and stores of the SDK's users.

use std::time::{Duration, UNIX_EPOCH};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::record::AcquisitionRecord;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::error::{ErrorInfo, TransportError};
use crate::region::{Region, RegionAutodetectionSource, RegionOutcome};
use crate::token::TokenType;

/// A map of the facts that are present: names as in metrics, durations in microseconds.
///
/// A host that may name a tenant is `redacted`; see
/// [`endpoint_host`](AcquisitionRecord::endpoint_host).
impl Serialize for AcquisitionRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Present(serializer.serialize_map(None)?);
        let api = self.api();
        map.entry("api", Some(api.name()))?;
        map.entry("api_number", Some(api.number()))?;
        map.entry("outcome", Some(self.outcome().name()))?;
        map.entry("source", self.token_source().map(TokenSource::name))?;
        map.entry("level", self.cache_level().map(CacheLevel::name))?;
        map.entry(
            "refresh_reason",
            self.refresh_reason().map(CacheRefreshReason::name),
        )?;
        map.entry("token_type", self.token_type().map(TokenType::name))?;
        map.entry(
            "correlation_id",
            self.correlation_id().map(|id| id.to_string()),
        )?;
        map.entry("parent", self.parent().map(|id| id.to_string()))?;
        map.entry("background", self.is_background().then_some(true))?;
        map.entry("stale", self.is_stale().then_some(true))?;
        times(self, &mut map)?;
        request(self, &mut map)?;
        map.entry("error", self.error().map(Error))?;
        let swallowed: Vec<Error<'_>> = self.suppressed_errors().iter().map(Error).collect();
        map.entry("sub_failures", (!swallowed.is_empty()).then_some(swallowed))?;
        map.0.end()
    }
}

fn times<M: SerializeMap>(
    record: &AcquisitionRecord,
    map: &mut Present<M>,
) -> Result<(), M::Error> {
    map.entry("total_us", record.duration_total().map(micros))?;
    map.entry("in_http_us", record.duration_in_http().map(micros))?;
    map.entry("in_cache_us", record.duration_in_cache().map(micros))?;
    map.entry(
        "in_extension_us",
        record.duration_in_extension().map(micros),
    )?;
    map.entry("waited_us", record.duration_waiting().map(micros))?;
    map.entry(
        "remaining_lifetime_s",
        record.remaining_lifetime().map(|time| time.as_secs()),
    )?;
    let since_1970 = record
        .refresh_on()
        .and_then(|moment| moment.duration_since(UNIX_EPOCH).ok());
    map.entry("refresh_on_s", since_1970.map(|time| time.as_secs()))
}

fn request<M: SerializeMap>(
    record: &AcquisitionRecord,
    map: &mut Present<M>,
) -> Result<(), M::Error> {
    map.entry("region", record.region().map(RegionFacts))?;
    map.entry("endpoint_host", record.shown_endpoint_host())?;
    map.entry(
        "attempts",
        (record.attempts() > 0).then(|| record.attempts()),
    )?;
    map.entry(
        "pending_polls",
        (record.pending_polls() > 0).then(|| record.pending_polls()),
    )?;
    map.entry("status", record.status())?;
    map.entry(
        "transport_error",
        record.transport_error().map(TransportError::code),
    )?;
    map.entry(
        "retry_after_s",
        record.retry_after().map(|time| time.as_secs()),
    )?;
    map.entry("cached_token_count", record.cached_token_count())?;
    map.entry("caller_sdk_id", record.caller_sdk().map(|(id, _)| id))?;
    map.entry(
        "caller_sdk_version",
        record.caller_sdk().map(|(_, version)| version),
    )
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// A map that leaves out what is absent.
struct Present<M>(M);

impl<M: SerializeMap> Present<M> {
    fn entry(&mut self, name: &'static str, value: Option<impl Serialize>) -> Result<(), M::Error> {
        value.map_or(Ok(()), |value| self.0.serialize_entry(name, &value))
    }
}

struct Error<'a>(&'a ErrorInfo);

impl Serialize for Error<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.0;
        let mut map = Present(serializer.serialize_map(None)?);
        map.entry("code", info.code())?;
        map.entry("suberror", info.suberror())?;
        map.entry("status", info.status())?;
        map.entry(
            "sts_codes",
            (!info.sts_codes().is_empty()).then(|| info.sts_codes()),
        )?;
        map.0.end()
    }
}

struct RegionFacts<'a>(&'a Region);

impl Serialize for RegionFacts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let region = self.0;
        let mut map = Present(serializer.serialize_map(None)?);
        map.entry("name", region.name())?;
        map.entry(
            "source",
            region
                .autodetection_source()
                .map(RegionAutodetectionSource::name),
        )?;
        map.entry("outcome", region.outcome().map(RegionOutcome::name))?;
        map.0.end()
    }
}

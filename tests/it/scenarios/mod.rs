//! Acquisitions as in real SDKs, each compared as a whole record.

mod boxed_services;
mod executors;
mod flows;
mod layers;
mod nesting;
mod observing;
mod polling;
mod single_flight;
mod tasks;
mod timers;

use std::time::Duration;

use crate::support::prelude::*;

/// All fields of a record; fields that a test does not set must be absent.
#[derive(Clone, Debug, Default, PartialEq)]
struct Whole {
    api: &'static str,
    outcome: Option<Outcome>,
    source: Option<TokenSource>,
    level: Option<CacheLevel>,
    reason: Option<CacheRefreshReason>,
    token_type: Option<TokenType>,
    correlation_id: Option<ClientRequestId>,
    parent: Option<ClientRequestId>,
    background: bool,
    stale: bool,
    total: u64,
    http: Option<u64>,
    cache: Option<u64>,
    extension: Option<u64>,
    waited: Option<u64>,
    lifetime: Option<u64>,
    host: Option<String>,
    attempts: u32,
    pending_polls: u32,
    status: Option<u16>,
    transport: Option<TransportError>,
    retry_after: Option<u64>,
    error: Option<String>,
    sts: Vec<u32>,
    sub_failures: Vec<String>,
    others: [bool; 4],
}

impl Whole {
    /// Returns the fields of a record, with times in milliseconds.
    fn of(record: &AcquisitionRecord) -> Self {
        let millis =
            |time: Option<Duration>| time.map(|time| u64::try_from(time.as_millis()).unwrap());
        let error = record.error();
        Self {
            api: record.api().name(),
            outcome: Some(record.outcome()),
            source: record.token_source(),
            level: record.cache_level(),
            reason: record.refresh_reason(),
            token_type: record.token_type(),
            correlation_id: record.correlation_id(),
            parent: record.parent(),
            background: record.is_background(),
            stale: record.is_stale(),
            total: millis(record.duration_total()).unwrap(),
            http: millis(record.duration_in_http()),
            cache: millis(record.duration_in_cache()),
            extension: millis(record.duration_in_extension()),
            waited: millis(record.duration_waiting()),
            lifetime: millis(record.remaining_lifetime()),
            host: record.endpoint_host().map(str::to_owned),
            attempts: record.attempt_count(),
            pending_polls: record.pending_polls(),
            status: record.status(),
            transport: record.transport_error(),
            retry_after: millis(record.retry_after()),
            error: record.error_code().map(str::to_owned),
            sts: error
                .map(|error| error.sts_codes().to_vec())
                .unwrap_or_default(),
            sub_failures: record
                .suppressed_errors()
                .iter()
                .map(|info| info.code().unwrap_or("").to_owned())
                .collect(),
            others: [
                record.region().is_some(),
                record.refresh_on().is_some(),
                record.cached_token_count().is_some(),
                record.caller_sdk().is_some(),
            ],
        }
    }

    /// Returns the fields of a token that one request fetched in 10 ms.
    fn fetched() -> Self {
        Self {
            outcome: Some(Outcome::Ok),
            source: Some(TokenSource::IdentityProvider),
            status: Some(200),
            ..Self::requested()
        }
    }

    /// Returns the fields of a call that failed with this code after a request.
    fn failed(code: &str) -> Self {
        Self {
            outcome: Some(Outcome::Error),
            error: Some(code.to_owned()),
            ..Self::requested()
        }
    }

    fn requested() -> Self {
        Self {
            api: "ForClient",
            total: 10,
            http: Some(10),
            host: Some("login.example".to_owned()),
            attempts: 1,
            ..Self::default()
        }
    }

    /// Returns the fields without the ids, which are random.
    fn without_ids(record: &AcquisitionRecord) -> Self {
        Self {
            correlation_id: None,
            parent: None,
            ..Self::of(record)
        }
    }
}

/// An instance with a manual clock.
struct Timed {
    telemetry: Telemetry,
    recorder: Recorder,
    clock: ManualClock,
}

impl Timed {
    fn new() -> Self {
        let clock = ManualClock::new();
        let (telemetry, recorder) = recorded(|builder| builder.clock(clock.clone()));
        Self {
            telemetry,
            recorder,
            clock,
        }
    }

    /// Returns the only record so far, without ids.
    fn only(&self) -> Whole {
        Whole::without_ids(&only(&self.recorder))
    }
}

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

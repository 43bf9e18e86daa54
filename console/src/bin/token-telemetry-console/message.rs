//! An answer of the console, as far as the terminal shows it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    pub(crate) run: String,
    pub(crate) version: u64,
    pub(crate) now_ms: u64,
    pub(crate) sdks: Vec<Sdk>,
    #[serde(default)]
    pub(crate) skipped: u64,
    #[serde(default)]
    pub(crate) dropped: u64,
    #[serde(default)]
    pub(crate) entries: Vec<Entry>,
}

impl Message {
    /// Returns the records that the console lost since the last message of the same run.
    pub(crate) fn dropped_since(&self, last: Option<&Self>) -> u64 {
        let before = last.map_or(0, |last| last.dropped);
        self.dropped.saturating_sub(before)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sdk {
    pub(crate) id: usize,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) totals: Totals,
    pub(crate) in_flight: InFlight,
    pub(crate) failures: Failures,
    pub(crate) hits_to_report: u64,
    pub(crate) window: Window,
    pub(crate) series: Series,
    pub(crate) tokens: Vec<Token>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Totals {
    pub(crate) acquisitions: u64,
    pub(crate) cache: u64,
    pub(crate) failures: u64,
    pub(crate) rejected_tokens: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InFlight {
    pub(crate) count: u64,
    pub(crate) listed: Vec<Running>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Running {
    pub(crate) api: String,
    pub(crate) age_us: Option<u64>,
    pub(crate) attempts: u64,
    pub(crate) last_status: Option<u16>,
    pub(crate) last_error: Option<String>,
    pub(crate) waiting_for: String,
    pub(crate) background: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Failures {
    pub(crate) waiting: Vec<Failure>,
    pub(crate) waiting_count: u64,
    pub(crate) in_flight_count: u64,
    pub(crate) lost: u64,
    pub(crate) delivered: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Failure {
    pub(crate) api: String,
    pub(crate) code: String,
    pub(crate) id: String,
    pub(crate) in_flight: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Window {
    pub(crate) seconds: u64,
    pub(crate) hits: u64,
    pub(crate) fetches: u64,
    pub(crate) failures: u64,
    pub(crate) cancelled: u64,
    pub(crate) throttled: u64,
    pub(crate) sources: Vec<Source>,
    pub(crate) reasons: BTreeMap<String, u64>,
    pub(crate) errors: Vec<Errors>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Source {
    pub(crate) label: String,
    pub(crate) count: u64,
    pub(crate) p50_us: u64,
    pub(crate) p95_us: u64,
    pub(crate) p99_us: u64,
    pub(crate) max_us: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Errors {
    pub(crate) code: String,
    pub(crate) count: u64,
}

/// Counts per second, oldest first; the last second is not complete.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Series {
    pub(crate) hits: Vec<u64>,
    pub(crate) fetches: Vec<u64>,
    pub(crate) failures: Vec<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Token {
    pub(crate) api: String,
    pub(crate) credential: Option<String>,
    pub(crate) expires_in_us: u64,
}

/// An acquisition that has ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) sdk: usize,
    pub(crate) record: Record,
    pub(crate) requests: Vec<Request>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    pub(crate) api: String,
    pub(crate) api_number: u64,
    pub(crate) outcome: String,
    pub(crate) token_source: Option<String>,
    pub(crate) cache_level: Option<String>,
    pub(crate) refresh_reason: Option<String>,
    pub(crate) attempt_count: u64,
    pub(crate) background: bool,
    pub(crate) duration_total_us: Option<u64>,
    pub(crate) ended_at_us: Option<u64>,
    pub(crate) error: Option<ErrorFields>,
    pub(crate) attempts: Vec<Attempt>,
    /// The facts that have no field here; details list them as they are.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorFields {
    pub(crate) code: Option<String>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attempt {
    pub(crate) number: u64,
    pub(crate) purpose: String,
    pub(crate) host: Option<String>,
    pub(crate) start_us: Option<u64>,
    pub(crate) duration_us: Option<u64>,
    pub(crate) status: Option<u16>,
    pub(crate) transport_error: Option<String>,
    pub(crate) retry_after_s: Option<u64>,
    pub(crate) waited_before_us: Option<u64>,
}

/// A request as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    pub(crate) number: u64,
    pub(crate) host: Option<String>,
    pub(crate) purpose: String,
    pub(crate) headers: Vec<Header>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) meaning: Option<String>,
}

//! Shared by the patterns: API ids, an error, a recorder, and the check of the records.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use token_telemetry::{
    AcquisitionRecord, ApiId, CacheLevel, CacheRefreshReason, ClientInfo, DescribeError, ErrorInfo,
    Observer, Telemetry, TokenSource,
};
use token_telemetry_examples::say;

/// URL of the token endpoint; nothing is sent, because each pattern scripts its responses.
pub(crate) const TOKEN_URL: &str = "https://login.example/tenant/oauth2/v2.0/token";

pub(crate) struct Sdk;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Sdk)]
pub(crate) enum SdkApi {
    GetToken = 1004,
    GetCachedToken = 1007,
}

/// An error that carries its code.
#[derive(Debug)]
pub(crate) struct SdkError(pub(crate) &'static str);

impl DescribeError<SdkError> for Sdk {
    fn describe(error: &SdkError) -> ErrorInfo {
        ErrorInfo::new(error.0)
    }
}

/// Collects the records, in the order in which the calls finished.
#[derive(Clone, Default)]
pub(crate) struct Records(Arc<Mutex<Vec<AcquisitionRecord>>>);

impl Observer for Records {
    fn finished(&self, record: &AcquisitionRecord) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.push(record.clone());
    }
}

/// A `Telemetry` and its records.
pub(crate) struct Recorded {
    pub(crate) telemetry: Telemetry,
    records: Records,
}

impl Recorded {
    pub(crate) fn new() -> Self {
        const CLIENT: ClientInfo = ClientInfo::from_static("Sdk", "1.0.0");
        let records = Records::default();
        let builder = Telemetry::builder()
            .client(CLIENT)
            .observer(records.clone());
        Self {
            // `CLIENT` is checked at compile time, so `build` cannot fail here.
            telemetry: builder.build().unwrap_or_else(|_| Telemetry::new(CLIENT)),
            records,
        }
    }

    /// Creates the pattern; `expected` has one line per record and one for the totals.
    pub(crate) fn pattern(&self, name: &'static str, expected: &[&'static str]) -> Pattern {
        let records = self
            .records
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let totals = self.telemetry.totals();
        let summary = format!(
            "{} hits, {} issued, {} pending, {} failed, {} unknown",
            totals.cache, totals.identity_provider, totals.pending, totals.failures, totals.unknown
        );
        let mut recorded: Vec<String> = records.iter().map(summarize).collect();
        recorded.push(summary);
        Pattern {
            name,
            expected: expected.to_vec(),
            recorded,
        }
    }
}

/// A pattern with its expected and its recorded lines.
pub(crate) struct Pattern {
    name: &'static str,
    expected: Vec<&'static str>,
    recorded: Vec<String>,
}

impl Pattern {
    /// Prints the recorded lines, and returns whether they match the expected ones.
    pub(crate) fn show(&self) -> bool {
        say!("\n{}", self.name);
        for (at, line) in self.recorded.iter().enumerate() {
            match self.expected.get(at) {
                Some(expected) if expected == line => say!("  {line}"),
                Some(expected) => say!("  {line}\n    expected: {expected}"),
                None => say!("  {line}\n    expected: nothing more"),
            }
        }
        self.recorded == self.expected
    }
}

/// Formats a record in one line.
fn summarize(record: &AcquisitionRecord) -> String {
    let mut line = format!("{} {}", record.api().name(), record.outcome().name());
    let mut add = |text: Option<String>| {
        if let Some(text) = text {
            line.push_str(", ");
            line.push_str(&text);
        }
    };
    add(record
        .token_source()
        .map(TokenSource::name)
        .map(str::to_owned));
    add(record
        .cache_level()
        .map(CacheLevel::name)
        .map(str::to_owned));
    add(record
        .refresh_reason()
        .map(CacheRefreshReason::name)
        .map(str::to_owned));
    add(record.is_background().then(|| "background".to_owned()));
    add((record.attempt_count() > 0).then(|| format!("{} attempts", record.attempt_count())));
    add(record.status().map(|status| format!("HTTP {status}")));
    add(record.error_code().map(|code| format!("error {code}")));
    add(record
        .duration_waiting()
        .map(|time| format!("waited {}", time >= Duration::from_millis(5))));
    add(record
        .remaining_lifetime()
        .map(|time| format!("{} s left", time.as_secs())));
    line
}

//! What the shapes share: ids, an error, a recorder, and the comparison with the truth.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use token_telemetry::{
    AcquisitionRecord, ApiId, CacheLevel, CacheRefreshReason, ClientInfo, DescribeError, ErrorInfo,
    Observer, Telemetry, TokenSource,
};
use token_telemetry_examples::say;

/// Host of the token endpoint; nothing is sent, because each shape scripts its responses.
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

/// Keeps every record, in the order in which the calls finished.
#[derive(Clone, Default)]
pub(crate) struct Records(Arc<Mutex<Vec<AcquisitionRecord>>>);

impl Observer for Records {
    fn finished(&self, record: &AcquisitionRecord) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.push(record.clone());
    }
}

/// A client's telemetry, and what it recorded.
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
            // The client is checked when this is compiled, so that only the default could be left.
            telemetry: builder.build().unwrap_or_else(|_| Telemetry::new(CLIENT)),
            records,
        }
    }

    /// The finished shape: one expected line for each record, and one for the totals.
    pub(crate) fn shape(&self, name: &'static str, expected: &[&'static str]) -> Shape {
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
        let mut recorded: Vec<String> = records.iter().map(facts).collect();
        recorded.push(summary);
        Shape {
            name,
            expected: expected.to_vec(),
            recorded,
        }
    }
}

/// One shape: the lines that are true, and the lines that were recorded.
pub(crate) struct Shape {
    name: &'static str,
    expected: Vec<&'static str>,
    recorded: Vec<String>,
}

impl Shape {
    /// Prints the lines, and returns whether all of them are true.
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

/// The facts of a record in one line.
fn facts(record: &AcquisitionRecord) -> String {
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
    add((record.attempts() > 0).then(|| format!("{} attempts", record.attempts())));
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

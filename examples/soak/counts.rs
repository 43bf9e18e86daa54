//! The numbers of the run, as reported by metrics, totals and an observer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics, SumDataPoint,
};
use token_telemetry::acquisition::StartedAcquisition;
use token_telemetry::{AcquisitionRecord, Observer, Outcome, Telemetry, TokenSource};

/// Counts of acquisitions: tokens by source, failures by code, cancellations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) cache: u64,
    pub(crate) identity_provider: u64,
    pub(crate) failures: BTreeMap<String, u64>,
    pub(crate) cancelled: u64,
}

impl Counts {
    pub(crate) fn acquisitions(&self) -> u64 {
        self.cache + self.identity_provider + self.failed() + self.cancelled
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Reads the counts from exported metrics.
    pub(crate) fn of_metrics(collected: &ResourceMetrics) -> Self {
        let mut counts = Self::default();
        for metric in collected.scope_metrics().flat_map(ScopeMetrics::metrics) {
            let AggregatedMetrics::U64(MetricData::Sum(sum)) = metric.data() else {
                continue;
            };
            for point in sum.data_points() {
                let tag = |key: &str| {
                    let found = point
                        .attributes()
                        .find(|attribute| attribute.key.as_str() == key);
                    found
                        .map(|attribute| attribute.value.to_string())
                        .unwrap_or_default()
                };
                match (
                    metric.name(),
                    tag("TokenSource").as_str(),
                    tag("ErrorCode").as_str(),
                ) {
                    ("MsalSuccess", "Cache", _) => counts.cache += point.value(),
                    ("MsalSuccess", _, _) => counts.identity_provider += point.value(),
                    ("MsalFailure", _, "operation_canceled") => counts.cancelled += point.value(),
                    ("MsalFailure", _, code) => {
                        *counts.failures.entry(code.to_owned()).or_default() += point.value();
                    }
                    // A counter of the second set.
                    _ => {}
                }
            }
        }
        counts
    }

    /// Compares with the totals, which count failures without their codes.
    pub(crate) fn agree_with_totals(&self, telemetry: &Telemetry) -> bool {
        let totals = telemetry.totals();
        let own = [
            self.cache,
            self.identity_provider,
            self.failed(),
            self.cancelled,
        ];
        own == [
            totals.cache,
            totals.identity_provider,
            totals.failures,
            totals.cancelled,
        ]
    }
}

/// Returns the acquisitions in flight, if an export contains their number.
pub(crate) fn in_flight(collected: &ResourceMetrics) -> Option<i64> {
    let mut metrics = collected.scope_metrics().flat_map(ScopeMetrics::metrics);
    let gauge = metrics.find(|metric| metric.name() == "token_telemetry.acquisitions.in_flight")?;
    let AggregatedMetrics::I64(MetricData::Sum(sum)) = gauge.data() else {
        return None;
    };
    Some(sum.data_points().map(SumDataPoint::value).sum())
}

/// An observer that counts records, and token requests of calls that were not cancelled.
#[derive(Clone, Default)]
pub(crate) struct Counting {
    counts: Arc<Mutex<Counts>>,
    requests: Arc<AtomicU64>,
}

impl Counting {
    pub(crate) fn read(&self) -> (Counts, u64) {
        let counts = self
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        (counts, self.requests.load(Ordering::Relaxed))
    }
}

impl Observer for Counting {
    fn finished(&self, record: &AcquisitionRecord) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if record.outcome() == Outcome::Cancelled {
            counts.cancelled += 1;
            return;
        }
        self.requests
            .fetch_add(record.attempt_count().into(), Ordering::Relaxed);
        match (record.token_source(), record.error_code()) {
            (_, Some(code)) => *counts.failures.entry(code.to_owned()).or_default() += 1,
            (Some(TokenSource::Cache), None) => counts.cache += 1,
            (_, None) => counts.identity_provider += 1,
        }
    }
}

/// An observer that panics now and then, and compares starts with ends.
#[derive(Clone, Default)]
pub(crate) struct Panicking(Arc<Seen>);

#[derive(Default)]
struct Seen {
    started: AtomicU64,
    finished: AtomicU64,
}

impl Panicking {
    /// Returns the number of acquisitions that began and have not ended.
    pub(crate) fn unfinished(&self) -> u64 {
        let finished = self.0.finished.load(Ordering::Relaxed);
        self.0.started.load(Ordering::Relaxed) - finished
    }
}

impl Observer for Panicking {
    fn finished(&self, _: &AcquisitionRecord) {
        let seen = self.0.finished.fetch_add(1, Ordering::Relaxed);
        assert!(!seen.is_multiple_of(97), "{DELIBERATE}");
    }

    fn wants_started(&self) -> bool {
        true
    }

    fn started(&self, _: &StartedAcquisition<'_>) {
        let seen = self.0.started.fetch_add(1, Ordering::Relaxed);
        assert!(!seen.is_multiple_of(89), "{DELIBERATE}");
    }
}

/// Message of the deliberate panics.
const DELIBERATE: &str = "deliberate panic of an observer in the soak test";

/// Hides the deliberate panics, and no others, from the terminal.
pub(crate) fn silence_deliberate_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.to_string().contains(DELIBERATE) {
            usual(panic);
        }
    }));
}

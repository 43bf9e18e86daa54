//! How long callers waited for a token in the last minute, by where it came from.

use std::collections::VecDeque;

use hdrhistogram::Histogram;
use serde::Serialize;
use token_telemetry::{AcquisitionRecord, CacheLevel, TokenSource};

use crate::clock::micros;

/// Seconds in one slot of the window, and the number of slots.
const SLOT: u64 = 5;
const SLOTS: usize = 12;

/// Seconds that the window covers.
pub(crate) const WINDOW: u64 = SLOT * SLOTS as u64;

/// The longest time that has its own place in a histogram: ten minutes, in microseconds.
const LONGEST: u64 = 600_000_000;

/// Where a token came from, as the page names it.
const SOURCES: [(&str, &str); 4] = [
    ("cache_memory", "cache in memory"),
    ("cache_outside", "cache outside the process"),
    ("identity_provider", "identity provider"),
    ("broker", "broker"),
];

type Times = [Option<Histogram<u32>>; SOURCES.len()];

/// The times of the last minute.
#[derive(Default)]
pub(crate) struct Latency {
    slots: VecDeque<(u64, Times)>,
}

/// The times of one source, for the page.
#[derive(Serialize)]
pub(crate) struct SourceLatency {
    source: &'static str,
    label: &'static str,
    count: u64,
    p50_us: u64,
    p95_us: u64,
    p99_us: u64,
    max_us: u64,
    buckets: Vec<Bucket>,
}

#[derive(Serialize)]
struct Bucket {
    up_to_us: u64,
    count: u64,
}

impl Latency {
    /// Adds the time of a token that a caller waited for.
    pub(crate) fn add(&mut self, record: &AcquisitionRecord, second: u64) {
        if record.is_background() || !record.is_ok() {
            return;
        }
        let Some((source, total)) = source(record).zip(record.duration_total()) else {
            return;
        };
        let slot = second / SLOT;
        if self.slots.back().is_none_or(|(last, _)| *last < slot) {
            self.slots.push_back((slot, Times::default()));
        }
        self.forget(second);
        let Some((_, times)) = self.slots.back_mut() else {
            return;
        };
        let Some(times) = times.get_mut(source) else {
            return;
        };
        if times.is_none() {
            // About 12 kB, so only sources that give tokens have one.
            *times = Histogram::new_with_bounds(1, LONGEST, 2).ok();
        }
        if let Some(times) = times {
            times.saturating_record(micros(total));
        }
    }

    fn forget(&mut self, second: u64) {
        let oldest = (second / SLOT).saturating_sub(SLOTS as u64);
        while self.slots.front().is_some_and(|(slot, _)| *slot <= oldest) {
            self.slots.pop_front();
        }
    }

    /// Returns the quantiles of each source that gave a token in the window.
    pub(crate) fn read(&mut self, second: u64) -> Vec<SourceLatency> {
        self.forget(second);
        let sources = SOURCES.iter().enumerate();
        sources
            .filter_map(|(at, names)| Some(summary(*names, &self.merged(at)?)))
            .collect()
    }

    fn merged(&self, source: usize) -> Option<Histogram<u32>> {
        let mut all: Option<Histogram<u32>> = None;
        let slots = self.slots.iter();
        for times in slots.filter_map(|(_, times)| times.get(source)?.as_ref()) {
            match &mut all {
                // Both have the same bounds.
                Some(all) => all.add(times).unwrap_or_default(),
                None => all = Some(times.clone()),
            }
        }
        all
    }
}

fn source(record: &AcquisitionRecord) -> Option<usize> {
    match (record.token_source()?, record.cache_level()) {
        (TokenSource::Cache, Some(CacheLevel::L2Cache)) => Some(1),
        (TokenSource::Cache, _) => Some(0),
        (TokenSource::IdentityProvider, _) => Some(2),
        (TokenSource::Broker, _) => Some(3),
        (_, _) => None,
    }
}

fn summary((source, label): (&'static str, &'static str), times: &Histogram<u32>) -> SourceLatency {
    let octaves = times.iter_log(1, 2.0);
    let buckets = octaves.map(|octave| Bucket {
        up_to_us: octave.value_iterated_to() + 1,
        count: octave.count_since_last_iteration(),
    });
    SourceLatency {
        source,
        label,
        count: times.len(),
        p50_us: times.value_at_quantile(0.5),
        p95_us: times.value_at_quantile(0.95),
        p99_us: times.value_at_quantile(0.99),
        max_us: times.max(),
        buckets: buckets.filter(|bucket| bucket.count > 0).collect(),
    }
}

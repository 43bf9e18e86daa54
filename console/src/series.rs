//! Counts per second of the last two minutes.

use std::collections::VecDeque;

use serde::Serialize;
use token_telemetry::Totals;

/// Seconds that are kept.
const SECONDS: usize = 120;

/// What happened in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) hits: u64,
    pub(crate) fetches: u64,
    pub(crate) failures: u64,
    pub(crate) cancelled: u64,
}

impl Counts {
    pub(crate) fn of(totals: &Totals) -> Self {
        Self {
            hits: totals.cache,
            fetches: totals.identity_provider + totals.broker,
            failures: totals.failures,
            cancelled: totals.cancelled,
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            hits: self.hits.saturating_sub(before.hits),
            fetches: self.fetches.saturating_sub(before.fetches),
            failures: self.failures.saturating_sub(before.failures),
            cancelled: self.cancelled.saturating_sub(before.cancelled),
        }
    }

    fn add(&mut self, other: Self) {
        self.hits += other.hits;
        self.fetches += other.fetches;
        self.failures += other.failures;
        self.cancelled += other.cancelled;
    }
}

/// The counts of each second, from totals that only grow.
#[derive(Default)]
pub(crate) struct Series {
    seen: Option<Counts>,
    /// The current second, which is not complete.
    second: u64,
    counts: VecDeque<Counts>,
}

/// The series of the page, oldest second first.
#[derive(Serialize)]
pub(crate) struct SeriesData {
    step_s: u64,
    end_s: u64,
    hits: Vec<u64>,
    fetches: Vec<u64>,
    failures: Vec<u64>,
    cancelled: Vec<u64>,
}

impl Series {
    /// Adds what happened since the last call to this second.
    ///
    /// Afterwards the series is complete: seconds before the first call have zeros.
    pub(crate) fn add(&mut self, second: u64, totals: Counts) {
        let news = totals.since(self.seen.unwrap_or(totals));
        self.seen = Some(totals);
        let skipped = second.saturating_sub(self.second).min(SECONDS as u64);
        for _ in 0..skipped {
            self.counts.push_back(Counts::default());
        }
        self.second = self.second.max(second);
        while self.counts.len() > SECONDS {
            self.counts.pop_front();
        }
        if let Some(current) = self.counts.back_mut() {
            current.add(news);
        }
    }

    /// Returns the sum over the last seconds, this one included.
    pub(crate) fn sum(&self, seconds: u64) -> Counts {
        let mut sum = Counts::default();
        for (counts, _) in self.counts.iter().rev().zip(0..seconds) {
            sum.add(*counts);
        }
        sum
    }

    pub(crate) fn read(&self) -> SeriesData {
        let column = |of: fn(&Counts) -> u64| self.counts.iter().map(of).collect();
        SeriesData {
            step_s: 1,
            end_s: self.second,
            hits: column(|counts| counts.hits),
            fetches: column(|counts| counts.fetches),
            failures: column(|counts| counts.failures),
            cancelled: column(|counts| counts.cancelled),
        }
    }
}

//! What the console counts for one SDK.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use token_telemetry::error::ErrorKind;
use token_telemetry::{AcquisitionRecord, Outcome};

use crate::latency::{Latency, WINDOW};
use crate::series::{Counts, Series};

/// Error codes that are told apart per second; the others are counted together.
const CODES: usize = 32;

/// The name under which other codes are counted.
const OTHER: &str = "other codes";

/// The figures of one SDK.
#[derive(Default)]
pub(crate) struct Board {
    pub(crate) series: Series,
    pub(crate) latency: Latency,
    seconds: VecDeque<(u64, Second)>,
}

/// What the records of one second say.
#[derive(Default)]
struct Second {
    attempts: u64,
    throttled: u64,
    reasons: BTreeMap<&'static str, u64>,
    errors: BTreeMap<Failure, u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Failure {
    code: String,
    kind: Option<&'static str>,
}

/// The sums over the window, for the page.
#[derive(Serialize)]
pub(crate) struct WindowData {
    seconds: u64,
    hits: u64,
    fetches: u64,
    failures: u64,
    cancelled: u64,
    attempts: u64,
    throttled: u64,
    sources: Vec<crate::latency::SourceLatency>,
    reasons: BTreeMap<&'static str, u64>,
    errors: Vec<ErrorData>,
}

#[derive(Serialize)]
struct ErrorData {
    code: String,
    kind: Option<&'static str>,
    count: u64,
}

impl Board {
    /// Counts a record in this second.
    pub(crate) fn finished(&mut self, record: &AcquisitionRecord, now: u64) {
        self.latency.add(record, now);
        self.second(now, |second| second.count(record));
    }

    /// Counts in this second; a clock that goes backwards does not matter.
    fn second(&mut self, now: u64, count: impl FnOnce(&mut Second)) {
        self.forget(now);
        if self.seconds.back().is_none_or(|(newest, _)| *newest < now) {
            self.seconds.push_back((now, Second::default()));
        }
        if let Some((_, second)) = self.seconds.back_mut() {
            count(second);
        }
    }

    fn forget(&mut self, now: u64) {
        let oldest = now.saturating_sub(WINDOW);
        while self
            .seconds
            .front()
            .is_some_and(|(second, _)| *second <= oldest)
        {
            self.seconds.pop_front();
        }
    }

    /// Returns the sums over the window that ends now.
    pub(crate) fn window(&mut self, now: u64) -> WindowData {
        self.forget(now);
        let Counts {
            hits,
            fetches,
            failures,
            cancelled,
        } = self
            .series
            .sum(usize::try_from(WINDOW).unwrap_or(usize::MAX));
        let mut all = Second::default();
        for (_, second) in &self.seconds {
            all.add(second);
        }
        let errors = all.errors.into_iter().map(|(failure, count)| ErrorData {
            code: failure.code,
            kind: failure.kind,
            count,
        });
        let mut errors: Vec<ErrorData> = errors.collect();
        errors.sort_by_key(|error| std::cmp::Reverse(error.count));
        errors.truncate(CODES);
        WindowData {
            seconds: WINDOW,
            hits,
            fetches,
            failures,
            cancelled,
            attempts: all.attempts,
            throttled: all.throttled,
            sources: self.latency.read(now),
            reasons: all.reasons,
            errors,
        }
    }
}

impl Second {
    fn count(&mut self, record: &AcquisitionRecord) {
        self.attempts += u64::from(record.attempt_count());
        if record
            .duration_throttled()
            .is_some_and(|wait| !wait.is_zero())
        {
            self.throttled += 1;
        }
        if let Some(reason) = record.refresh_reason() {
            *self.reasons.entry(reason.name()).or_default() += 1;
        }
        if matches!(record.outcome(), Outcome::Error | Outcome::Panicked) {
            self.count_error(Failure {
                code: record.error_code().unwrap_or("unknown").to_owned(),
                kind: record.error_kind().map(ErrorKind::name),
            });
        }
    }

    fn count_error(&mut self, failure: Failure) {
        let is_known = self.errors.len() < CODES || self.errors.contains_key(&failure);
        let failure = if is_known {
            failure
        } else {
            Failure {
                code: OTHER.to_owned(),
                kind: None,
            }
        };
        *self.errors.entry(failure).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        self.attempts += other.attempts;
        self.throttled += other.throttled;
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        for (failure, count) in &other.errors {
            *self.errors.entry(failure.clone()).or_default() += count;
        }
    }
}

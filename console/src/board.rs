//! What the console counts for one SDK.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::Serialize;
use token_telemetry::error::ErrorKind;
use token_telemetry::{AcquisitionRecord, Outcome, Totals};

use crate::entry;
use crate::latency::{Latency, SourceLatency, WINDOW};
use crate::series::{Counts, Series, SeriesData};

/// Error codes that have their own count; the others are counted together.
const CODES: usize = 32;

/// The shortest pause that slows an acquisition down: a server may also ask for none.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// The name under which other codes are counted.
const OTHER: &str = "other codes";

/// The counts of one SDK.
pub(crate) struct Board {
    series: Series,
    latency: Latency,
    seconds: VecDeque<(u64, Second)>,
    hits: Hits,
}

/// Cache hits that were counted, and those whose records arrived.
struct Hits {
    before: u64,
    counted: u64,
    shown: u64,
}

/// What the records of one second say.
#[derive(Default)]
struct Second {
    attempts: u64,
    throttled: u64,
    reasons: BTreeMap<&'static str, u64>,
    errors: BTreeMap<Failure, u64>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Failure {
    code: String,
    kind: Option<&'static str>,
}

/// What the console has counted for one SDK, for the page.
#[derive(Serialize)]
pub(crate) struct Figures {
    /// Cache hits since the start that have no entry, because they are sampled.
    hits_not_shown: u64,
    window: WindowData,
    series: SeriesData,
}

/// The sums over the window.
#[derive(Serialize)]
struct WindowData {
    seconds: u64,
    hits: u64,
    fetches: u64,
    failures: u64,
    cancelled: u64,
    attempts: u64,
    throttled: u64,
    sources: Vec<SourceLatency>,
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
    /// Creates the board of an SDK with these totals.
    pub(crate) fn new(totals: &Totals) -> Self {
        Self {
            series: Series::default(),
            latency: Latency::default(),
            seconds: VecDeque::new(),
            hits: Hits {
                before: totals.cache,
                counted: totals.cache,
                shown: 0,
            },
        }
    }

    /// Counts what has happened since the last totals in this second.
    pub(crate) fn count(&mut self, totals: &Totals, now: u64) {
        self.series.add(now, Counts::of(totals));
        self.hits.counted = totals.cache;
    }

    /// Counts what a record says in this second.
    pub(crate) fn finished(&mut self, record: &AcquisitionRecord, now: u64) {
        self.hits.shown += u64::from(entry::is_hit(record));
        self.latency.add(record, now);
        self.forget(now);
        if self.seconds.back().is_none_or(|(newest, _)| *newest < now) {
            self.seconds.push_back((now, Second::default()));
        }
        if let Some((_, second)) = self.seconds.back_mut() {
            second.count(record);
        }
    }

    fn forget(&mut self, now: u64) {
        let oldest = now.saturating_sub(WINDOW);
        let is_over = |(second, _): &(u64, Second)| *second <= oldest;
        while self.seconds.front().is_some_and(is_over) {
            self.seconds.pop_front();
        }
    }

    /// Returns everything that was counted until now.
    pub(crate) fn read(&mut self, now: u64) -> Figures {
        let Hits {
            before,
            counted,
            shown,
        } = self.hits;
        Figures {
            // A record may arrive before it is counted.
            hits_not_shown: counted.saturating_sub(before).saturating_sub(shown),
            window: self.window(now),
            series: self.series.read(),
        }
    }

    fn window(&mut self, now: u64) -> WindowData {
        self.forget(now);
        let Counts {
            hits,
            fetches,
            failures,
            cancelled,
        } = self.series.sum(WINDOW);
        let mut all = Second::default();
        for (_, second) in &self.seconds {
            all.add(second);
        }
        WindowData {
            seconds: WINDOW,
            hits,
            fetches,
            failures,
            cancelled,
            attempts: all.attempts,
            throttled: all.throttled,
            sources: self.latency.read(now),
            errors: errors(all.errors),
            reasons: all.reasons,
        }
    }
}

/// Returns the most frequent errors first, and those beyond the limit as one.
fn errors(counts: BTreeMap<Failure, u64>) -> Vec<ErrorData> {
    let errors = counts.into_iter().map(|(failure, count)| ErrorData {
        code: failure.code,
        kind: failure.kind,
        count,
    });
    let mut errors: Vec<ErrorData> = errors.collect();
    errors.sort_by_key(|error| (error.code == OTHER, Reverse(error.count)));
    if errors.len() > CODES {
        let others = errors.split_off(CODES);
        errors.push(ErrorData {
            code: OTHER.to_owned(),
            kind: None,
            count: others.iter().map(|error| error.count).sum(),
        });
    }
    errors
}

impl Second {
    fn count(&mut self, record: &AcquisitionRecord) {
        self.attempts += u64::from(record.attempt_count());
        if record
            .duration_throttled()
            .is_some_and(|wait| wait >= SHORTEST_PAUSE)
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

//! What a log says about the health of the applications behind it.

use std::io::{self, Read};

use token_telemetry::entra::read::ReadError;
use token_telemetry::entra::{FieldValue, Header, ReceivedHeaders, ReportedFailure};

use super::arrivals::{Arrivals, guid};
use super::current::{self, Current};
use super::input::{self, Amount, Format, KNOWN};
use super::lags::Lags;
use super::memo::Memo;
use super::request::{Field, Request};
use super::sink::Sink;
use super::table::{Counts, PART, Table, clean};
use super::time;
use super::timeline::{Interval, Timeline};
use super::unreadable::Unreadable;
use super::words::{REASONS, reason_index};

/// Most rows of a table. A name has at most about 150 bytes.
const ROWS: usize = 4096;
/// A count of cache hits above this in one header is a lie.
const PLAUSIBLE_HITS: u64 = 1_000_000_000;

/// The counts of an SDK, a version, or an API.
#[derive(Clone, Default)]
pub(crate) struct Row {
    pub(crate) requests: u64,
    pub(crate) reasons: [u64; REASONS],
    /// Readable last-telemetry headers. Without any, hits and failures are unknown.
    pub(crate) reports: u64,
    pub(crate) hits: u64,
    pub(crate) failures: u64,
    pub(crate) unreadable: u64,
}

impl Counts for Row {
    fn add(&mut self, other: &Self) {
        let Self {
            requests,
            reasons,
            reports,
            hits,
            failures,
            unreadable,
        } = other;
        self.requests += requests;
        self.reports += reports;
        self.hits = self.hits.saturating_add(*hits);
        self.failures += failures;
        self.unreadable += unreadable;
        for (sum, count) in self.reasons.iter_mut().zip(reasons) {
            *sum += count;
        }
    }

    fn weight(&self) -> u64 {
        self.requests.max(self.failures)
    }
}

/// The statistics of all logs read so far.
pub(crate) struct Report {
    pub(crate) amount: Amount,
    /// Lines or blocks without a telemetry header.
    pub(crate) without_telemetry: u64,
    pub(crate) with_time: u64,
    pub(crate) first_time: Option<i64>,
    pub(crate) last_time: Option<i64>,
    pub(crate) total: Row,
    pub(crate) sdks: Table<Row>,
    pub(crate) versions: Table<Row>,
    pub(crate) apis: Table<Row>,
    pub(crate) failures: Table<u64>,
    pub(crate) timeline: Timeline,
    pub(crate) lags: Lags,
    pub(crate) unreadable: Unreadable,
    arrivals: Arrivals,
    currents: Memo<Result<Current, ReadError>>,
    /// The hits of headers without failures.
    hits_only: Memo<u64>,
    names: Names,
}

/// The names of the rows that a request belongs to, in buffers that are reused.
#[derive(Default)]
struct Names {
    sdk: String,
    version: String,
    api: String,
}

impl Names {
    fn set(&mut self, request: &Request<'_>) {
        self.sdk.clear();
        clean(request.get(Field::Sku).unwrap_or_default(), &mut self.sdk);
        self.version.clear();
        self.version.push_str(&self.sdk);
        self.version.push(PART);
        clean(
            request.get(Field::Version).unwrap_or_default(),
            &mut self.version,
        );
    }

    fn set_api(&mut self, api: Option<u64>) {
        use std::fmt::Write as _;
        self.api.clear();
        self.api.push_str(&self.sdk);
        self.api.push(PART);
        // Writing to a string cannot fail.
        let _written = match api {
            Some(number) => write!(self.api, "{number}"),
            None => write!(self.api, "(none)"),
        };
    }
}

/// What one request adds to the counts.
#[derive(Default)]
struct Found {
    api: Option<u64>,
    reason: usize,
    reports: u64,
    hits: u64,
    failures: u64,
    unreadable: u64,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            amount: Amount::default(),
            without_telemetry: 0,
            with_time: 0,
            first_time: None,
            last_time: None,
            total: Row::default(),
            sdks: Table::new(ROWS),
            versions: Table::new(ROWS),
            apis: Table::new(ROWS),
            failures: Table::new(ROWS),
            timeline: Timeline::default(),
            lags: Lags::default(),
            unreadable: Unreadable::default(),
            arrivals: Arrivals::default(),
            currents: Memo::new(),
            hits_only: Memo::new(),
            names: Names::default(),
        }
    }

    /// Reads a log and adds it to the statistics; fails if it has lines and none can be read.
    pub(crate) fn read(
        &mut self,
        name: &str,
        source: impl Read,
        format: Option<Format>,
    ) -> io::Result<()> {
        self.unreadable.set_file(name);
        let (read_before, unreadable_before) = (self.lines_read(), self.unreadable.lines());
        let amount = input::read(source, format, self)?;
        self.amount.lines += amount.lines;
        self.amount.bytes += amount.bytes;
        // An empty log, or one of comments only, has no unreadable line either.
        let unreadable = self.unreadable.lines() - unreadable_before;
        if unreadable > 0 && self.lines_read() == read_before {
            let error = format!(
                "none of its {unreadable} lines could be read; expected {KNOWN}, which --help describes"
            );
            return Err(io::Error::other(error));
        }
        Ok(())
    }

    /// Returns how many lines or blocks were read.
    const fn lines_read(&self) -> u64 {
        self.total.requests + self.without_telemetry
    }

    fn current(&mut self, received: &ReceivedHeaders<'_>, line: u64, found: &mut Found) {
        let known = self.currents.get(received, Header::CurrentTelemetry);
        let current = known.unwrap_or_else(|| {
            let current = current::read(received);
            self.currents.set(current);
            current
        });
        match current {
            Ok(current) => {
                found.api = current.api;
                found.reason = current.reason;
            }
            Err(error) => self.rejected("x-client-current-telemetry", error, line, found),
        }
    }

    fn last(
        &mut self,
        received: &ReceivedHeaders<'_>,
        line: u64,
        time: Option<i64>,
        found: &mut Found,
    ) {
        if let Some(hits) = self.hits_only.get(received, Header::LastTelemetry) {
            (found.reports, found.hits) = (1, hits);
            return;
        }
        let last = match received.last() {
            Ok(Some(last)) => last,
            Ok(None) => return,
            Err(error) => return self.rejected("x-client-last-telemetry", error, line, found),
        };
        let telemetry = last.telemetry();
        found.reports = 1;
        if telemetry.hits() > PLAUSIBLE_HITS {
            found.unreadable += 1;
            self.unreadable.add("cache hits", "implausible-count", line);
        } else {
            found.hits = telemetry.hits();
            if telemetry.failures().is_empty() {
                self.hits_only.set(found.hits);
            }
        }
        found.failures = telemetry.failures().len() as u64;
        for failure in telemetry.failures() {
            self.failure(failure, time);
        }
    }

    fn failure(&mut self, failure: &ReportedFailure<'_>, time: Option<i64>) {
        let mut api = None;
        if let FieldValue::Number(number) = failure.api() {
            api = Some(*number);
        }
        self.names.set_api(api);
        self.apis.row(&self.names.api).failures += 1;
        self.names.api.push(PART);
        clean(failure.code().as_bytes(), &mut self.names.api);
        *self.failures.row(&self.names.api) += 1;
        let id = guid(failure.correlation_id().to_string().as_bytes());
        // The request that reports is not counted yet.
        let number = self.total.requests + 1;
        let lag = id.map(|id| self.arrivals.reported(id, number, time));
        self.lags.add(lag);
    }

    fn rejected(&mut self, header: &'static str, error: ReadError, line: u64, found: &mut Found) {
        found.unreadable += 1;
        self.unreadable.add(header, error.reason().name(), line);
    }

    fn count(&mut self, found: &Found) {
        self.names.set_api(found.api);
        let rows = [
            (self.sdks.row(&self.names.sdk), true),
            (self.versions.row(&self.names.version), true),
            // The header does not say which APIs had cache hits; failures are counted one by one.
            (self.apis.row(&self.names.api), false),
            (&mut self.total, true),
        ];
        for (row, has_last) in rows {
            row.requests += 1;
            row.unreadable += found.unreadable;
            if let Some(count) = row.reasons.get_mut(found.reason) {
                *count += 1;
            }
            if has_last {
                row.reports += found.reports;
                row.hits = row.hits.saturating_add(found.hits);
                row.failures += found.failures;
            }
        }
    }

    fn count_time(&mut self, time: i64, found: &Found) {
        self.with_time += 1;
        self.first_time = Some(self.first_time.map_or(time, |first| first.min(time)));
        self.last_time = self.last_time.max(Some(time));
        let counts = Interval {
            requests: 1,
            failures: found.failures,
            hits: found.hits,
        };
        self.timeline.add(time, counts);
    }
}

impl Sink for Report {
    fn request(&mut self, request: &Request<'_>, line: u64) {
        if !request.has_telemetry() {
            self.without_telemetry += 1;
            return;
        }
        let time = time_of(request);
        let mut found = Found {
            reason: reason_index(None, false),
            ..Found::default()
        };
        self.names.set(request);
        let received = request.received();
        self.current(&received, line, &mut found);
        self.last(&received, line, time, &mut found);
        self.count(&found);
        if let Some(time) = time {
            self.count_time(time, &found);
        }
        if let Some(id) = request.get(Field::RequestId).and_then(guid) {
            self.arrivals.arrived(id, self.total.requests, time);
        }
    }

    fn unreadable(&mut self, subject: &'static str, reason: &'static str, line: u64) {
        self.unreadable.add(subject, reason, line);
    }
}

fn time_of(request: &Request<'_>) -> Option<i64> {
    let time = request.get(Field::Time);
    let date = request.get(Field::Date);
    let of_columns = || time::of_columns(date?, time?);
    time.and_then(time::parse)
        .or_else(of_columns)
        .or_else(|| time::parse(date?))
}

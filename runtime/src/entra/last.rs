//! `x-client-last-telemetry`: failures and cache hits that the server has not heard of yet.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderName;

use super::dialect::Dialect;
use crate::acquisition::backend::Carriage;
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::api::Api;
use crate::error::ErrorInfo;
use crate::wire::ClientRequestId;

/// Name of the header.
pub const LAST_TELEMETRY: HeaderName = HeaderName::from_static("x-client-last-telemetry");

/// Most authorities that failures are kept for; the one that failed longest ago goes first.
const MAX_AUTHORITIES: usize = 16;

/// Failure that waits to be reported to its authority.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingFailure {
    /// Function that failed.
    pub api: Api,
    /// Id of the failed acquisition.
    pub correlation_id: ClientRequestId,
    /// Code of the failure.
    pub code: Cow<'static, str>,
    /// Authority the failure is for; absent if it happened before one was asked.
    pub authority: Option<Arc<str>>,
    /// Whether a request that is under way carries it.
    pub in_flight: bool,
}

/// Value of the header for one token request.
///
/// ```text
/// value    = "5|" hits "|" [ failed *( "," failed ) ] "|" [ code *( "," code ) ] "|"
/// failed   = api "," correlation-id
/// ```
///
/// Example: `5|3|1004,ad8c894a-557f-48c0-b045-c129590c344e|invalid_client|`
pub(crate) struct LastTelemetry {
    schema: u8,
    hits: u64,
    failed: String,
    codes: String,
}

impl LastTelemetry {
    fn new(schema: u8, hits: u64) -> Self {
        Self {
            schema,
            hits,
            failed: String::new(),
            codes: String::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.hits == 0 && self.failed.is_empty()
    }

    /// Length of the value, in bytes.
    fn len(&self) -> usize {
        let digits = |number: u64| number.checked_ilog10().unwrap_or(0) as usize + 1;
        // Four delimiters frame the two lists.
        digits(self.schema.into()) + digits(self.hits) + self.failed.len() + self.codes.len() + 4
    }

    /// Adds a failure if the value stays within `budget`.
    fn push(&mut self, failure: &PendingFailure, budget: usize) -> bool {
        let (failed, codes) = (self.failed.len(), self.codes.len());
        let separator = if failed == 0 { "" } else { "," };
        let PendingFailure {
            api,
            correlation_id,
            code,
            authority: _,
            in_flight: _,
        } = failure;
        let written = write!(self.failed, "{separator}{},{correlation_id}", api.number())
            .and_then(|()| write!(self.codes, "{separator}{code}"));
        let fits = written.is_ok() && self.len() <= budget;
        if !fits {
            self.failed.truncate(failed);
            self.codes.truncate(codes);
        }
        fits
    }
}

impl fmt::Display for LastTelemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            schema,
            hits,
            failed,
            codes,
        } = self;
        write!(f, "{schema}|{hits}|{failed}|{codes}|")
    }
}

/// Failures in the order in which they happened; each is in at most one request at a time.
#[derive(Debug)]
pub(crate) struct FailureQueue {
    state: Mutex<QueueState>,
    schema: u8,
    budget: usize,
    kept: usize,
    reports_cancelled: bool,
}

#[derive(Debug, Default)]
struct QueueState {
    entries: VecDeque<Entry>,
    next_ticket: u64,
    /// Cache hits that a delivered request or one under way has reported.
    hits_reported: u64,
    lost: u64,
}

#[derive(Debug)]
struct Entry {
    ticket: u64,
    failure: PendingFailure,
}

impl FailureQueue {
    pub(crate) fn new(dialect: &Dialect) -> Self {
        Self {
            state: Mutex::default(),
            schema: dialect.schema(),
            budget: dialect.last_budget(),
            kept: dialect.kept(),
            reports_cancelled: dialect.reports_cancelled(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues the failures of a finished acquisition.
    pub(crate) fn keep(&self, record: &AcquisitionRecord) {
        let reported = match record.outcome() {
            Outcome::Ok => None,
            Outcome::Cancelled if !self.reports_cancelled => None,
            Outcome::Error | Outcome::Cancelled | Outcome::Panicked => record.error(),
        };
        for info in record.sub_failures().iter().chain(reported) {
            self.push(record, info);
        }
    }

    fn push(&self, record: &AcquisitionRecord, info: &ErrorInfo) {
        let (Some(correlation_id), Some(code)) = (record.facts().correlation_id, info.code_text())
        else {
            return;
        };
        let failure = PendingFailure {
            api: record.api(),
            correlation_id,
            code,
            authority: record
                .facts()
                .rare
                .as_ref()
                .and_then(|rare| rare.http.host.clone()),
            in_flight: false,
        };
        let mut state = self.lock();
        state.make_room(&failure, self.kept);
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.entries.push_back(Entry { ticket, failure });
    }

    /// What one request reports; none if there is nothing to say.
    ///
    /// Asked again for the same request it reports the same.
    pub(crate) fn take(
        &self,
        host: Option<&str>,
        hits: u64,
        carriage: &mut Carriage,
    ) -> Option<LastTelemetry> {
        let mut state = self.lock();
        if !carriage.taken {
            carriage.taken = true;
            carriage.hits = hits.saturating_sub(state.hits_reported);
            state.hits_reported += carriage.hits;
            carriage.failures = state.choose(
                host,
                &LastTelemetry::new(self.schema, carriage.hits),
                self.budget,
            );
        }
        let mut last = LastTelemetry::new(self.schema, carriage.hits);
        for entry in state
            .entries
            .iter()
            .filter(|entry| carriage.failures.contains(&entry.ticket))
        {
            last.push(&entry.failure, usize::MAX);
        }
        (!last.is_empty()).then_some(last)
    }

    /// Forgets what a delivered request carried; of any other it is to be reported again.
    pub(crate) fn settle(&self, carriage: &Carriage, delivered: bool) {
        let Carriage {
            taken: _,
            failures,
            hits,
        } = carriage;
        if failures.is_empty() && *hits == 0 {
            return;
        }
        let mut state = self.lock();
        if delivered {
            state
                .entries
                .retain(|entry| !failures.contains(&entry.ticket));
        } else {
            state.hits_reported = state.hits_reported.saturating_sub(*hits);
            for entry in state
                .entries
                .iter_mut()
                .filter(|entry| failures.contains(&entry.ticket))
            {
                entry.failure.in_flight = false;
            }
        }
    }

    pub(crate) fn pending(&self) -> Vec<PendingFailure> {
        self.lock()
            .entries
            .iter()
            .map(|entry| entry.failure.clone())
            .collect()
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lock().lost
    }
}

impl QueueState {
    /// Marks the oldest failures for `host` that fit beside `frame`, and returns their tickets.
    fn choose(&mut self, host: Option<&str>, frame: &LastTelemetry, budget: usize) -> Vec<u64> {
        let mut value = LastTelemetry::new(frame.schema, frame.hits);
        let mut chosen = Vec::new();
        let mut too_big = Vec::new();
        for Entry { ticket, failure } in &mut self.entries {
            let addressed = failure
                .authority
                .as_deref()
                .is_none_or(|authority| Some(authority) == host);
            if failure.in_flight || !addressed {
                continue;
            }
            if value.push(failure, budget) {
                failure.in_flight = true;
                chosen.push(*ticket);
            } else if chosen.is_empty() {
                // Alone it is too big already: it must not block the ones behind it.
                too_big.push(*ticket);
            } else {
                break;
            }
        }
        self.lost += too_big.len() as u64;
        self.entries
            .retain(|entry| !too_big.contains(&entry.ticket));
        chosen
    }

    /// Drops the oldest failures until one more fits, and counts them.
    fn make_room(&mut self, failure: &PendingFailure, kept: usize) {
        let same = |entry: &Entry| entry.failure.authority == failure.authority;
        if self.entries.iter().filter(|entry| same(entry)).count() >= kept {
            if let Some(at) = self.entries.iter().position(same) {
                self.entries.remove(at);
                self.lost += 1;
            }
        }
        if !self.entries.iter().any(same) && self.authorities() >= MAX_AUTHORITIES {
            self.drop_oldest_authority();
        }
    }

    fn authorities(&self) -> usize {
        let first_of_its_authority = |(at, entry): &(usize, &Entry)| {
            !self
                .entries
                .iter()
                .take(*at)
                .any(|earlier| earlier.failure.authority == entry.failure.authority)
        };
        self.entries
            .iter()
            .enumerate()
            .filter(first_of_its_authority)
            .count()
    }

    fn drop_oldest_authority(&mut self) {
        let Some(oldest) = self
            .entries
            .front()
            .map(|entry| entry.failure.authority.clone())
        else {
            return;
        };
        let before = self.entries.len();
        self.entries
            .retain(|entry| entry.failure.authority != oldest);
        self.lost += (before - self.entries.len()) as u64;
    }
}

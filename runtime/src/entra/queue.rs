//! Failures that wait to be reported, and which request carries which of them.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::current;
use super::dialect::{Capacity, Dialect, LastForm, OverBudget, SendOrder};
use super::last::{self, Written};
use super::tail::TailField;
use super::value::FieldValue;
use crate::acquisition::backend::Carriage;
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::api::Api;
use crate::error::ErrorInfo;
use crate::wire::{ClientRequestId, Scratch, digits};

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

/// Failures in the order in which they happened; each is in at most one request at a time.
#[derive(Debug)]
pub(super) struct FailureQueue {
    state: Mutex<QueueState>,
    dialect: Dialect,
}

#[derive(Debug, Default)]
struct QueueState {
    entries: VecDeque<Entry>,
    /// Number of the request that took from the queue last.
    requests: u64,
    /// Cache hits that a delivered request or one under way has reported.
    hits_reported: u64,
    lost: u64,
}

#[derive(Debug)]
struct Entry {
    /// What the dialect tells of it in the last segment.
    tail: String,
    failure: PendingFailure,
    /// Number of the request that carries it, zero if none does.
    carrier: u64,
}

impl Entry {
    fn is_for(&self, host: Option<&str>) -> bool {
        let authority = self.failure.authority.as_deref();
        authority.is_none_or(|authority| Some(authority) == host)
    }

    fn len(&self) -> usize {
        digits(self.failure.api.number().into()) + ClientRequestId::LEN + self.failure.code.len()
    }
}

impl FailureQueue {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            state: Mutex::default(),
            dialect,
        }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues the failures of a finished acquisition.
    pub(super) fn keep(&self, record: &AcquisitionRecord) {
        for info in record.sub_failures() {
            self.keep_error(record, info);
        }
        match record.outcome() {
            Outcome::Ok => {}
            Outcome::Error | Outcome::Panicked => {
                if let Some(info) = record.error() {
                    self.keep_error(record, info);
                }
            }
            Outcome::Cancelled => {
                if let Some(code) = self.dialect.last.cancelled {
                    self.push(record, code.into());
                }
            }
        }
    }

    fn keep_error(&self, record: &AcquisitionRecord, info: &ErrorInfo) {
        if info.is_foreign() && !self.dialect.last.foreign {
            return;
        }
        if let Some(code) = info.code_up_to(self.dialect.last.code_len) {
            self.push(record, code);
        }
    }

    fn push(&self, record: &AcquisitionRecord, code: Cow<'static, str>) {
        let facts = record.facts();
        let Some(correlation_id) = facts.correlation_id else {
            return;
        };
        let failure = PendingFailure {
            api: record.api(),
            correlation_id,
            code,
            authority: facts.rare.as_ref().and_then(|rare| rare.http.host.clone()),
            in_flight: false,
        };
        let entry = Entry {
            tail: last::own_tail(&self.dialect, |field| current::of_facts(facts, field)),
            failure,
            carrier: 0,
        };
        let mut state = self.lock();
        if state.make_room(&entry, &self.dialect.last) {
            state.entries.push_back(entry);
        } else {
            state.lost += 1;
        }
    }

    /// Writes what one request reports; false if nothing is to be sent.
    ///
    /// Asked again for the same request it reports the same.
    pub(super) fn write(
        &self,
        host: Option<&str>,
        hits: u64,
        carriage: &mut Carriage,
        out: &mut Scratch,
    ) -> bool {
        let mut state = self.lock();
        if carriage.request == 0 {
            state.requests += 1;
            carriage.request = state.requests;
            carriage.hits = hits.saturating_sub(state.hits_reported);
            state.hits_reported += carriage.hits;
            state.choose(&self.dialect, host, carriage);
        }
        if carriage.forgot {
            return true;
        }
        let carried = || {
            state
                .entries
                .iter()
                .filter(|entry| entry.carrier == carriage.request)
        };
        let written = carried().map(|entry| Written {
            api: entry.failure.api.number().into(),
            id: entry.failure.correlation_id.into(),
            code: &entry.failure.code,
            tail: &entry.tail,
        });
        let all_sent = || carried().count() == carriage.waiting;
        let tail = |field: TailField| match field {
            TailField::Constant(_) => None,
            TailField::Waiting => Some(FieldValue::Number(carriage.waiting as u64)),
            TailField::Overflow => Some(FieldValue::Flag(!all_sent())),
            TailField::AllSent => Some(FieldValue::Flag(all_sent())),
        };
        last::write(&self.dialect, carriage.hits, written, tail, out);
        self.dialect.last.sent_when_empty || carriage.hits > 0 || carried().next().is_some()
    }

    /// Forgets what a delivered request carried; of any other it is to be reported again.
    pub(super) fn settle(&self, carriage: &Carriage, delivered: bool) {
        if carriage.request == 0 {
            return;
        }
        let mut state = self.lock();
        if delivered {
            state
                .entries
                .retain(|entry| entry.carrier != carriage.request);
        } else {
            state.hits_reported = state.hits_reported.saturating_sub(carriage.hits);
            for entry in &mut state.entries {
                if entry.carrier == carriage.request {
                    entry.carrier = 0;
                }
            }
        }
    }

    pub(super) fn pending(&self) -> Vec<PendingFailure> {
        let shown = |entry: &Entry| PendingFailure {
            in_flight: entry.carrier != 0,
            ..entry.failure.clone()
        };
        self.lock().entries.iter().map(shown).collect()
    }

    /// Cache hits that no request has reported, out of so many.
    pub(super) fn pending_hits(&self, hits: u64) -> u64 {
        hits.saturating_sub(self.lock().hits_reported)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lock().lost
    }
}

impl QueueState {
    /// Gives a request the failures for `host` that fit beside its hits.
    fn choose(&mut self, dialect: &Dialect, host: Option<&str>, carriage: &mut Carriage) {
        let waiting = self
            .entries
            .iter()
            .filter(|entry| entry.is_for(host))
            .count();
        let mut budget = Budget::new(dialect, carriage.hits, waiting);
        let mut chosen = 0;
        let mut too_big = 0_usize;
        let mut left_out = false;
        let free = |entry: &&mut Entry| entry.carrier == 0 && entry.is_for(host);
        let mut offer = |entry: &mut Entry| {
            if left_out {
                return;
            }
            if budget.take(entry) {
                entry.carrier = carriage.request;
                chosen += 1;
            } else if chosen == 0 && dialect.last.over_budget == OverBudget::Wait {
                // Alone it is too big already: it must not block the ones behind it.
                entry.carrier = TOO_BIG;
                too_big += 1;
            } else {
                left_out = true;
            }
        };
        match dialect.last.order {
            SendOrder::OldestFirst => self.entries.iter_mut().filter(free).for_each(&mut offer),
            SendOrder::NewestFirst => self
                .entries
                .iter_mut()
                .rev()
                .filter(free)
                .for_each(&mut offer),
        }
        if too_big > 0 {
            self.entries.retain(|entry| entry.carrier != TOO_BIG);
            self.lost += too_big as u64;
        }
        carriage.waiting = waiting - too_big;
        if left_out && dialect.last.over_budget == OverBudget::ForgetAll {
            self.forget(host, carriage);
        }
    }

    /// Drops everything that the request could have reported.
    fn forget(&mut self, host: Option<&str>, carriage: &mut Carriage) {
        let request = carriage.request;
        let before = self.entries.len();
        self.entries.retain(|entry| {
            !entry.is_for(host) || !(entry.carrier == 0 || entry.carrier == request)
        });
        self.lost += (before - self.entries.len()) as u64;
        carriage.hits = 0;
        carriage.forgot = true;
    }

    /// Drops the oldest failures until one more fits, and counts them; false if it is not to be kept.
    fn make_room(&mut self, new: &Entry, form: &LastForm) -> bool {
        let same = |entry: &Entry| entry.failure.authority == new.failure.authority;
        match form.capacity {
            Capacity::DropOldest(kept) => {
                let waiting = self.entries.iter().filter(|entry| same(entry)).count();
                let oldest = self.entries.iter().position(same);
                if let Some(at) = oldest.filter(|_| waiting >= kept) {
                    self.entries.remove(at);
                    self.lost += 1;
                }
            }
            Capacity::OneHeader => {
                let host = new.failure.authority.as_deref();
                let mut budget = Budget::of_failures(form);
                let mut all = self.entries.iter().filter(|entry| entry.is_for(host));
                if !(all.all(|entry| budget.take(entry)) && budget.take(new)) {
                    return false;
                }
            }
        }
        if !self.entries.iter().any(same) && self.authorities() >= MAX_AUTHORITIES {
            self.drop_oldest_authority();
        }
        true
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

/// Marks an entry that is about to be dropped; no request gets this number.
const TOO_BIG: u64 = u64::MAX;

/// Bytes that are left in the header.
struct Budget {
    left: usize,
    /// Bytes that each failure costs beside its texts, the first one and the others.
    first: usize,
    other: usize,
    empty: bool,
}

impl Budget {
    /// Room in the header of one request.
    fn new(dialect: &Dialect, hits: u64, waiting: usize) -> Self {
        let form = &dialect.last;
        if !form.frame_counts {
            return Self::of_failures(form);
        }
        let tail: usize = form.tail.iter().map(|field| field.len(waiting)).sum();
        let separators = form.tail.len().saturating_sub(1);
        let frame = digits(dialect.schema.into()) + digits(hits) + "||||".len() + tail + separators;
        Self {
            left: form.budget.saturating_sub(frame),
            ..Self::of_failures(form)
        }
    }

    /// Room for failures alone.
    const fn of_failures(form: &LastForm) -> Self {
        let own_tail = if form.per_failure.is_empty() { 0 } else { 1 };
        Self {
            left: form.budget,
            // Between api and id; then one delimiter before each part of a later failure.
            first: if form.frame_counts { 1 } else { 3 },
            other: if form.frame_counts { 3 + own_tail } else { 3 },
            empty: true,
        }
    }

    fn take(&mut self, entry: &Entry) -> bool {
        let delimiters = if self.empty { self.first } else { self.other };
        let Some(left) = self
            .left
            .checked_sub(delimiters + entry.len() + entry.tail.len())
        else {
            return false;
        };
        self.left = left;
        self.empty = false;
        true
    }
}

//! The failures that wait: which request gets which, and which go when there are too many.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use super::budget::Budget;
use super::dialect::{Capacity, Dialect, LastForm, OverBudget, SendOrder};
use crate::acquisition::backend::Carriage;
use crate::api::Api;
use crate::wire::{ClientRequestId, digits};

/// Most authorities that failures are kept for; the one that failed longest ago goes first.
const MAX_AUTHORITIES: usize = 16;

/// Marks an entry that is about to be dropped; no request gets this number.
const TOO_BIG: u64 = u64::MAX;

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
    /// Authority the failure is for; absent if it happened before one was asked, empty if its URL
    /// names no host.
    pub authority: Option<Arc<str>>,
    /// Whether a request that is under way carries it.
    pub in_flight: bool,
}

/// Everything that waits, oldest first, and what was reported of it.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) entries: VecDeque<Entry>,
    /// Number of the request that took from the queue last.
    pub(super) requests: u64,
    /// Cache hits that a delivered request or one under way has reported.
    pub(super) hits_reported: u64,
    pub(super) lost: u64,
}

#[derive(Debug)]
pub(super) struct Entry {
    /// What the dialect tells of it in the last segment.
    pub(super) tail: String,
    pub(super) failure: PendingFailure,
    /// Number of the request that carries it, zero if none does.
    pub(super) carrier: u64,
}

impl Entry {
    pub(super) fn is_for(&self, host: Option<&str>) -> bool {
        let authority = self.failure.authority.as_deref();
        authority.is_none_or(|authority| authority == host.unwrap_or_default())
    }

    pub(super) fn len(&self) -> usize {
        digits(self.failure.api.number().into()) + ClientRequestId::LEN + self.failure.code.len()
    }
}

impl Waiting {
    /// Gives a request the failures for `host` that fit beside its hits.
    pub(super) fn choose(
        &mut self,
        dialect: &Dialect,
        host: Option<&str>,
        carriage: &mut Carriage,
    ) {
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
    pub(super) fn make_room(&mut self, new: &Entry, form: &LastForm) -> bool {
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
        let mut seen = Vec::new();
        for entry in &self.entries {
            if !seen.contains(&&entry.failure.authority) {
                seen.push(&entry.failure.authority);
            }
        }
        seen.len()
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

//! Which failures a request reports, and which are dropped when there are too many.
//!
//! Each authority has its own queue, so that the failures of others cost a request nothing. Failures
//! in flight are never dropped: the request may still deliver them, and then they are not lost.

use std::collections::{HashMap, VecDeque};

use super::budget::Budget;
use super::failure::{PendingFailure, QueuedFailure, ReportState};
use crate::acquisition::delivery::InFlightReport;
use crate::entra::dialect::{Capacity, Dialect, LastForm, OverBudget, SendOrder};
use crate::wire::Authority;

/// Maximum number of authorities with waiting failures; the least recently used is dropped first.
const MAX_AUTHORITIES: usize = 16;

/// Everything that waits or is in flight.
#[derive(Default)]
pub(super) struct QueueState {
    by_authority: HashMap<Authority, AuthorityQueue>,
    /// Failures that happened before any token request; any authority may receive them.
    without_authority: AuthorityQueue,
    /// Logical clock: counts failures and uses of an authority.
    sequence: u64,
    /// Number of the last request that reported something.
    requests: u64,
    /// Cache hits in requests that were delivered or are in flight.
    pub(super) hits_reported: u64,
    /// Failures dropped without ever being delivered.
    pub(super) lost: u64,
    /// Failures in acknowledged requests.
    pub(super) delivered: u64,
}

/// The failures of one authority, oldest first.
#[derive(Default)]
struct AuthorityQueue {
    failures: VecDeque<QueuedFailure>,
    /// Sequence number of the last failure or request.
    last_used: u64,
}

impl AuthorityQueue {
    fn waiting(&self) -> impl Iterator<Item = &QueuedFailure> {
        self.failures.iter().filter(|failure| failure.is_waiting())
    }

    /// Drops the failures that do not satisfy a condition; returns how many.
    fn retain(&mut self, condition: impl FnMut(&QueuedFailure) -> bool) -> u64 {
        let before = self.failures.len();
        self.failures.retain(condition);
        (before - self.failures.len()) as u64
    }

    /// Drops the oldest waiting failures until `capacity` are left; returns how many.
    fn truncate(&mut self, capacity: usize) -> u64 {
        let surplus = self.failures.len().saturating_sub(capacity);
        if surplus == 0 {
            return 0;
        }
        // Keep the newest one, however many are in flight: those may all be delivered.
        let mut excess = surplus.min(self.waiting().count().saturating_sub(1));
        self.retain(|failure| {
            let is_dropped = excess > 0 && failure.is_waiting();
            excess -= usize::from(is_dropped);
            !is_dropped
        })
    }
}

impl QueueState {
    pub(super) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Returns the queues that a request to an authority may report from.
    pub(super) fn reportable(&self, authority: &Authority) -> Selection<'_> {
        Selection {
            own: self.by_authority.get(authority),
            without_authority: &self.without_authority,
        }
    }

    /// Adds a failure, and drops those that then exceed the capacity.
    pub(super) fn push(
        &mut self,
        authority: Option<&Authority>,
        new: QueuedFailure,
        form: &LastForm,
    ) {
        if form.capacity == Capacity::OneHeader && !self.fits(authority, &new, form) {
            self.lost += 1;
            return;
        }
        let queue = match authority {
            Some(authority) => self.by_authority.entry(authority.clone()).or_default(),
            None => &mut self.without_authority,
        };
        queue.last_used = new.sequence;
        queue.failures.push_back(new);
        if let Capacity::DropOldest(kept) = form.capacity {
            self.lost += queue.truncate(kept);
        }
        self.limit_authorities();
    }

    /// Whether a failure fits in one header together with the queued ones.
    fn fits(&self, authority: Option<&Authority>, new: &QueuedFailure, form: &LastForm) -> bool {
        let own = authority.and_then(|authority| self.by_authority.get(authority));
        let own = own.into_iter().flat_map(|queue| &queue.failures);
        let mut budget = Budget::of_failures(form);
        let mut all = own.chain(&self.without_authority.failures).chain([new]);
        all.all(|failure| budget.try_take(failure))
    }

    /// Begins the report of a request: cache hits, and failures for its authority.
    pub(super) fn begin_report(
        &mut self,
        dialect: &Dialect,
        authority: &Authority,
        hits: u64,
    ) -> InFlightReport {
        self.requests += 1;
        let mut report = InFlightReport {
            authority: authority.clone(),
            request: self.requests,
            hits: hits.saturating_sub(self.hits_reported),
            waiting: 0,
            forgot: false,
        };
        self.hits_reported += report.hits;
        self.select(dialect, authority, &mut report);
        report
    }

    /// Assigns a request the failures for its authority that fit next to its cache hits.
    fn select(&mut self, dialect: &Dialect, authority: &Authority, report: &mut InFlightReport) {
        let sequence = self.next_sequence();
        let mut none = AuthorityQueue::default();
        let own = self.by_authority.get_mut(authority);
        let own = own.unwrap_or(&mut none);
        own.last_used = sequence;
        let waiting = own.failures.len() + self.without_authority.failures.len();
        let mut budget = Budget::new(dialect, report.hits, waiting);
        let mut selected = 0;
        let mut oversized = 0;
        let mut is_full = false;
        let offer = |failure: &mut QueuedFailure| {
            if is_full || !failure.is_waiting() {
                return;
            }
            if budget.try_take(failure) {
                failure.state = ReportState::InFlight(report.request);
                selected += 1;
            } else if selected == 0 && dialect.last.over_budget == OverBudget::Wait {
                // It does not fit even alone, so it must not block the ones behind it.
                failure.state = ReportState::TooLarge;
                oversized += 1;
            } else {
                is_full = true;
            }
        };
        let left = own.failures.iter_mut();
        let right = self.without_authority.failures.iter_mut();
        match dialect.last.order {
            SendOrder::OldestFirst => {
                merged(left, right, |one, other| one.sequence < other.sequence).for_each(offer);
            }
            SendOrder::NewestFirst => {
                let is_newer = |one: &&mut QueuedFailure, other: &&mut QueuedFailure| {
                    one.sequence > other.sequence
                };
                merged(left.rev(), right.rev(), is_newer).for_each(offer);
            }
        }
        if oversized > 0 {
            for queue in [own, &mut self.without_authority] {
                self.lost += queue.retain(|failure| failure.state != ReportState::TooLarge);
            }
        }
        report.waiting = waiting - oversized;
        if is_full && dialect.last.over_budget == OverBudget::ForgetAll {
            self.forget(authority, report);
        }
        self.drop_if_empty(authority);
    }

    /// Drops everything that the request could have reported but does not.
    fn forget(&mut self, authority: &Authority, report: &mut InFlightReport) {
        let own = ReportState::InFlight(report.request);
        let mut lost = 0;
        for queue in self.queues_of(authority) {
            lost += queue.retain(|failure| !failure.is_waiting() && failure.state != own);
        }
        self.lost += lost;
        report.hits = 0;
        report.forgot = true;
    }

    /// Removes what a request delivered, or returns it to the queue.
    pub(super) fn complete(&mut self, report: &InFlightReport, delivered: bool, form: &LastForm) {
        let authority = &report.authority;
        let in_flight = ReportState::InFlight(report.request);
        let (mut acknowledged, mut lost) = (0, 0);
        for queue in self.queues_of(authority) {
            if delivered {
                acknowledged += queue.retain(|failure| failure.state != in_flight);
                continue;
            }
            for failure in &mut queue.failures {
                if failure.state == in_flight {
                    failure.state = ReportState::Waiting;
                }
            }
            if let Capacity::DropOldest(kept) = form.capacity {
                lost += queue.truncate(kept);
            }
        }
        self.delivered += acknowledged;
        self.lost += lost;
        if !delivered {
            self.hits_reported = self.hits_reported.saturating_sub(report.hits);
            self.limit_authorities();
        }
        self.drop_if_empty(authority);
    }

    /// Returns the queues that a request to an authority reports from.
    fn queues_of(&mut self, authority: &Authority) -> impl Iterator<Item = &mut AuthorityQueue> {
        let own = self.by_authority.get_mut(authority);
        own.into_iter().chain([&mut self.without_authority])
    }

    fn drop_if_empty(&mut self, authority: &Authority) {
        let own = self.by_authority.get(authority);
        if own.is_some_and(|queue| queue.failures.is_empty()) {
            self.by_authority.remove(authority);
        }
    }

    /// Drops the waiting failures of the least recently used authorities above the limit.
    fn limit_authorities(&mut self) {
        let has_waiting = |queue: &&mut AuthorityQueue| queue.waiting().next().is_some();
        while self.by_authority.values_mut().filter(has_waiting).count() > MAX_AUTHORITIES {
            let all = self.by_authority.values_mut().filter(has_waiting);
            let Some(oldest) = all.min_by_key(|queue| queue.last_used) else {
                return;
            };
            self.lost += oldest.retain(|failure| !failure.is_waiting());
            self.by_authority
                .retain(|_, queue| !queue.failures.is_empty());
        }
    }

    /// Returns everything that waits or is in flight, oldest first.
    pub(super) fn pending(&self) -> Vec<PendingFailure> {
        let without_authority = [(None, &self.without_authority)];
        let by_authority = self.by_authority.iter();
        let mut all: Vec<_> = by_authority
            .map(|(authority, queue)| (Some(authority), queue))
            .chain(without_authority)
            .flat_map(|(authority, queue)| queue.failures.iter().map(move |one| (authority, one)))
            .collect();
        all.sort_unstable_by_key(|(_, failure)| failure.sequence);
        let public = |(authority, failure): (_, &QueuedFailure)| failure.to_pending(authority);
        all.into_iter().map(public).collect()
    }
}

/// The queues that a request to one authority may report from.
#[derive(Clone, Copy)]
pub(super) struct Selection<'a> {
    own: Option<&'a AuthorityQueue>,
    without_authority: &'a AuthorityQueue,
}

impl<'a> Selection<'a> {
    /// Returns what a request reports, oldest first.
    pub(super) fn of_request(self, request: u64) -> impl Iterator<Item = &'a QueuedFailure> {
        let own = self.own.map(|queue| queue.failures.iter());
        let others = self.without_authority.failures.iter();
        merged(own.unwrap_or_default(), others, |one, other| {
            one.sequence < other.sequence
        })
        .filter(move |failure| failure.state == ReportState::InFlight(request))
    }
}

/// Merges two sorted sequences.
fn merged<I: Iterator>(
    left: I,
    right: I,
    precedes: impl Fn(&I::Item, &I::Item) -> bool,
) -> impl Iterator<Item = I::Item> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some(one), Some(other)) if precedes(other, one) => right.next(),
        (Some(_), _) => left.next(),
        (None, _) => right.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_both_sequences_in_order() {
        for (left, right) in [
            (&[1, 4, 5][..], &[2, 3, 6][..]),
            (&[], &[1, 2]),
            (&[1, 2], &[]),
        ] {
            let mut sorted = [left, right].concat();
            sorted.sort_unstable();
            let found = merged(left.iter(), right.iter(), |one, other| one < other);
            assert_eq!(found.copied().collect::<Vec<_>>(), sorted);
        }
    }
}

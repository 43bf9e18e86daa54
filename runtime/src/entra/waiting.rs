//! The failures that wait: which request gets which, and which go when there are too many.
//!
//! Each authority has a queue, so that what waits for others costs a request nothing. Failures that
//! a request carries are never dropped: it may deliver them, and then they are not lost.

use std::collections::{HashMap, VecDeque};

use super::budget::Budget;
use super::dialect::{Capacity, Dialect, LastForm, OverBudget, SendOrder};
use super::in_order::InOrder;
use super::pending::{Entry, PendingFailure};
use crate::acquisition::backend::InFlightReport;
use crate::wire::Authority;

/// Most authorities that failures wait for; the one that was used longest ago goes first.
const MAX_AUTHORITIES: usize = 16;

/// Marks an entry that is about to be dropped; no request gets this number.
const TOO_BIG: u64 = u64::MAX;

/// Everything that waits, and what was reported of it.
#[derive(Default)]
pub(super) struct QueueState {
    of_authorities: HashMap<Authority, Queue>,
    /// Failures before any authority was asked for a token: every one may hear of them.
    of_none: Queue,
    /// Failures and uses of authorities so far.
    moments: u64,
    /// Number of the request that took from a queue last.
    pub(super) requests: u64,
    /// Cache hits that a delivered request or one under way has reported.
    pub(super) hits_reported: u64,
    pub(super) lost: u64,
}

/// The failures of one authority, oldest first.
#[derive(Default)]
struct Queue {
    entries: VecDeque<Entry>,
    /// How many of them requests carry.
    carried: usize,
    /// When the authority failed or was asked last.
    used: u64,
}

impl Queue {
    fn has_free(&self) -> bool {
        self.carried < self.entries.len()
    }

    fn count_carried(&mut self) {
        self.carried = self.entries.iter().filter(|entry| !entry.is_free()).count();
    }

    /// Drops the entries that do not satisfy a condition; returns how many.
    fn retain(&mut self, condition: impl FnMut(&Entry) -> bool) -> u64 {
        let before = self.entries.len();
        self.entries.retain(condition);
        self.count_carried();
        (before - self.entries.len()) as u64
    }

    /// Drops the oldest free entries until there are at most this many; returns how many.
    ///
    /// The newest one stays, however many are carried: they may all be delivered.
    fn shorten(&mut self, most: usize) -> u64 {
        let surplus = self.entries.len().saturating_sub(most);
        if surplus == 0 {
            return 0;
        }
        let free = self.entries.len() - self.carried;
        let mut left = surplus.min(free.saturating_sub(1));
        self.retain(|entry| {
            let goes = left > 0 && entry.is_free();
            left -= usize::from(goes);
            !goes
        })
    }
}

impl QueueState {
    fn next_moment(&mut self) -> u64 {
        self.moments += 1;
        self.moments
    }

    /// The failures that a request to an authority may report, oldest first.
    pub(super) fn reportable(&self, authority: &Authority) -> impl Iterator<Item = &Entry> + Clone {
        let own = self.of_authorities.get(authority);
        let own = own.map_or(&NOTHING, |queue| &queue.entries);
        InOrder::new(own.iter(), self.of_none.entries.iter(), |one, other| {
            one.order < other.order
        })
    }

    /// Adds a failure, and drops what is too much then.
    pub(super) fn add(&mut self, authority: Option<&Authority>, mut new: Entry, form: &LastForm) {
        if form.capacity == Capacity::OneHeader && !self.fits(authority, &new, form) {
            self.lost += 1;
            return;
        }
        let moment = self.next_moment();
        new.order = moment;
        let queue = match authority {
            Some(authority) => self.of_authorities.entry(authority.clone()).or_default(),
            None => &mut self.of_none,
        };
        queue.entries.push_back(new);
        queue.used = moment;
        if let Capacity::DropOldest(kept) = form.capacity {
            self.lost += queue.shorten(kept);
        }
        self.limit_authorities();
    }

    /// Whether a failure fits in one header together with those that wait.
    fn fits(&self, authority: Option<&Authority>, new: &Entry, form: &LastForm) -> bool {
        let own = authority.and_then(|authority| self.of_authorities.get(authority));
        let own = own.into_iter().flat_map(|queue| &queue.entries);
        let mut budget = Budget::of_failures(form);
        let mut all = own.chain(&self.of_none.entries).chain([new]);
        all.all(|entry| budget.take(entry))
    }

    /// Gives a request the failures for its authority that fit beside its hits.
    pub(super) fn choose(
        &mut self,
        dialect: &Dialect,
        authority: &Authority,
        report: &mut InFlightReport,
    ) {
        let moment = self.next_moment();
        let mut nobodys = Queue::default();
        let own = self.of_authorities.get_mut(authority);
        let own = own.unwrap_or(&mut nobodys);
        own.used = moment;
        let waiting = own.entries.len() + self.of_none.entries.len();
        let mut budget = Budget::new(dialect, report.hits, waiting);
        let mut chosen = 0;
        let mut left_out = false;
        let mut offer = |entry: &mut Entry| {
            if left_out || !entry.is_free() {
                return;
            }
            if budget.take(entry) {
                entry.carrier = report.request;
                chosen += 1;
            } else if chosen == 0 && dialect.last.over_budget == OverBudget::Wait {
                // Alone it is too big already: it must not block the ones behind it.
                entry.carrier = TOO_BIG;
            } else {
                left_out = true;
            }
        };
        let (left, right) = (own.entries.iter_mut(), self.of_none.entries.iter_mut());
        match dialect.last.order {
            SendOrder::OldestFirst => {
                InOrder::new(left, right, |one, other| one.order < other.order)
                    .for_each(&mut offer);
            }
            SendOrder::NewestFirst => {
                InOrder::new(left.rev(), right.rev(), |one, other| {
                    one.order > other.order
                })
                .for_each(&mut offer);
            }
        }
        let too_big: u64 = [own, &mut self.of_none]
            .into_iter()
            .map(|queue| queue.retain(|entry| entry.carrier != TOO_BIG))
            .sum();
        self.lost += too_big;
        report.waiting = waiting - usize::try_from(too_big).unwrap_or(waiting);
        if left_out && dialect.last.over_budget == OverBudget::ForgetAll {
            self.forget(authority, report);
        }
        self.drop_if_empty(authority);
    }

    /// Drops everything that the request could have reported.
    fn forget(&mut self, authority: &Authority, report: &mut InFlightReport) {
        let request = report.request;
        let mut lost = 0;
        for queue in self.queues_of(authority) {
            lost += queue.retain(|entry| !entry.is_free() && entry.carrier != request);
        }
        self.lost += lost;
        report.hits = 0;
        report.forgot = true;
    }

    /// Forgets what a delivered request carried; what any other carried is free again.
    pub(super) fn settle(&mut self, report: &InFlightReport, delivered: bool, form: &LastForm) {
        let Some(authority) = &report.authority else {
            return;
        };
        let mut lost = 0;
        for queue in self.queues_of(authority) {
            if delivered {
                queue.retain(|entry| entry.carrier != report.request);
                continue;
            }
            for entry in &mut queue.entries {
                if entry.carrier == report.request {
                    entry.carrier = 0;
                }
            }
            queue.count_carried();
            if let Capacity::DropOldest(kept) = form.capacity {
                lost += queue.shorten(kept);
            }
        }
        self.lost += lost;
        if !delivered {
            self.hits_reported = self.hits_reported.saturating_sub(report.hits);
            self.limit_authorities();
        }
        self.drop_if_empty(authority);
    }

    /// The queues that a request to an authority takes from.
    fn queues_of(&mut self, authority: &Authority) -> impl Iterator<Item = &mut Queue> {
        let own = self.of_authorities.get_mut(authority);
        own.into_iter().chain([&mut self.of_none])
    }

    fn drop_if_empty(&mut self, authority: &Authority) {
        let own = self.of_authorities.get(authority);
        if own.is_some_and(|queue| queue.entries.is_empty()) {
            self.of_authorities.remove(authority);
        }
    }

    /// Drops the free failures of authorities that are too many, the least recently used first.
    fn limit_authorities(&mut self) {
        let with_free = |queue: &&mut Queue| queue.has_free();
        while self.of_authorities.values_mut().filter(with_free).count() > MAX_AUTHORITIES {
            let all = self.of_authorities.values_mut().filter(with_free);
            let Some(least) = all.min_by_key(|queue| queue.used) else {
                return;
            };
            self.lost += least.retain(|entry| !entry.is_free());
            self.of_authorities
                .retain(|_, queue| !queue.entries.is_empty());
        }
    }

    /// Everything that waits or is under way, oldest first.
    pub(super) fn pending(&self) -> Vec<PendingFailure> {
        let of_authorities = self.of_authorities.iter().flat_map(|(authority, queue)| {
            let host = authority.host().cloned().unwrap_or_default();
            let shown = move |entry: &Entry| (entry.order, entry.shown(Some(&host)));
            queue.entries.iter().map(shown)
        });
        let of_none = self.of_none.entries.iter();
        let of_none = of_none.map(|entry| (entry.order, entry.shown(None)));
        let mut all: Vec<_> = of_authorities.chain(of_none).collect();
        all.sort_unstable_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, failure)| failure).collect()
    }
}

/// The entries of an authority that has none.
static NOTHING: VecDeque<Entry> = VecDeque::new();

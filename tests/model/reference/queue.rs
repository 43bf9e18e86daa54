//! The pending failures and cache hits of an instance.

use token_telemetry::Outcome;

use super::carried::{Carried, DeliveryRule, Failure, Keeps, Rules};
use super::facts::Facts;
use super::info::{Authority, Id, Info};

/// Maximum number of authorities with pending failures that are not in flight.
const MAX_AUTHORITIES: usize = 16;

/// The queue of one instance.
#[derive(Debug)]
pub(crate) struct Queue {
    rules: Option<Rules>,
    /// Authorities, the least recently used first.
    used: Vec<Authority>,
    pub(crate) waiting: Vec<Failure>,
    /// Hits that were delivered or are in flight.
    hits_taken: u64,
    pub(crate) lost: u64,
    pub(crate) failures: u64,
    pub(crate) delivered: u64,
}

impl Queue {
    pub(crate) fn new(rules: Option<Rules>) -> Self {
        Self {
            rules,
            used: Vec::new(),
            waiting: Vec::new(),
            hits_taken: 0,
            lost: 0,
            failures: 0,
            delivered: 0,
        }
    }

    pub(crate) fn delivery_rule(&self) -> DeliveryRule {
        self.rules
            .map_or(DeliveryRule::ON_RESPONSE, |rules| rules.delivery_rule)
    }

    /// Returns the hits that are not yet reported, out of `hits`.
    pub(crate) fn hits_waiting(&self, hits: u64) -> u64 {
        self.rules.map_or(0, |_| hits - self.hits_taken)
    }

    /// Moves the pending failures of its authority into a request.
    pub(crate) fn take(
        &mut self,
        request: usize,
        authority: &Authority,
        hits: u64,
    ) -> Option<Carried> {
        let rules = self.rules?;
        self.touch(authority);
        let for_it = |failure: &Failure| failure.carrier.is_none() && is_for(failure, authority);
        let mut carried = Carried {
            rules,
            hits: hits - self.hits_taken,
            failures: Vec::new(),
            waiting: self
                .waiting
                .iter()
                .filter(|failure| is_for(failure, authority))
                .count(),
            forgot: false,
        };
        let mut order: Vec<usize> = (0..self.waiting.len())
            .filter(|at| for_it(&self.waiting[*at]))
            .collect();
        if rules.newest_first {
            order.reverse();
        }
        let (mut taken, mut too_big) = (Vec::new(), Vec::new());
        for at in order {
            carried.failures.push(self.waiting[at].clone());
            if !carried.fits() {
                carried.failures.pop();
                if rules.forgets_all {
                    return Some(self.forget(&carried, authority));
                }
                if taken.is_empty() {
                    too_big.push(at);
                    continue;
                }
                break;
            }
            taken.push(at);
        }
        if rules.newest_first {
            carried.failures.reverse();
        }
        for at in taken {
            self.waiting[at].carrier = Some(request);
        }
        too_big.sort_unstable();
        for at in too_big.into_iter().rev() {
            self.waiting.remove(at);
            self.lost += 1;
            carried.waiting -= 1;
        }
        self.hits_taken += carried.hits;
        Some(carried)
    }

    /// Drops everything a request could have reported, because it does not fit in a header.
    fn forget(&mut self, carried: &Carried, authority: &Authority) -> Carried {
        let before = self.waiting.len();
        self.waiting
            .retain(|failure| failure.carrier.is_some() || !is_for(failure, authority));
        self.lost += (before - self.waiting.len()) as u64;
        self.hits_taken += carried.hits;
        Carried {
            failures: Vec::new(),
            hits: 0,
            forgot: true,
            ..carried.clone()
        }
    }

    /// Ends the report of a request.
    pub(crate) fn conclude(&mut self, request: usize, hits: u64, delivered: bool) {
        if delivered {
            let before = self.waiting.len();
            self.waiting
                .retain(|failure| failure.carrier != Some(request));
            self.delivered += (before - self.waiting.len()) as u64;
        } else {
            let mut freed = Vec::new();
            for failure in &mut self.waiting {
                if failure.carrier == Some(request) {
                    failure.carrier = None;
                    freed.push(failure.authority.clone());
                }
            }
            self.hits_taken -= hits;
            if let Some(Rules {
                keeps: Keeps::Newest(most),
                ..
            }) = self.rules
            {
                for authority in freed {
                    self.shorten(authority.as_ref(), most);
                }
            }
            self.limit_authorities();
        }
    }

    /// Queues the failures of an acquisition: the suppressed ones, then its own.
    pub(crate) fn keep_all(
        &mut self,
        facts: &Facts,
        id: Id,
        outcome: Outcome,
        error: Option<&Info>,
    ) {
        let Some(rules) = self.rules else { return };
        for suppressed in &facts.sub_failures {
            self.keep(facts, id, suppressed);
        }
        match outcome {
            Outcome::Ok | Outcome::NoToken | Outcome::Pending => {}
            Outcome::Cancelled => {
                if let Some(code) = rules.cancelled {
                    self.keep(facts, id, &Info::new(code));
                }
            }
            _ => error
                .into_iter()
                .for_each(|error| self.keep(facts, id, error)),
        }
    }

    fn keep(&mut self, facts: &Facts, id: Id, error: &Info) {
        let Some((rules, code)) = self.rules.zip(error.code.as_ref()) else {
            return;
        };
        if error.foreign && !rules.foreign {
            return;
        }
        let new = Failure {
            api: facts.api,
            id,
            code: code.chars().take(rules.code_len).collect(),
            authority: facts.http.authority().cloned(),
            region: facts.region,
            carrier: None,
        };
        self.failures += 1;
        let same = |failure: &Failure| failure.authority == new.authority;
        match rules.keeps {
            Keeps::Newest(most) => {
                let authority = new.authority.clone();
                self.add(new);
                self.shorten(authority.as_ref(), most);
            }
            Keeps::OneHeader => {
                let goes_along = |failure: &&Failure| failure.authority.is_none() || same(failure);
                let kept: usize = self
                    .waiting
                    .iter()
                    .filter(goes_along)
                    .map(Failure::len)
                    .sum();
                if kept + new.len() <= rules.budget {
                    self.add(new);
                } else {
                    self.lost += 1;
                }
            }
        }
    }

    fn add(&mut self, new: Failure) {
        if let Some(authority) = &new.authority {
            self.touch(authority);
        }
        self.waiting.push(new);
        self.limit_authorities();
    }

    /// Marks an authority as recently used.
    fn touch(&mut self, authority: &Authority) {
        self.used.retain(|other| other != authority);
        self.used.push(authority.clone());
    }

    /// Drops the oldest failures of an authority over capacity; failures in flight stay, and so does
    /// the newest other failure.
    fn shorten(&mut self, authority: Option<&Authority>, most: usize) {
        let same = |failure: &&Failure| failure.authority.as_ref() == authority;
        while self.waiting.iter().filter(same).count() > most {
            let is_free = |at: &usize| {
                let failure = &self.waiting[*at];
                same(&failure) && failure.carrier.is_none()
            };
            let mut free = (0..self.waiting.len()).filter(is_free);
            let (Some(oldest), Some(_)) = (free.next(), free.next()) else {
                return;
            };
            self.waiting.remove(oldest);
            self.lost += 1;
        }
    }

    /// Drops failures of excess authorities, except those in flight.
    fn limit_authorities(&mut self) {
        let is_free_for = |failure: &Failure, authority: &Authority| {
            failure.carrier.is_none() && failure.authority.as_ref() == Some(authority)
        };
        loop {
            let mut waited_for = self.used.iter().filter(|authority| {
                let mut waiting = self.waiting.iter();
                waiting.any(|failure| is_free_for(failure, authority))
            });
            let Some(least) = waited_for.next().cloned() else {
                return;
            };
            if waited_for.count() < MAX_AUTHORITIES {
                return;
            }
            let before = self.waiting.len();
            self.waiting.retain(|failure| !is_free_for(failure, &least));
            self.lost += (before - self.waiting.len()) as u64;
        }
    }
}

/// Returns whether a failure is reported to an authority: its own, or one before any request.
fn is_for(failure: &Failure, authority: &Authority) -> bool {
    failure
        .authority
        .as_ref()
        .is_none_or(|other| other == authority)
}

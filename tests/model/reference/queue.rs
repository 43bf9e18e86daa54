//! The failures and cache hits of one instance that wait to be reported.

use token_telemetry::Outcome;

use super::carried::{Carried, Failure, Keeps, Rules, Settles};
use super::facts::Facts;
use super::info::{Authority, Id, Info};

/// Most authorities for which failures wait that no request carries.
const MAX_AUTHORITIES: usize = 16;

/// The queue of one instance.
#[derive(Debug)]
pub(crate) struct Queue {
    rules: Option<Rules>,
    /// Authorities, the least recently used first.
    used: Vec<Authority>,
    pub(crate) waiting: Vec<Failure>,
    /// Hits that a delivered request has reported, or one under way reports.
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

    pub(crate) fn settles(&self) -> Settles {
        self.rules.map_or(Settles::ANSWERED, |rules| rules.settles)
    }

    /// Hits that no request reports, out of so many.
    pub(crate) fn hits_waiting(&self, hits: u64) -> u64 {
        self.rules.map_or(0, |_| hits - self.hits_taken)
    }

    /// Gives a request what waits for its authority.
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

    /// Too much for one header: all that the request could have reported is forgotten.
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

    /// What becomes of what a request carried.
    pub(crate) fn settle(&mut self, request: usize, hits: u64, delivered: bool) {
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

    /// Keeps what an acquisition has to report: what it swallowed, then how it failed.
    pub(crate) fn keep_all(
        &mut self,
        facts: &Facts,
        id: Id,
        outcome: Outcome,
        error: Option<&Info>,
    ) {
        let Some(rules) = self.rules else { return };
        for swallowed in &facts.sub_failures {
            self.keep(facts, id, swallowed);
        }
        match outcome {
            Outcome::Ok | Outcome::Pending => {}
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

    /// A failure happened there, or a request goes there.
    fn touch(&mut self, authority: &Authority) {
        self.used.retain(|other| other != authority);
        self.used.push(authority.clone());
    }

    /// Drops the oldest failures of an authority, while there are too many; what a request carries
    /// stays, and so does the newest of the others.
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

    /// Drops the failures of authorities that are too many and that no request carries.
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

/// What one authority is told: what failed there, and what failed before any was asked.
fn is_for(failure: &Failure, authority: &Authority) -> bool {
    failure
        .authority
        .as_ref()
        .is_none_or(|other| other == authority)
}

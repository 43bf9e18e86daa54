//! The failures and cache hits of one instance that wait to be reported.

use super::carried::{Carried, Failure, Keeps, Rules, Settles};
use super::facts::Facts;
use super::info::{Authority, Id, Info};

/// The queue of one instance.
#[derive(Debug)]
pub(crate) struct Queue {
    rules: Option<Rules>,
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
        let mut taken = Vec::new();
        for at in order {
            carried.failures.push(self.waiting[at].clone());
            if !carried.fits() {
                carried.failures.pop();
                if rules.forgets_all {
                    return Some(self.forget(&carried, authority));
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
            for failure in &mut self.waiting {
                if failure.carrier == Some(request) {
                    failure.carrier = None;
                }
            }
            self.hits_taken -= hits;
        }
    }

    /// Keeps what an acquisition has to report: what it swallowed, then how it failed.
    pub(crate) fn keep_all(
        &mut self,
        facts: &Facts,
        id: Id,
        error: Option<&Info>,
        cancelled: bool,
    ) {
        let Some(rules) = self.rules else { return };
        for swallowed in &facts.sub_failures {
            self.keep(facts, id, swallowed);
        }
        match (error, rules.cancelled) {
            (Some(error), _) if !cancelled => self.keep(facts, id, error),
            (Some(_), Some(code)) => self.keep(facts, id, &Info::new(code)),
            _ => {}
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
            authority: facts.http.authority.clone(),
            region: facts.region,
            carrier: None,
        };
        self.failures += 1;
        let same = |failure: &Failure| failure.authority == new.authority;
        match rules.keeps {
            Keeps::Newest(most) => {
                while self.waiting.iter().filter(|failure| same(failure)).count() >= most {
                    let oldest = self.waiting.iter().position(same).unwrap();
                    self.waiting.remove(oldest);
                    self.lost += 1;
                }
                self.waiting.push(new);
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
                    self.waiting.push(new);
                } else {
                    self.lost += 1;
                }
            }
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

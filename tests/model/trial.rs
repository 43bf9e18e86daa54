//! Runs a program against the model, comparing after each step.

use token_telemetry::Telemetry;
use token_telemetry::entra::PendingFailure;

use crate::compare::{Ids, equal};
use crate::program::{Op, Step};
use crate::reference::info::Authority;
use crate::reference::{Counts, Expected, Model};
use crate::setup::Setup;
use crate::world::Seen;

/// A step to execute now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) step: Step,
    /// Depth of the outermost dropped frame, for steps that drop frames.
    pub(crate) cut: usize,
}

/// A running program.
pub(crate) struct Trial {
    model: Model,
    steps: std::vec::IntoIter<Step>,
    done: Vec<Step>,
    difference: Option<String>,
    /// Blocking functions return when no steps are left, which the model does not know.
    is_over: bool,
    ids: Ids,
}

impl Trial {
    pub(crate) fn new(setup: Setup, steps: Vec<Step>) -> Self {
        Self {
            model: Model::new(setup),
            steps: steps.into_iter(),
            done: Vec::new(),
            difference: None,
            is_over: false,
            ids: Ids::default(),
        }
    }

    /// Returns the next possible step, of one task only if it blocks the thread.
    pub(crate) fn next(&mut self, task: Option<usize>) -> Option<Order> {
        while self.difference.is_none() {
            let Some(mut step) = self.steps.next() else {
                self.is_over = true;
                return None;
            };
            if let Some(task) = task {
                step.task = u8::try_from(task).ok()?;
                step.thread = 0;
            }
            let Some(step) = self.model.resolve(step) else {
                continue;
            };
            let cut = match step.op {
                Op::Cancel { frames } => self.model.depth(step.task) - usize::from(frames),
                _ => usize::MAX,
            };
            self.model.step(step);
            self.done.push(step);
            return Some(Order { step, cut });
        }
        None
    }

    pub(crate) fn fail(&mut self, difference: String) {
        self.difference.get_or_insert(difference);
    }

    /// Returns the number of executed steps, or the difference and the steps before it.
    pub(crate) fn result(&mut self) -> Result<usize, String> {
        match self.difference.take() {
            None => Ok(self.done.len()),
            Some(difference) => Err(difference),
        }
    }

    /// Compares the events with those that the model expects.
    pub(crate) fn check(&mut self, seen: &[Seen], telemetries: &[Telemetry]) -> Result<(), String> {
        let expected = std::mem::take(&mut self.model.expected);
        if self.is_over || self.difference.is_some() {
            return Ok(());
        }
        if expected.len() != seen.len() {
            return Err(format!("expected {expected:#?}\nfound {seen:#?}"));
        }
        for (expected, seen) in expected.iter().zip(seen) {
            let same = self.is_as_expected(expected, seen);
            same.map_err(|why| format!("{why}\nafter {expected:?}"))?;
        }
        if !self.model.is_balanced() {
            return Err("delivered + pending + lost is not the number of failures".to_owned());
        }
        telemetries
            .iter()
            .enumerate()
            .try_for_each(|(at, telemetry)| self.check_state(at, telemetry))
    }

    fn is_as_expected(&mut self, expected: &Expected, seen: &Seen) -> Result<(), String> {
        match (expected, seen) {
            (Expected::Record(at, expected), Seen::Record(seen_at, seen)) if at == seen_at => {
                self.ids.compare(expected, seen)
            }
            (Expected::Sent(expected), Seen::Sent(headers, fields)) => {
                self.ids.compare_sent(expected.as_deref(), headers, fields)
            }
            (Expected::Captured(expected, dropped), Seen::Captured(seen, seen_dropped)) => {
                equal("dropped", dropped, seen_dropped)?;
                equal("count of records", &expected.len(), &seen.len())?;
                expected
                    .iter()
                    .zip(seen)
                    .try_for_each(|(expected, seen)| self.ids.compare(expected, seen))
            }
            (Expected::Active(expected), Seen::Active(seen)) => equal("is active", expected, seen),
            _ => Err("another event".to_owned()),
        }
    }

    fn check_state(&mut self, at: usize, telemetry: &Telemetry) -> Result<(), String> {
        let tell = |why: String| format!("instance {at}: {why}");
        if let Some(recent) = self.model.news(at) {
            let seen = telemetry.recent_records();
            equal("count of recent records", &recent.len(), &seen.len()).map_err(tell)?;
            for (expected, seen) in recent.iter().zip(&seen) {
                let same = self.ids.compare(expected, seen);
                same.map_err(|why| tell(format!("recent record: {why}")))?;
            }
        }
        let (waiting, hits, lost, counts) = self.model.state(at);
        equal("totals", &counts, &counts_of(telemetry)).map_err(tell)?;
        equal("lost failures", &lost, &telemetry.lost_failures()).map_err(tell)?;
        equal("pending hits", &hits, &telemetry.pending_hits()).map_err(tell)?;
        let found = telemetry.pending_failures();
        let same = waiting.len() == found.len()
            && waiting.iter().zip(&found).all(|(expected, found)| {
                let authority = expected
                    .authority
                    .as_ref()
                    .map(|authority| match authority {
                        Authority::Host(host) => host.as_str(),
                        Authority::Unreadable(_) => "",
                    });
                expected.api == found.api.number()
                    && self.ids.known(expected.id) == Some(found.correlation_id)
                    && expected.code == found.code
                    && authority == found.authority.as_deref()
                    && expected.carrier.is_some() == found.in_flight
            });
        let differ = |found: &[PendingFailure]| {
            format!("pending failures: expected {waiting:#?}\nfound {found:#?}")
        };
        same.then_some(()).ok_or_else(|| tell(differ(&found)))
    }

    /// Returns the executed steps, one per line.
    pub(crate) fn story(&self) -> String {
        let lines: Vec<String> = self
            .done
            .iter()
            .map(|step| format!("    {step:?}"))
            .collect();
        lines.join("\n")
    }
}

fn counts_of(telemetry: &Telemetry) -> Counts {
    let totals = telemetry.totals();
    Counts {
        identity_provider: totals.identity_provider,
        cache: totals.cache,
        broker: totals.broker,
        unknown: totals.unknown,
        failures: totals.failures,
        cancelled: totals.cancelled,
        pending: totals.pending,
        no_token: totals.no_token,
        duration: totals.duration,
    }
}

//! Foreign code: observers and descriptions of errors, which acquire tokens themselves.

use super::info::Info;
use super::{Collector, Layer, Model, Output, QUIET};
use crate::program::{End, Note, Plan, Purpose, Trick};

impl Model {
    /// What is said of an error by code at this level; nothing where it is too deep to be called.
    pub(super) fn describe(&mut self, level: u8, fault: u8) -> Info {
        if level > QUIET {
            return Info::default();
        }
        let Some((telemetry, plan)) = self.armed.take() else {
            return Info::of_fault(fault);
        };
        let mut plan = Some(plan);
        let trick = Plan::next(&mut plan);
        self.armed = plan.map(|plan| (telemetry, plan));
        match trick {
            Some(Trick::Panic) => Info::default(),
            Some(trick) => {
                self.play(level, telemetry, trick);
                Info::of_fault(fault)
            }
            None => Info::of_fault(fault),
        }
    }

    /// What foreign code at this level does: nothing is in force around it.
    pub(super) fn play(&mut self, level: u8, telemetry: usize, trick: Trick) {
        match trick {
            Trick::Panic | Trick::Note => {}
            Trick::AcquireHit { observed } => {
                self.intrude(level, telemetry, observed, |model, context| {
                    model.note(context, Note::Hit { level: 0 });
                    Output::Token(0)
                });
            }
            Trick::AcquireToken {
                host,
                status,
                observed,
            } => {
                self.intrude(level, telemetry, observed, |model, context| {
                    model.try_host(context, host, status)
                });
            }
        }
    }

    /// An acquisition that asks a host once.
    pub(super) fn try_host(&mut self, context: &[Layer], host: u8, status: u16) -> Output {
        self.request(context, host, Purpose::Token);
        let request = self.parked.pop().unwrap();
        self.end(request, End::Answered(status));
        if status == 200 {
            Output::Token(0)
        } else {
            Output::Fault(0)
        }
    }

    /// A whole acquisition in foreign code, perhaps with an `observe` of its own.
    fn intrude(
        &mut self,
        level: u8,
        telemetry: usize,
        observed: bool,
        body: impl FnOnce(&mut Self, &[Layer]) -> Output,
    ) {
        if !observed {
            return self.acquire(level, telemetry, &[], body);
        }
        let collector = self.collectors.len();
        self.collectors.push(Collector::default());
        let context = [Layer {
            collector: Some(collector),
            ..Layer::default()
        }];
        self.acquire(level, telemetry, &context, body);
        self.close(collector);
    }

    /// A whole acquisition, or a part of the one in force.
    pub(super) fn acquire(
        &mut self,
        level: u8,
        telemetry: usize,
        context: &[Layer],
        body: impl FnOnce(&mut Self, &[Layer]) -> Output,
    ) {
        if self.merges(context, telemetry) {
            let output = body(self, context);
            return self.end_merged(context, output);
        }
        let acquisition = self.begin(context, telemetry, 0, false);
        self.acquisitions[acquisition].level = level;
        let own = Layer {
            acquisition: Some(acquisition),
            ..Layer::default()
        };
        let output = body(self, &[context, &[own]].concat());
        self.finish(acquisition, Ok(output));
    }
}

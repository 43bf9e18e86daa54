//! Foreign code: observers and error descriptions that themselves acquire tokens.

use super::info::Info;
use super::{Collector, Layer, Model, Output, QUIET};
use crate::program::{End, Plan, Purpose, Recording, Trick};

impl Model {
    /// Returns the description of an error; empty at levels where foreign code is no longer called.
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

    /// Runs foreign code at this level, with no current acquisition.
    pub(super) fn play(&mut self, level: u8, telemetry: usize, trick: Trick) {
        match trick {
            Trick::Panic | Trick::Recording => {}
            Trick::AcquireHit { captured } => {
                self.intrude(level, telemetry, captured, |model, context| {
                    model.record(context, Recording::Hit { level: 0 });
                    Output::Token(0)
                });
            }
            Trick::AcquireToken {
                host,
                status,
                captured,
            } => {
                self.intrude(level, telemetry, captured, |model, context| {
                    model.call_host(context, host, status)
                });
            }
        }
    }

    /// An acquisition that sends one request.
    pub(super) fn call_host(&mut self, context: &[Layer], host: u8, status: u16) -> Output {
        self.request(context, host, Purpose::Token);
        let request = self.parked.pop().unwrap();
        self.end(request, End::Answered(status));
        if status == 200 {
            Output::Token(0)
        } else {
            Output::Fault(0)
        }
    }

    /// A whole acquisition in foreign code, optionally in its own `capture`.
    fn intrude(
        &mut self,
        level: u8,
        telemetry: usize,
        captured: bool,
        body: impl FnOnce(&mut Self, &[Layer]) -> Output,
    ) {
        if !captured {
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

    /// A whole acquisition, or a call merged into the current one.
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

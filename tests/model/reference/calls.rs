//! Acquisitions: how they begin, become part of another, and end.

use std::time::Duration;

use token_telemetry::{MAX_OBSERVED, Outcome, TokenSource};

use super::facts::Facts;
use super::info::{Id, Info};
use super::values::api_number;
use super::{
    Acquisition, Collector, Context, Expected, Finished, Frame, Kind, Layer, Model, current,
    described, switches,
};
use crate::program::{Call, End, Note, Purpose, Trick};

impl Model {
    pub(super) fn push(&mut self, task: usize, kind: Kind, blocking: bool, own: Layer) {
        self.tasks[task].push(Frame::new(kind, blocking, own));
    }

    /// A call of an annotated function.
    pub(super) fn call(&mut self, task: usize, context: &[Layer], call: Call, of: (u8, u8)) {
        let blocking = matches!(call, Call::Blocking | Call::BlockingRecord);
        let can_merge = matches!(call, Call::Async | Call::Blocking | Call::Returned);
        let telemetry = usize::from(of.0);
        if can_merge && self.merges(context, telemetry) {
            return self.push(task, Kind::Merged, blocking, Layer::default());
        }
        let acquisition = self.begin(context, telemetry, of.1, call == Call::Background);
        self.enter(task, acquisition, blocking);
    }

    /// Whether a call becomes part of the acquisition in force: one of its own instance that runs.
    fn merges(&self, context: &[Layer], telemetry: usize) -> bool {
        current(context).is_some_and(|enclosing| {
            let enclosing = &self.acquisitions[enclosing];
            enclosing.telemetry == telemetry && !enclosing.is_over
        })
    }

    fn begin(&mut self, context: &[Layer], telemetry: usize, api: u8, background: bool) -> usize {
        let new = self.acquisitions.len();
        let parent = self.parent(context);
        self.acquisitions.push(Acquisition {
            telemetry,
            id: Id::Random(u32::try_from(new).unwrap()),
            id_is_used: false,
            parent,
            collector: self.collector(context),
            started: self.now,
            is_over: false,
            facts: Facts {
                api: api_number(api),
                background,
                ..Facts::default()
            },
            open: Vec::new(),
        });
        new
    }

    /// An id that another acquisition knows stays, as one that a header has carried.
    fn parent(&mut self, context: &[Layer]) -> Option<Id> {
        let enclosing = &mut self.acquisitions[current(context)?];
        enclosing.id_is_used = true;
        Some(enclosing.id)
    }

    fn enter(&mut self, task: usize, acquisition: usize, blocking: bool) {
        let own = Layer {
            acquisition: Some(acquisition),
            collector: None,
        };
        self.push(task, Kind::Own(acquisition), blocking, own);
    }

    /// A background acquisition belongs to where it is made, and begins where it is first polled.
    pub(super) fn prepare(&mut self, context: &[Layer], telemetry: u8, api: u8) {
        let acquisition = self.begin(context, telemetry.into(), api, true);
        self.prepared.push(acquisition);
    }

    pub(super) fn adopt(&mut self, task: usize, future: usize) {
        let acquisition = self.prepared.remove(future);
        let context = self.context(task);
        let around = self.parent(&context);
        let adopted = &mut self.acquisitions[acquisition];
        adopted.parent = adopted.parent.or(around);
        self.acquisitions[acquisition].started = self.now;
        self.acquisitions[acquisition].collector = self.collector(&context);
        self.enter(task, acquisition, false);
    }

    pub(super) fn observe(&mut self, task: usize, context: &[Layer]) {
        let new = self.collectors.len();
        let enclosing = self.collector(context);
        self.collectors.push(Collector {
            enclosing,
            ..Collector::default()
        });
        self.push(
            task,
            Kind::Observe(new),
            false,
            Layer {
                acquisition: None,
                collector: Some(new),
            },
        );
    }

    /// The innermost frame returns.
    pub(super) fn finish_frame(&mut self, task: usize, how: u8) {
        let (frame, outside) = self.leave_frame(task);
        match frame.kind {
            Kind::Own(acquisition) => {
                let error = described(how);
                let outcome = if error.is_some() {
                    Outcome::Error
                } else {
                    Outcome::Ok
                };
                self.finish(acquisition, outcome, error, &outside);
            }
            Kind::Send(request) => self.end(request, End::of_return(how)),
            Kind::Observe(collector) => {
                let collector = &mut self.collectors[collector];
                let records = std::mem::take(&mut collector.records);
                let dropped = collector.dropped;
                self.expected.push(Expected::Observed(records, dropped));
            }
            Kind::Root | Kind::Merged | Kind::Scope => {}
        }
    }

    /// The innermost frames are dropped, or unwound through; a task without frames starts anew.
    pub(super) fn pop_frames(&mut self, task: usize, frames: u8, outcome: Outcome) {
        for _ in 0..frames {
            let (frame, outside) = self.leave_frame(task);
            match frame.kind {
                Kind::Own(acquisition) => self.finish(acquisition, outcome, None, &outside),
                Kind::Send(request) => self.end(request, End::Dropped),
                Kind::Root | Kind::Merged | Kind::Scope | Kind::Observe(_) => {}
            }
        }
        if self.tasks[task].is_empty() {
            self.tasks[task].push(Frame::root());
        }
    }

    /// Values of the frame are dropped inside it.
    fn leave_frame(&mut self, task: usize) -> (Frame, Context) {
        if let Some(count) = self.frame(task).parting {
            self.note(&self.context(task), Note::TokenCount(count));
        }
        let frame = self.tasks[task].pop().unwrap();
        (frame, self.context(task))
    }

    fn finish(&mut self, ended: usize, outcome: Outcome, error: Option<Info>, outside: &[Layer]) {
        let now = self.now;
        let acquisition = &mut self.acquisitions[ended];
        acquisition.is_over = true;
        let telemetry = acquisition.telemetry;
        let (record, error) =
            acquisition
                .facts
                .clone()
                .finish(outcome, error, (acquisition.started, now));
        let (id, open) = (acquisition.id, std::mem::take(&mut acquisition.open));
        let finished = Finished {
            record: Box::new(record),
            id,
            parent: acquisition.parent,
        };
        let code = error.as_ref().and_then(|error| error.code.clone());
        for request in open {
            let kept = self.instances[telemetry].queue.settles().codes;
            let delivered = code
                .as_ref()
                .is_none_or(|code| !kept.contains(&code.as_str()));
            self.settle(request, delivered);
        }
        self.count(telemetry, outcome, &finished);
        let facts = &self.acquisitions[ended].facts;
        let cancelled = outcome == Outcome::Cancelled;
        self.instances[telemetry]
            .queue
            .keep_all(facts, id, error.as_ref(), cancelled);
        self.expected
            .push(Expected::Record(telemetry, finished.clone()));
        if let Some(trick) = self.instances[telemetry].armed.take() {
            self.play(telemetry, trick, outside);
        }
        let mut next = self.acquisitions[ended].collector;
        while let Some(collector) = next {
            let collector = &mut self.collectors[collector];
            if collector.records.len() < MAX_OBSERVED {
                collector.records.push(finished.clone());
            } else {
                collector.dropped += 1;
            }
            next = collector.enclosing;
        }
    }

    fn count(&mut self, telemetry: usize, outcome: Outcome, finished: &Finished) {
        let totals = &mut self.instances[telemetry].totals;
        match (outcome, finished.record.source) {
            (Outcome::Ok, Some(TokenSource::Cache)) => totals.cache += 1,
            (Outcome::Ok, Some(TokenSource::Broker)) => totals.broker += 1,
            (Outcome::Ok, Some(_)) => totals.identity_provider += 1,
            (Outcome::Ok, None) => totals.unknown += 1,
            (Outcome::Cancelled, _) => totals.cancelled += 1,
            _ => totals.failures += 1,
        }
        if outcome == Outcome::Ok && !finished.record.background {
            totals.duration += Duration::from_millis(finished.record.total);
        }
    }

    /// What an observer does that is told of a record.
    fn play(&mut self, telemetry: usize, trick: Trick, outside: &[Layer]) {
        let context = if switches::FOREIGN_CODE_SEES_NOTHING {
            &[]
        } else {
            outside
        };
        match trick {
            Trick::Panic => {}
            Trick::Note => self.note(context, Note::Stale),
            Trick::AcquireHit => self.acquire(telemetry, context, |model, context| {
                model.note(context, Note::Hit { level: 0 });
                0
            }),
            Trick::AcquireToken { host, status } => {
                self.acquire(telemetry, context, |model, context| {
                    model.request(context, host, Purpose::Token);
                    let request = model.parked.pop().unwrap();
                    model.end(request, End::Answered(status));
                    u8::from(status != 200)
                });
            }
        }
    }

    /// A whole acquisition inside an observer.
    fn acquire(
        &mut self,
        telemetry: usize,
        context: &[Layer],
        body: impl FnOnce(&mut Self, &[Layer]) -> u8,
    ) {
        if self.merges(context, telemetry) {
            body(self, context);
            return;
        }
        let acquisition = self.begin(context, telemetry, 0, false);
        let own = Layer {
            acquisition: Some(acquisition),
            collector: None,
        };
        let error = described(body(self, &[context, &[own]].concat()));
        let outcome = if error.is_some() {
            Outcome::Error
        } else {
            Outcome::Ok
        };
        self.finish(acquisition, outcome, error, context);
    }
}

impl End {
    /// How the request of a `send` ends whose future returns so.
    pub(crate) fn of_return(how: u8) -> Self {
        match how % 6 {
            0 | 1 => Self::Answered(200),
            2 => Self::Answered(400),
            3 => Self::Pending(400),
            4 => Self::Answered(503),
            _ => Self::Failed,
        }
    }
}

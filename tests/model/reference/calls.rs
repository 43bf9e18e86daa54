//! Acquisitions: how they start, merge, and end.

use std::time::Duration;

use token_telemetry::{AcquisitionRecord, Outcome, TokenSource};

use super::facts::{Ended, Facts, Merged};
use super::info::Id;
use super::values::api_number;
use super::{
    Acquisition, Collector, Context, Expected, Finished, Frame, KEPT, Kind, Layer, Model, Output,
    QUIET, current,
};
use crate::program::{Call, End, Plan, Recording};

impl Model {
    pub(super) fn push(&mut self, task: usize, kind: Kind, blocking: bool, own: Layer) {
        self.tasks[task].push(Frame::new(kind, blocking, own));
    }

    /// Calls an annotated function.
    pub(super) fn call(&mut self, task: usize, context: &[Layer], call: Call, of: (u8, u8)) {
        let blocking = matches!(call, Call::Blocking | Call::BlockingRecord);
        let can_merge = matches!(call, Call::Async | Call::Blocking | Call::Returned);
        let telemetry = usize::from(of.0);
        if can_merge && self.merges(context, telemetry) {
            return self.push(task, Kind::Merged, blocking, Layer::default());
        }
        let acquisition = self.begin(context, telemetry, of.1, call == Call::Background);
        self.acquisitions[acquisition].reads_token = true;
        self.enter(task, acquisition, blocking);
    }

    /// Returns whether a call merges into the current acquisition: it must be running, on the same instance.
    pub(super) fn merges(&self, context: &[Layer], telemetry: usize) -> bool {
        current(context).is_some_and(|enclosing| {
            let enclosing = &self.acquisitions[enclosing];
            enclosing.telemetry == telemetry && !enclosing.is_over
        })
    }

    pub(super) fn begin(
        &mut self,
        context: &[Layer],
        telemetry: usize,
        api: u8,
        background: bool,
    ) -> usize {
        let new = self.acquisitions.len();
        let parent = self.parent(context);
        self.acquisitions.push(Acquisition {
            telemetry,
            level: 0,
            reads_token: false,
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

    /// Returns the id of the parent, which is fixed from then on, like one used in a header.
    ///
    /// A finished acquisition gets no more children, unless one of its futures is still running.
    fn parent(&mut self, context: &[Layer]) -> Option<Id> {
        let mut layers = context.iter().rev();
        let (enclosing, guarded) =
            layers.find_map(|layer| Some((layer.acquisition?, layer.guarded)))?;
        let enclosing = &mut self.acquisitions[enclosing];
        if guarded && enclosing.is_over {
            return None;
        }
        enclosing.id_is_used = true;
        Some(enclosing.id)
    }

    fn enter(&mut self, task: usize, acquisition: usize, blocking: bool) {
        let own = Layer {
            acquisition: Some(acquisition),
            ..Layer::default()
        };
        self.push(task, Kind::Own(acquisition), blocking, own);
    }

    /// A background acquisition has the parent of its creation and starts with its first poll.
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

    pub(super) fn capture(&mut self, task: usize, context: &[Layer]) {
        let new = self.collectors.len();
        let enclosing = self.collector(context);
        self.collectors.push(Collector {
            enclosing,
            ..Collector::default()
        });
        self.push(
            task,
            Kind::Capture(new),
            false,
            Layer {
                collector: Some(new),
                ..Layer::default()
            },
        );
    }

    /// The innermost frame returns.
    pub(super) fn finish_frame(&mut self, task: usize, how: u8) {
        let (frame, outside) = self.leave_frame(task);
        match frame.kind {
            Kind::Own(acquisition) => {
                self.finish(acquisition, Ok(Output::of(how)));
            }
            Kind::Merged => self.end_merged(&outside, Output::of(how)),
            Kind::Send(request) => self.end(request, End::of_return(how)),
            Kind::Capture(collector) => self.close(collector),
            Kind::Root | Kind::Scope => {}
        }
    }

    /// The innermost frames are dropped or unwound; a task without frames starts again.
    pub(super) fn pop_frames(&mut self, task: usize, frames: u8, outcome: Outcome) {
        for _ in 0..frames {
            let (frame, _) = self.leave_frame(task);
            match frame.kind {
                Kind::Own(acquisition) => self.finish(acquisition, Err(outcome)),
                Kind::Send(request) => self.end(request, End::Dropped),
                Kind::Root | Kind::Merged | Kind::Scope | Kind::Capture(_) => {}
            }
        }
        if self.tasks[task].is_empty() {
            self.tasks[task].push(Frame::root());
        }
    }

    /// Values of the frame are dropped inside it.
    fn leave_frame(&mut self, task: usize) -> (Frame, Context) {
        if let Some(count) = self.frame(task).parting {
            self.record(&self.context(task), Recording::TokenCount(count));
        }
        let frame = self.tasks[task].pop().unwrap();
        (frame, self.context(task))
    }

    /// Creates the record of an acquisition that returned or was dropped.
    pub(super) fn finish(&mut self, ended: usize, end: Result<Output, Outcome>) {
        let now = self.now;
        let acquisition = &mut self.acquisitions[ended];
        acquisition.is_over = true;
        let (telemetry, level, id) = (acquisition.telemetry, acquisition.level, acquisition.id);
        let total = (level < QUIET).then(|| now - acquisition.started);
        let mut facts = acquisition.facts.clone();
        let end = match end {
            Ok(Output::Token(number)) => {
                if acquisition.reads_token {
                    facts.take_token(number);
                }
                Ended::Ok
            }
            Ok(Output::Fault(fault)) => Ended::Failed(self.describe(level + 1, fault)),
            Err(outcome) => Ended::Dropped(outcome),
        };
        let (outcome, record, error) = facts.clone().finish(end, total);
        let acquisition = &mut self.acquisitions[ended];
        let open = std::mem::take(&mut acquisition.open);
        let finished = Finished {
            record: Box::new(record),
            id,
            parent: acquisition.parent,
        };
        let code = error.as_ref().and_then(|error| error.code.clone());
        for request in open {
            let kept = self.instances[telemetry].queue.delivery_rule().codes;
            let delivered = code
                .as_ref()
                .is_none_or(|code| !kept.contains(&code.as_str()));
            self.conclude(request, delivered);
        }
        self.count(telemetry, outcome, &finished);
        let instance = &mut self.instances[telemetry];
        if facts.http.is_heard_of() {
            instance.queue.keep_all(&facts, id, outcome, error.as_ref());
        }
        instance.recent.push_back(finished.clone());
        if instance.recent.len() > KEPT {
            instance.recent.pop_front();
        }
        instance.has_news = true;
        if level < QUIET {
            self.expected
                .push(Expected::Record(telemetry, finished.clone()));
            if let Some(trick) = Plan::next(&mut self.instances[telemetry].armed) {
                self.play(level + 1, telemetry, trick);
            }
        }
        self.collect(self.acquisitions[ended].collector, &finished);
    }

    /// Passes a record to a `capture` and all enclosing ones.
    fn collect(&mut self, mut next: Option<usize>, finished: &Finished) {
        while let Some(collector) = next {
            let collector = &mut self.collectors[collector];
            if collector.records.len() < AcquisitionRecord::MAX_CAPTURED {
                collector.records.push(finished.clone());
            } else {
                collector.dropped += 1;
            }
            next = collector.enclosing;
        }
    }

    /// A `capture` ends.
    pub(super) fn close(&mut self, collector: usize) {
        let collector = &mut self.collectors[collector];
        let records = std::mem::take(&mut collector.records);
        let dropped = collector.dropped;
        self.expected.push(Expected::Captured(records, dropped));
    }

    /// A merged call ends; its data fills gaps of the outer acquisition.
    pub(super) fn end_merged(&mut self, context: &[Layer], output: Output) {
        let merged = match output {
            Output::Token(number) => Merged::Token(number),
            Output::Fault(fault) => Merged::Failed(self.describe(1, fault)),
        };
        if let Some(around) = current(context)
            && !self.acquisitions[around].is_over
        {
            self.acquisitions[around].facts.merge(merged);
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
            (Outcome::Pending, _) => totals.pending += 1,
            (Outcome::NoToken, _) => totals.no_token += 1,
            _ => totals.failures += 1,
        }
        if outcome == Outcome::Ok && !finished.record.background {
            totals.duration += Duration::from_millis(finished.record.total.unwrap_or(0));
        }
    }
}

impl End {
    /// Returns how a request in `send` ends, from the result of its future.
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

//! The effect of each step.

use token_telemetry::Outcome;

use super::info::Id;
use super::{Context, Expected, Frame, Kind, Layer, Model, current};
use crate::program::{Op, Place, Recording, Step};

impl Model {
    /// Executes a step from [`resolve`](Self::resolve).
    pub(crate) fn step(&mut self, step: Step) {
        let task = usize::from(step.task);
        let context = self.context(task);
        match step.op {
            Op::Record(recording) => {
                self.record(&context, recording);
                self.expected
                    .push(Expected::Active(current(&context).is_some()));
            }
            Op::Advance { millis } => self.now += u64::from(millis),
            Op::Arm { place, plan } => match place {
                Place::Observer(of) => self.instances[usize::from(of)].armed = Some(plan),
                Place::Description(through) => self.armed = Some((through.into(), plan)),
            },
            Op::CallHost {
                telemetry,
                host,
                status,
            } => self.acquire(0, telemetry.into(), &context, |model, context| {
                model.call_host(context, host, status)
            }),
            Op::Keep => self.keep(&context),
            Op::Enter { handle } => {
                let guard = Layer {
                    guarded: true,
                    ..self.handles[usize::from(handle)]
                };
                self.frame(task).entered.push(guard);
                self.say_active(task);
            }
            Op::Leave { entered } => {
                self.frame(task).entered.remove(entered.into());
                self.say_active(task);
            }
            Op::Cross {
                second, recording, ..
            } => {
                let second = self.handles[usize::from(second)];
                self.record(&[context.as_slice(), &[second]].concat(), recording);
                self.record(&context, recording);
            }
            Op::Time { extension } => self.time(&context, usize::from(extension)),
            Op::Stop { timer } => self.stop(&context, usize::from(timer)),
            Op::Part { count } => self.frame(task).parting = Some(count),
            Op::Request { host, purpose } => self.request(&context, host, purpose),
            Op::RequestFor { handle, host } => self.request_for(usize::from(handle), host),
            Op::Retake { request } => self.retake(usize::from(request)),
            Op::Repurpose { request, purpose } => self.repurpose(request.into(), purpose),
            Op::End { request, end } => {
                let request = self.parked.remove(usize::from(request));
                self.end(request, end);
            }
            op => self.cross_frames(task, &context, op),
        }
    }

    /// Steps that change the innermost frame.
    fn cross_frames(&mut self, task: usize, context: &[Layer], op: Op) {
        match op {
            Op::Send { host } => self.send(task, context, host),
            Op::Call {
                call,
                telemetry,
                api,
            } => self.call(task, context, call, (telemetry, api)),
            Op::Prepare { telemetry, api } => self.prepare(context, telemetry, api),
            Op::Adopt { future } => self.adopt(task, usize::from(future)),
            Op::Capture => self.capture(task, context),
            Op::Scope { handle } => {
                let handle = self.handles[usize::from(handle)];
                self.push(task, Kind::Scope, false, handle);
            }
            Op::Return { how } => self.finish_frame(task, how),
            Op::Cancel { frames } => self.pop_frames(task, frames, Outcome::Cancelled),
            Op::Panic { frames } => self.pop_frames(task, frames, Outcome::Panicked),
            _ => {}
        }
    }

    pub(super) fn frame(&mut self, task: usize) -> &mut Frame {
        self.tasks[task].last_mut().unwrap()
    }

    /// Returns the context of the innermost frame of a task.
    pub(super) fn context(&self, task: usize) -> Context {
        let layers = |frame: &Frame| [&[frame.own], frame.entered.as_slice()].concat();
        self.tasks[task].iter().flat_map(layers).collect()
    }

    fn say_active(&mut self, task: usize) {
        let is_active = current(&self.context(task)).is_some();
        self.expected.push(Expected::Active(is_active));
    }

    pub(super) fn record(&mut self, context: &[Layer], recording: Recording) {
        let Some(acquisition) = current(context) else {
            return;
        };
        let acquisition = &mut self.acquisitions[acquisition];
        if acquisition.is_over {
            return;
        }
        if let Recording::Id(id) = recording
            && id % 8 != 7
            && !acquisition.id_is_used
        {
            acquisition.id = Id::Given(u32::from(id % 8));
        }
        acquisition.facts.record(recording);
    }

    fn keep(&mut self, context: &[Layer]) {
        let handle = Layer {
            acquisition: current(context),
            collector: self.collector(context),
            guarded: false,
        };
        self.handles.push(handle);
    }

    /// The `capture` that gets the record of an acquisition that begins here: the innermost one,
    /// unless an acquisition around is a record of it already.
    pub(super) fn collector(&self, context: &[Layer]) -> Option<usize> {
        let innermost = context.iter().rev().find_map(|layer| layer.collector)?;
        let mut around = context.iter().filter_map(|layer| layer.acquisition);
        let is_inside = around.any(|around| self.acquisitions[around].collector == Some(innermost));
        (!is_inside).then_some(innermost)
    }

    fn time(&mut self, context: &[Layer], part: usize) {
        let now = self.now;
        let running =
            current(context).filter(|acquisition| !self.acquisitions[*acquisition].is_over);
        if let Some(acquisition) = running {
            self.acquisitions[acquisition].facts.timed[part].start(now);
        }
        self.timers.push((running, part));
    }

    /// A timer stops only where its acquisition is current.
    fn stop(&mut self, context: &[Layer], timer: usize) {
        let (owner, part) = self.timers.remove(timer);
        if let Some(owner) = owner
            && context.iter().any(|layer| layer.acquisition == Some(owner))
            && !self.acquisitions[owner].is_over
        {
            self.acquisitions[owner].facts.timed[part].stop(self.now);
        }
    }
}

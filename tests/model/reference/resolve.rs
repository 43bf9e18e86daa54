//! Which steps are possible, and what their numbers stand for.

use super::{Frame, Kind, Model};
use crate::program::{Op, Place, Step};

/// Most frames of one task.
const MAX_DEPTH: usize = 7;

/// Most handles, timers, parked requests and prepared futures.
const MAX_KEPT: usize = 12;

impl Model {
    /// The step with its numbers reduced to what there is; nothing if it cannot be done now.
    pub(crate) fn resolve(&self, step: Step) -> Option<Step> {
        let task = &self.tasks[usize::from(step.task)];
        let op = match step.op {
            Op::Note(_) | Op::Part { .. } | Op::Advance { .. } => step.op,
            Op::Arm { place, plan } => Op::Arm {
                place: match place {
                    Place::Observer(of) => Place::Observer(self.instance(of)),
                    Place::Description(through) => Place::Description(self.instance(through)),
                },
                plan,
            },
            Op::Try {
                telemetry,
                host,
                status,
            } => Op::Try {
                telemetry: self.instance(telemetry),
                host,
                status,
            },
            Op::Return { .. } => (task.last()?.kind != Kind::Root).then_some(step.op)?,
            Op::Cancel { frames } => Op::Cancel {
                frames: pick(frames, droppable(task))? + 1,
            },
            Op::Panic { frames } => Op::Panic {
                frames: pick(frames, task.len())? + 1,
            },
            Op::Call { .. }
            | Op::Send { .. }
            | Op::Capture
            | Op::Adopt { .. }
            | Op::Scope { .. } => {
                (task.len() < MAX_DEPTH).then_some(())?;
                self.resolve_frame(step.op)?
            }
            op => self.resolve_kept(task, op)?,
        };
        Some(Step { op, ..step })
    }

    /// Steps that open a frame.
    fn resolve_frame(&self, op: Op) -> Option<Op> {
        Some(match op {
            Op::Call {
                call,
                telemetry,
                api,
            } => Op::Call {
                call,
                telemetry: self.instance(telemetry),
                api,
            },
            Op::Adopt { future } => Op::Adopt {
                future: pick(future, self.prepared.len())?,
            },
            Op::Scope { handle } => Op::Scope {
                handle: pick(handle, self.handles.len())?,
            },
            op => op,
        })
    }

    /// Steps that keep something, or use what was kept.
    fn resolve_kept(&self, task: &[Frame], op: Op) -> Option<Op> {
        let kept = match op {
            Op::Request { .. } | Op::RequestFor { .. } => self.parked.len(),
            Op::Prepare { .. } => self.prepared.len(),
            Op::Keep => self.handles.len(),
            Op::Time { .. } => self.timers.len(),
            _ => 0,
        };
        (kept < MAX_KEPT).then_some(())?;
        let handle = |number| pick(number, self.handles.len());
        let innermost = task.last()?;
        Some(match op {
            Op::RequestFor { handle: of, host } => Op::RequestFor {
                handle: handle(of)?,
                host,
            },
            Op::Retake { request } => Op::Retake {
                request: pick(request, self.parked.len())?,
            },
            Op::Repurpose { request, purpose } => Op::Repurpose {
                request: pick(request, self.parked.len())?,
                purpose,
            },
            Op::End { request, end } => Op::End {
                request: pick(request, self.parked.len())?,
                end,
            },
            Op::Prepare { telemetry, api } => Op::Prepare {
                telemetry: self.instance(telemetry),
                api,
            },
            Op::Enter { handle: of } if innermost.blocking => Op::Enter {
                handle: handle(of)?,
            },
            Op::Enter { .. } => return None,
            Op::Leave { entered } => Op::Leave {
                entered: pick(entered, innermost.entered.len())?,
            },
            Op::Cross {
                first,
                second,
                note,
            } => Op::Cross {
                first: handle(first)?,
                second: handle(second)?,
                note,
            },
            Op::Stop { timer } => Op::Stop {
                timer: pick(timer, self.timers.len())?,
            },
            op => op,
        })
    }

    fn instance(&self, number: u8) -> u8 {
        number % self.setup.instances
    }

    pub(crate) fn depth(&self, task: u8) -> usize {
        self.tasks[usize::from(task)].len()
    }
}

/// One of so many, if there are any.
fn pick(number: u8, of: usize) -> Option<u8> {
    (of > 0).then(|| number % u8::try_from(of).unwrap_or(u8::MAX))
}

/// How many innermost frames can be dropped: a function that blocks cannot.
fn droppable(task: &[Frame]) -> usize {
    task.iter()
        .rev()
        .take_while(|frame| !frame.blocking)
        .count()
}

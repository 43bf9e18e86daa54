//! Resolves steps: whether they are possible, and what their numbers select.

use super::{Frame, Kind, Model};
use crate::program::{Op, Place, Step};

/// Maximum number of frames of a task.
const MAX_DEPTH: usize = 7;

/// Maximum number of handles, timers, parked requests and prepared futures.
const MAX_KEPT: usize = 12;

impl Model {
    /// Returns the step with its numbers wrapped around; `None` if it is not possible now.
    pub(crate) fn resolve(&self, step: Step) -> Option<Step> {
        let task = &self.tasks[usize::from(step.task)];
        let op = match step.op {
            Op::Record(_) | Op::Part { .. } | Op::Advance { .. } => step.op,
            Op::Arm { place, plan } => Op::Arm {
                place: match place {
                    Place::Observer(of) => Place::Observer(self.instance(of)),
                    Place::Description(through) => Place::Description(self.instance(through)),
                },
                plan,
            },
            Op::CallHost {
                telemetry,
                host,
                status,
            } => Op::CallHost {
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

    /// Steps that store something, or use something stored.
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
                recording,
            } => Op::Cross {
                first: handle(first)?,
                second: handle(second)?,
                recording,
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

/// Wraps a number around a count, unless the count is zero.
fn pick(number: u8, of: usize) -> Option<u8> {
    (of > 0).then(|| number % u8::try_from(of).unwrap_or(u8::MAX))
}

/// Returns how many innermost frames can be dropped; blocking functions cannot.
fn droppable(task: &[Frame]) -> usize {
    task.iter()
        .rev()
        .take_while(|frame| !frame.blocking)
        .count()
}

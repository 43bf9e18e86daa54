//! Which steps are possible, and what their numbers stand for.

use super::{Frame, Kind, Model, switches};
use crate::program::{Op, Step, TELEMETRIES};

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
            Op::Arm { telemetry, trick } => Op::Arm {
                telemetry: telemetry % TELEMETRIES,
                trick,
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
            | Op::Observe
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
                telemetry: telemetry % TELEMETRIES,
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
            Op::Retake { .. } if !switches::LOST_ARE_NOT_DELIVERED => return None,
            Op::Retake { request } => Op::Retake {
                request: pick(request, self.parked.len())?,
            },
            Op::End { request, end } => Op::End {
                request: pick(request, self.parked.len())?,
                end,
            },
            Op::Prepare { telemetry, api } => Op::Prepare {
                telemetry: telemetry % TELEMETRIES,
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
            Op::Time { .. } if !switches::TIMERS_OUTLIVE_SAFELY => return None,
            Op::Stop { timer } => Op::Stop {
                timer: self.timer_of(task, pick(timer, self.timers.len())?)?,
            },
            op => op,
        })
    }

    /// The timer, if the task may drop it: it runs the acquisition that the timer is of.
    fn timer_of(&self, task: &[Frame], timer: u8) -> Option<u8> {
        let (owner, _) = self.timers[usize::from(timer)];
        let runs = |owner| task.iter().any(|frame| frame.kind == Kind::Own(owner));
        owner
            .is_none_or(|owner| runs(owner) || self.acquisitions[owner].is_over)
            .then_some(timer)
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

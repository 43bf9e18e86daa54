//! Resolves steps: whether they are possible, and what their numbers select.

use super::{Frame, Kind, Model};
use crate::program::{Op, Place, Step};

/// Maximum number of frames of a task.
const MAX_DEPTH: usize = 7;

/// Maximum number of handles, timers, parked requests and prepared futures.
const MAX_KEPT: usize = 12;

impl Model {
    /// Returns the step with its numbers wrapped around; `None` if it is not possible now.
    pub(crate) fn resolve(&self, mut step: Step) -> Option<Step> {
        let task = &self.tasks[usize::from(step.task)];
        let innermost = task.last()?;
        self.has_room(task, step.op).then_some(())?;
        match &mut step.op {
            Op::Record(_)
            | Op::Part { .. }
            | Op::Advance { .. }
            | Op::Request { .. }
            | Op::Send { .. }
            | Op::Capture
            | Op::Keep
            | Op::Time { .. } => {}
            Op::Arm { place, .. } => {
                let (Place::Observer(of) | Place::Description(of)) = place;
                *of %= self.setup.instances;
            }
            Op::Call { telemetry, .. }
            | Op::CallHost { telemetry, .. }
            | Op::Prepare { telemetry, .. } => *telemetry %= self.setup.instances,
            Op::Return { .. } => (innermost.kind != Kind::Root).then_some(())?,
            Op::Cancel { frames } => *frames = pick(*frames, droppable(task))? + 1,
            Op::Panic { frames } => *frames = pick(*frames, task.len())? + 1,
            Op::Adopt { future } => *future = pick(*future, self.prepared.len())?,
            Op::Enter { .. } if !innermost.blocking => return None,
            Op::Enter { handle } | Op::Scope { handle } | Op::RequestFor { handle, .. } => {
                *handle = pick(*handle, self.handles.len())?;
            }
            Op::Cross { first, second, .. } => {
                *first = pick(*first, self.handles.len())?;
                *second = pick(*second, self.handles.len())?;
            }
            Op::Retake { request } | Op::Repurpose { request, .. } | Op::End { request, .. } => {
                *request = pick(*request, self.parked.len())?;
            }
            Op::Leave { entered } => *entered = pick(*entered, innermost.entered.len())?,
            Op::Stop { timer } => *timer = pick(*timer, self.timers.len())?,
        }
        Some(step)
    }

    /// Returns whether what a step opens or stores stays within the limits.
    fn has_room(&self, task: &[Frame], op: Op) -> bool {
        match op {
            Op::Call { .. }
            | Op::Send { .. }
            | Op::Capture
            | Op::Adopt { .. }
            | Op::Scope { .. } => task.len() < MAX_DEPTH,
            Op::Request { .. } | Op::RequestFor { .. } => self.parked.len() < MAX_KEPT,
            Op::Prepare { .. } => self.prepared.len() < MAX_KEPT,
            Op::Keep => self.handles.len() < MAX_KEPT,
            Op::Time { .. } => self.timers.len() < MAX_KEPT,
            _ => true,
        }
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

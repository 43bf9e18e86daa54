//! The end of an acquisition: completes its record, and publishes it.

use super::active::{Keeper, Listeners};
use super::backend::Backend;
use super::context::{self, Ended};
use super::end::{End, Ending, Output};
use super::record::AcquisitionRecord;
use crate::contained::contained;
use crate::error::ErrorInfo;

/// Completes and publishes the record of an acquisition, and reuses its memory.
///
/// Panics of foreign code are caught: the result of the function exists already, so nothing in here
/// can change it.
pub(super) fn complete(ended: Option<Ended>, ending: &Ending<'_>) {
    let Some(mut ended) = ended else { return };
    let completed = contained(|| {
        if let Some(acquisition) = ended.slot.get_mut() {
            acquisition.leave_flight();
            let (id, listeners) = (acquisition.identity(), acquisition.listeners.take());
            let (backend, is_quiet) = (&*acquisition.backend, acquisition.is_quiet);
            let mut copy;
            let record = match &mut acquisition.record {
                Keeper::Own(record) => record,
                Keeper::Shared(shared) => {
                    copy = shared.complete();
                    &mut copy
                }
            };
            record.set_id(id);
            complete_record(record, backend, ending);
            publish(record, backend, listeners, is_quiet);
        }
        ended.slot.vacate();
    });
    if completed.is_some() {
        ended.recycle();
    }
}

/// Turns the state into the finished record, and completes the deliveries that wait for its code.
#[inline]
fn complete_record(record: &mut AcquisitionRecord, backend: &dyn Backend, ending: &Ending<'_>) {
    let total = context::since(record.state().started, backend.clock());
    let End { outcome, error } = ending.read(record.state_mut());
    let undecided = record.state_mut().take_undecided();
    if !undecided.is_empty() {
        backend.decide_deliveries(&undecided, error.as_deref().and_then(ErrorInfo::code));
    }
    record.complete(outcome, total, error);
}

/// Passes the finished record to the exporters and the listeners, with all that they need.
#[inline]
fn publish(
    record: &mut AcquisitionRecord,
    backend: &dyn Backend,
    listeners: Option<Box<Listeners>>,
    is_quiet: bool,
) {
    if record.error().is_some() || listeners.is_some() || record.state().has_suppressed_errors() {
        let state = record.state_mut();
        state.correlation_id();
        backend.fill_defaults(state);
    }
    if listeners.is_some() {
        record.set_ended_at(context::wall(backend.clock()));
    }
    backend.publish(record, is_quiet);
    if let Some(listeners) = listeners {
        record.identify();
        listeners.publish(record);
    }
}

/// Passes the end of a merged call to the enclosing acquisition.
pub(super) fn complete_merged(output: &dyn Output) {
    contained(|| {
        let mut token_info = None;
        let error_info = output.describe(&mut |info| token_info = Some(*info));
        let described = error_info.map_or(Ok(token_info), Err);
        context::with_current(|acquisition| acquisition.update(|state| state.merge(described)));
    });
}

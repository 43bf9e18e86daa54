//! What the table keeps of one acquisition.

use super::{AcquisitionId, InFlightAcquisition, WaitingFor};
use crate::acquisition::clock::Moment;
use crate::acquisition::http_state::HttpState;
use crate::acquisition::state::State;
use crate::api::Api;
use crate::error::TransportError;

/// A small copy of the state of an acquisition, so that the list never locks the acquisitions.
#[derive(Clone, Copy)]
pub(in crate::acquisition) struct Entry {
    id: AcquisitionId,
    pub(super) api: Api,
    pub(super) started: Option<Moment>,
    attempts: u32,
    last_response: Option<Result<u16, TransportError>>,
    waiting_for: WaitingFor,
    is_background: bool,
}

impl Entry {
    pub(in crate::acquisition) fn of(id: AcquisitionId, state: &State) -> Self {
        let http = state.cold.as_deref().map(|cold| &cold.http);
        Self {
            id,
            api: state.api,
            started: state.started,
            attempts: http.map_or(0, |http| http.attempts.saturating_add(http.open)),
            last_response: http.and_then(HttpState::last_response),
            waiting_for: WaitingFor::of(state),
            is_background: state.background,
        }
    }

    /// Returns the entry as users see it at this time.
    pub(super) fn at(&self, now: Option<Moment>) -> InFlightAcquisition {
        let Self {
            id,
            api,
            started,
            attempts,
            last_response,
            waiting_for,
            is_background,
        } = *self;
        InFlightAcquisition {
            id,
            api,
            age: now.zip(started).map(|(now, started)| now.since(started)),
            attempts,
            last_response,
            waiting_for,
            is_background,
        }
    }
}

impl WaitingFor {
    /// A request under way comes first: it may be sent while the cache is being timed.
    fn of(state: &State) -> Self {
        let cold = state.cold.as_deref();
        if cold.is_some_and(|cold| cold.http.open > 0) {
            Self::Http
        } else if cold.is_some_and(|cold| cold.waiting.is_running()) {
            Self::AnotherCaller
        } else if state.in_cache.is_running() {
            Self::Cache
        } else {
            Self::Unknown
        }
    }
}

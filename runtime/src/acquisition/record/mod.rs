//! The record of a finished acquisition: plain data, the same on every outcome.
//!
//! The getters are in one file per subject; their names are those of the facts everywhere.

mod cache;
mod call;
mod credential;
mod errors;
mod outcome;
mod parameters;
mod requests;
mod software;
mod times;
mod token;

use std::time::{Duration, SystemTime};

use super::http_state::HttpState;
use super::id::AcquisitionId;
use super::rare_state::RareState;
use super::state::{ColdState, State};
use crate::error::ErrorInfo;

pub use outcome::Outcome;

/// Everything that is known about one finished acquisition.
///
/// What was not measured is absent, never zero. A record holds no user, tenant, scope, URL path or
/// token. An SDK receives records in an [`Observer`](crate::Observer), from
/// [`capture`](crate::capture()) and from [`recent_records`](crate::Telemetry::recent_records).
///
/// # Examples
///
/// ```
/// use token_telemetry::{AcquisitionRecord, Observer};
///
/// struct SlowCalls;
///
/// impl Observer for SlowCalls {
///     fn finished(&self, record: &AcquisitionRecord) {
///         if record.duration_total().is_some_and(|time| time.as_secs() > 5) {
///             println!("{record:?}");
///         }
///     }
/// }
/// ```
#[derive(Clone)]
pub struct AcquisitionRecord {
    state: State,
    outcome: Outcome,
    total: Option<Duration>,
    error: Option<Box<ErrorInfo>>,
    ended_at: Option<SystemTime>,
    id: Option<AcquisitionId>,
}

impl AcquisitionRecord {
    /// The most records that one [`capture`](crate::capture()) keeps.
    pub const MAX_CAPTURED: usize = 16;

    /// Creates the record of an acquisition under way: cancelled, unless it ends otherwise.
    pub(crate) fn unfinished(state: State) -> Self {
        Self {
            state,
            outcome: Outcome::Cancelled,
            total: None,
            error: None,
            ended_at: None,
            id: None,
        }
    }

    /// The state, while the acquisition runs.
    pub(crate) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    pub(crate) fn set_id(&mut self, id: Option<AcquisitionId>) {
        self.id = id;
    }

    /// Numbers the acquisition, for those who receive the record.
    pub(crate) fn identify(&mut self) {
        self.id.get_or_insert_with(AcquisitionId::draw);
    }

    /// Records how the acquisition ended.
    pub(crate) fn complete(
        &mut self,
        outcome: Outcome,
        total: Option<Duration>,
        error: Option<Box<ErrorInfo>>,
    ) {
        self.outcome = outcome;
        self.total = total;
        self.error = error;
    }

    /// Records date and time of the end.
    pub(crate) fn set_ended_at(&mut self, moment: Option<SystemTime>) {
        self.ended_at = moment;
    }

    /// The state as the header formats read it.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    fn cold(&self) -> Option<&ColdState> {
        self.state.cold.as_deref()
    }

    fn rare(&self) -> Option<&RareState> {
        self.state.rare()
    }

    fn http(&self) -> Option<&HttpState> {
        self.cold().map(|cold| &cold.http)
    }
}

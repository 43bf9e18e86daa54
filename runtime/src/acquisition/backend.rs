//! What an acquisition needs from the `Telemetry` it runs under.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use super::attempt::{Attempt, AttemptEnd};
use super::clock::{ClockSource, Moment};
use super::delivery::{HeaderSink, InFlightReport, Purpose, UndecidedDelivery};
use super::id::AcquisitionId;
use super::in_flight::InFlightShard;
use super::record::AcquisitionRecord;
use super::started::Beginning;
use super::started_attempt::StartedAttempt;
use super::state::State;
use crate::api::Api;
use crate::wire::{Authority, ClientRequestId};

/// The part of a `Telemetry` that acquisitions use; keeps formats and exporters out of this module.
pub(crate) trait Backend: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Returns an address that identifies the `Telemetry`.
    fn instance(&self) -> *const ();

    fn clock(&self) -> &ClockSource;

    /// Opens the span of an acquisition, if it is enabled, and notifies observers of starts.
    ///
    /// Returns the id of the acquisition if an observer has seen it.
    fn begin(&self, begun: Beginning<'_>) -> (Option<Arc<dyn OpenSpan>>, Option<AcquisitionId>);

    /// Returns where acquisitions that began on this thread are listed while they are in flight.
    fn in_flight(&self) -> &Arc<InFlightShard>;

    /// Prepares whatever shows the acquisitions in flight: the first one may never end.
    fn entered_flight(&self);

    /// Returns whether telemetry headers may be sent to an authority.
    fn is_authority(&self, authority: &Authority) -> bool;

    /// Returns the headers whose values are valid for one attempt only.
    fn attempt_headers(&self) -> [&'static str; 2];

    /// Removes the telemetry of an earlier request of the acquisition with this id.
    fn strip_headers(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap);

    /// Fills in what holds for every acquisition, and was not recorded for this one.
    fn fill_defaults(&self, state: &mut State);

    /// Checks the time of a request that begins.
    fn begin_request(&self, authority: &Authority, now: Option<Moment>);

    /// Remembers how long an authority wants no requests; `began` is when the last one began.
    fn pause_requests(
        &self,
        authority: &Authority,
        began: Option<Moment>,
        duration: Option<Duration>,
        retry_after: Option<Duration>,
    );

    /// Writes the headers of one request, and sets `report` to what they report.
    ///
    /// A request whose headers are written again keeps its report.
    fn write_headers(
        &self,
        state: &mut State,
        purpose: Purpose,
        authority: &Authority,
        report: &mut Option<InFlightReport>,
        out: &mut HeaderSink<'_>,
    );

    /// Returns whether an observer wants to know of attempts.
    fn wants_attempts(&self) -> bool;

    /// Notifies observers of an attempt whose headers were written.
    fn notify_attempt(&self, attempt: &StartedAttempt<'_>);

    /// Removes what a request delivered from the queue, or queues it again.
    ///
    /// `status` is that of the response, if one arrived. Returns the delivery if it also depends on
    /// the error code, which is known at the end of the acquisition.
    fn complete_delivery(
        &self,
        report: InFlightReport,
        status: Option<u16>,
    ) -> Option<UndecidedDelivery>;

    /// Completes deliveries that depend on the error code of their acquisition.
    fn decide_deliveries(&self, undecided: &[UndecidedDelivery], code: Option<&str>);

    /// Records an attempt that is over, also after the acquisition has ended.
    fn record_attempt(&self, api: Api, attempt: &Attempt);

    /// Publishes a completed record to every exporter, with an id if one of them needs it.
    fn publish(&self, record: &mut AcquisitionRecord, is_quiet: bool);
}

/// A span that is entered on each poll, and exports the record at the end.
pub(crate) trait OpenSpan: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn enter(&self);
    fn exit(&self);
    fn export(&self, record: &AcquisitionRecord);

    /// Opens the span of a token request to this host, as a child, if it is enabled.
    fn open_attempt(&self, host: Option<&str>) -> Option<Box<dyn OpenAttempt>>;
}

/// The span of one token request, which closes when it is dropped.
pub(crate) trait OpenAttempt: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn enter(&self);
    fn exit(&self);

    /// Shows the purpose, and how many requests for the same purpose have ended before.
    fn describe(&self, purpose: Purpose, resends: u8);

    fn export(&self, end: AttemptEnd);
}

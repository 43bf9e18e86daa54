//! What an acquisition needs from the `Telemetry` it runs under.

use std::panic::{RefUnwindSafe, UnwindSafe};

use http::header::{Entry, HeaderMap, HeaderName, HeaderValue};

use super::clock::ClockSource;
use super::purpose::Purpose;
use super::record::AcquisitionRecord;
use super::state::State;
use crate::wire::{Authority, ClientRequestId};

/// The part of a `Telemetry` that acquisitions use; keeps formats and exporters out of this module.
pub(crate) trait Backend: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Returns an address that identifies the `Telemetry`.
    fn instance(&self) -> *const ();

    fn clock(&self) -> &ClockSource;

    /// Starts the clock of an acquisition, and opens its span if it is enabled.
    ///
    /// Foreign code is not notified of a quiet acquisition.
    fn begin(&self, state: &mut State, is_quiet: bool) -> Option<Box<dyn OpenSpan>>;

    /// Returns whether telemetry headers may be sent to an authority.
    fn is_authority(&self, authority: &Authority) -> bool;

    /// Returns the headers whose values are valid for one attempt only.
    fn attempt_headers(&self) -> [&'static str; 2];

    /// Removes the telemetry of an earlier request of the acquisition with this id.
    fn strip_headers(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap);

    /// Writes the headers of one token request, and stores in `report` what they report.
    fn write_headers(
        &self,
        state: &mut State,
        authority: &Authority,
        report: &mut InFlightReport,
        out: &mut HeaderSink<'_>,
    );

    /// Acknowledges what a request reported if it was delivered, and requeues it otherwise.
    ///
    /// Returns the report if that depends on the error code, which is known at the end.
    fn acknowledge(&self, report: InFlightReport, answer: Answer) -> Option<InFlightReport>;

    /// Decides what [`acknowledge`](Self::acknowledge) returned, now that the error code is known.
    fn decide(&self, undecided: &[InFlightReport], code: Option<&str>);

    /// Publishes a completed record to every exporter, with an id if one of them needs it.
    fn publish(&self, record: &mut AcquisitionRecord, is_quiet: bool);
}

/// A span that is entered on each poll, and exports the record at the end.
pub(crate) trait OpenSpan: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn enter(&self);
    fn exit(&self);
    fn export(&self, record: &AcquisitionRecord);
}

/// Where the telemetry of one request is written.
pub(crate) enum HeaderSink<'a> {
    Headers(MapSink<'a>),
    Form(&'a mut Vec<(&'static str, String)>),
}

/// Headers of a request, of which some may be the caller's.
///
/// The caller's values are dropped after everything is written: their destructors are foreign code,
/// which must not run while the state is locked.
pub(crate) struct MapSink<'a> {
    headers: &'a mut HeaderMap,
    replaced: &'a mut Vec<HeaderValue>,
}

impl<'a> MapSink<'a> {
    pub(crate) const fn new(
        headers: &'a mut HeaderMap,
        replaced: &'a mut Vec<HeaderValue>,
    ) -> Self {
        Self { headers, replaced }
    }

    /// Writes a header, replacing others of its name; does nothing if the map is full.
    pub(crate) fn insert(&mut self, name: &HeaderName, value: HeaderValue) {
        match self.headers.try_entry(name) {
            Ok(Entry::Occupied(mut entry)) => {
                self.replaced.extend(entry.iter().cloned());
                entry.insert(value);
            }
            Ok(Entry::Vacant(entry)) => {
                let _full = entry.try_insert(value);
            }
            Err(_full) => {}
        }
    }

    /// The map itself, for code that runs outside the lock.
    pub(crate) const fn map_mut(&mut self) -> &mut HeaderMap {
        self.headers
    }

    pub(crate) fn remove(&mut self, name: &HeaderName) {
        let present = self.headers.get_all(name);
        self.replaced.extend(present.iter().cloned());
        self.headers.remove(name);
    }
}

/// What the headers of one request reported about earlier acquisitions.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlightReport {
    pub(crate) purpose: Purpose,
    /// The authority whose failures are in the header, once it was written.
    pub(crate) authority: Option<Authority>,
    /// The number of the request in the queue, zero before its header was written.
    pub(crate) request: u64,
    /// Cache hits in the header.
    pub(crate) hits: u64,
    /// Failures that were queued when the header was first written.
    pub(crate) waiting: usize,
    /// Whether the queue was cleared, so that the header is empty.
    pub(crate) forgot: bool,
    /// Status of the response, while its delivery is undecided.
    pub(crate) status: u16,
}

/// How a token request ended: whether the server has received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A response with this status arrived.
    Status(u16),
    /// No response arrived, or the future was dropped.
    None,
}

//! What an acquisition needs from the `Telemetry` it runs under.

use std::panic::{RefUnwindSafe, UnwindSafe};

use http::header::{Entry, HeaderMap, HeaderName, HeaderValue};

use super::clock::ClockSource;
use super::purpose::Purpose;
use super::record::AcquisitionRecord;
use super::state::State;
use crate::wire::{Authority, ClientRequestId};

/// The side of a `Telemetry` that acquisitions see; it lets this module know nothing of formats and outlets.
pub(crate) trait Backend: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Address by which one `Telemetry` is told from another.
    fn instance(&self) -> *const ();

    fn clock(&self) -> &ClockSource;

    /// Starts the clock of an acquisition, and opens its span if anybody listens.
    ///
    /// A quiet acquisition is one of which code of others is not told.
    fn begin(&self, state: &mut State, is_quiet: bool) -> Option<Box<dyn OpenSpan>>;

    /// Whether telemetry headers may go there.
    fn is_authority(&self, authority: &Authority) -> bool;

    /// Names of the headers whose values hold for one attempt only.
    fn attempt_headers(&self) -> [&'static str; 2];

    /// Removes the telemetry of an earlier request of the acquisition with this id.
    fn strip_headers(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap);

    /// Writes the headers of one token request and remembers in `report` what they report.
    fn write_headers(
        &self,
        state: &mut State,
        authority: &Authority,
        report: &mut InFlightReport,
        out: &mut HeaderSink<'_>,
    );

    /// Takes back what a request carried: settled if it was delivered, else to be reported again.
    ///
    /// Handed out again if that depends on the error code, which is known when the acquisition ends.
    fn acknowledge(&self, report: InFlightReport, answer: Answer) -> Option<InFlightReport>;

    /// Settles what [`settle`](Self::settle) handed out, now that the error code is known.
    fn decide(&self, undecided: &[InFlightReport], code: Option<&str>);

    /// Hands a finished record to every outlet; gives it an id first if one of them needs it.
    fn publish(&self, record: &mut AcquisitionRecord, is_quiet: bool);
}

/// A span that is entered on each poll and told the record at the end.
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
/// The caller's values are dropped after everything is written: their destructors are code of others,
/// and the facts are locked meanwhile.
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

    /// Writes a header over others of its name; a map that has no room left stays as it is.
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
    /// Authority whose failures are in the header, once it was written.
    pub(crate) authority: Option<Authority>,
    /// Number under which the queue knows the request, zero before its header was written.
    pub(crate) request: u64,
    /// Cache hits in the header.
    pub(crate) hits: u64,
    /// Failures that waited when the header was written first.
    pub(crate) waiting: usize,
    /// Whether everything was forgotten, so that the header is empty.
    pub(crate) forgot: bool,
    /// Status of the answer, while the verdict on it is open.
    pub(crate) status: u16,
}

/// How a token request ended, as far as the server's knowledge of it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// An answer with this status came.
    Status(u16),
    /// No answer came, or nobody waited for it.
    None,
}

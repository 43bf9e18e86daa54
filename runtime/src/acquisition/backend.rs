//! What an acquisition needs from the `Telemetry` it runs under.

use std::sync::Arc;

use http::HeaderMap;

use super::clock::ClockSource;
use super::facts::Facts;
use super::record::AcquisitionRecord;

/// The side of a `Telemetry` that acquisitions see; it lets this module know nothing of formats and outlets.
pub(crate) trait Backend: Send + Sync {
    fn clock(&self) -> &ClockSource;

    /// Starts the clock of an acquisition, and opens its span if anybody listens.
    fn begin(&self, facts: &mut Facts) -> Option<Box<dyn OpenSpan>>;

    /// Writes the headers of one token request and remembers in `carriage` what they report.
    fn write_headers(
        &self,
        facts: &mut Facts,
        host: Option<&str>,
        carriage: &mut Carriage,
        headers: &mut HeaderMap,
    );

    /// Takes back what a request carried: settled if it was delivered, else to be reported again.
    fn settle(&self, carriage: Carriage, answer: Answer);

    /// Hands a finished record to every outlet; gives it an id first if one of them needs it.
    fn finished(&self, record: &mut AcquisitionRecord);
}

/// A span that is entered on each poll and told the record at the end.
pub(crate) trait OpenSpan: Send + Sync {
    fn enter(&self);
    fn exit(&self);
    fn finished(&self, record: &AcquisitionRecord);
}

/// What the headers of one request reported about earlier acquisitions.
#[derive(Debug, Default)]
pub(crate) struct Carriage {
    /// Whether the last-telemetry header was written, so that writing again carries the same.
    pub(crate) taken: bool,
    /// Tickets of the failures in it, oldest first.
    pub(crate) failures: Vec<u64>,
    /// Cache hits in it.
    pub(crate) hits: u64,
}

/// How a token request ended, as far as the server's knowledge of it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// An answer with this status came.
    Status(u16),
    /// No answer came, or nobody waited for it.
    None,
}

/// Whether two acquisitions run under the same `Telemetry`.
pub(crate) fn same_backend(one: &Arc<dyn Backend>, other: &Arc<dyn Backend>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
}

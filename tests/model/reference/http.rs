//! The HTTP state of an acquisition.

use token_telemetry::TransportError;

use super::info::Authority;

/// The requests of an acquisition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Http {
    pub(crate) host: Option<String>,
    /// Token requests in order, with their authorities and whether those may receive headers.
    pub(crate) asked: Vec<(usize, Authority, bool)>,
    /// Requests to the instance metadata service.
    pub(crate) metadata: Vec<usize>,
    pub(crate) attempts: u32,
    pub(crate) pending_polls: u32,
    pub(crate) status: Option<u16>,
    pub(crate) transport: Option<TransportError>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) millis: Option<u64>,
    pub(crate) token_came: bool,
    pub(crate) is_polling: bool,
}

impl Http {
    /// Returns the authority to which a failure belongs.
    pub(crate) fn authority(&self) -> Option<&Authority> {
        self.asked.last().map(|(_, authority, _)| authority)
    }

    /// Returns whether a failure can be reported by any request.
    pub(crate) fn is_heard_of(&self) -> bool {
        let asked = self.asked.last();
        asked.map_or_else(|| self.metadata.is_empty(), |(_, _, allowed)| *allowed)
    }
}

//! What is known of the requests of one acquisition.

use token_telemetry::TransportError;

use super::info::Authority;

/// The requests of an acquisition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Http {
    pub(crate) host: Option<String>,
    /// Token requests in the order in which they became such, whom they ask, and whether headers
    /// may go there.
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
    /// Where a failure belongs to.
    pub(crate) fn authority(&self) -> Option<&Authority> {
        self.asked.last().map(|(_, authority, _)| authority)
    }

    /// Whether there is a request that can report a failure.
    pub(crate) fn is_heard_of(&self) -> bool {
        let asked = self.asked.last();
        asked.map_or_else(|| self.metadata.is_empty(), |(_, _, allowed)| *allowed)
    }
}

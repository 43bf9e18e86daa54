//! Where the readers of the formats put what they find.

use super::request::Request;

/// Receives requests, and lines that could not be read.
pub(crate) trait Sink {
    fn request(&mut self, request: &Request<'_>, line: u64);

    /// Counts something unreadable: a subject such as a header, and the name of a reason.
    fn unreadable(&mut self, subject: &'static str, reason: &'static str, line: u64);
}

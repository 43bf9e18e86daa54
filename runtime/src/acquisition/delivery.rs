//! The telemetry that one request delivers: where it is written, and what it reports.

use http::header::{Entry, HeaderMap, HeaderName, HeaderValue};

use crate::wire::Authority;

/// The purpose of a request, which decides which headers it carries.
///
/// Only requests for a [`Token`](Self::Token) report failures, and only they determine the authority
/// of a failure. An acquisition that failed without a token request is reported to the authority of
/// the next one; if it sent a request to the instance metadata service, it is not reported at all.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Acquisition, Purpose};
///
/// let url = "http://169.254.169.254/metadata/identity/oauth2/token";
/// let request = Acquisition::current().token_request(url).purpose(Purpose::InstanceMetadata);
/// request.responded(200);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// A token, from the token endpoint: every header.
    #[default]
    Token,
    /// Metadata of an authority, or a device code: identity and request id.
    Discovery,
    /// A token, from the instance metadata service of a virtual machine: SKU, version and
    /// `x-ms-client-request-id`, the name that service reads.
    InstanceMetadata,
}

impl Purpose {
    /// Returns the name of the purpose in records and metrics.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Purpose;
    ///
    /// assert_eq!(Purpose::InstanceMetadata.name(), "instance_metadata");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Discovery => "discovery",
            Self::InstanceMetadata => "instance_metadata",
        }
    }
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
    /// A copy of what is written, if somebody wants it.
    written: Option<&'a mut Vec<(HeaderName, HeaderValue)>>,
}

impl<'a> MapSink<'a> {
    pub(crate) const fn new(
        headers: &'a mut HeaderMap,
        replaced: &'a mut Vec<HeaderValue>,
        written: Option<&'a mut Vec<(HeaderName, HeaderValue)>>,
    ) -> Self {
        Self {
            headers,
            replaced,
            written,
        }
    }

    /// Writes a header, replacing others of its name; does nothing if the map is full.
    pub(crate) fn insert(&mut self, name: &HeaderName, value: HeaderValue) {
        let copy = self.written.is_some().then(|| value.clone());
        let is_written = match self.headers.try_entry(name) {
            Ok(Entry::Occupied(mut entry)) => {
                self.replaced.extend(entry.iter().cloned());
                entry.insert(value);
                true
            }
            Ok(Entry::Vacant(entry)) => entry.try_insert(value).is_ok(),
            Err(_) => false,
        };
        if let Some((written, copy)) = self.written.as_deref_mut().zip(copy)
            && is_written
        {
            written.push((name.clone(), copy));
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

/// What the headers of one request report about earlier acquisitions.
#[derive(Clone, Debug)]
pub(crate) struct InFlightReport {
    /// The authority whose failures are in the header.
    pub(crate) authority: Authority,
    /// The number of the request in the queue.
    pub(crate) request: u64,
    /// Cache hits in the header.
    pub(crate) hits: u64,
    /// Failures that were queued when the header was first written.
    pub(crate) waiting: usize,
    /// Whether the queue was cleared, so that the header is empty.
    pub(crate) forgot: bool,
}

/// A report with a response, whose delivery depends on the error code of the acquisition.
#[derive(Clone, Debug)]
pub(crate) struct UndecidedDelivery {
    pub(crate) report: InFlightReport,
    /// The status of the response.
    pub(crate) status: u16,
}

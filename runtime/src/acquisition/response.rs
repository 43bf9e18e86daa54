//! Reads status and failure class from what an HTTP client returns.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::server_request_id::{InlineId, request_id};
use crate::error::TransportError;

/// What an HTTP client returned: a response with a status, or a transport failure.
///
/// Implemented for results of [`http::Response`], and with the feature `reqwest` for those of
/// `reqwest` 0.13. For another client, or another version of `reqwest`, return the response in a
/// [`Status`], and in a polling flow in a [`Polled`].
///
/// # Examples
///
/// ```
/// use std::io;
/// use http::Response;
/// use token_telemetry::{TransportError, acquisition::HttpOutcome};
///
/// let returned: io::Result<_> = Ok(Response::new("a token"));
/// assert_eq!(returned.status(), Ok(200));
///
/// let failed: io::Result<Response<()>> = Err(io::ErrorKind::TimedOut.into());
/// assert_eq!(failed.status(), Err(TransportError::Timeout));
/// ```
#[diagnostic::on_unimplemented(
    message = "expected the outcome of an HTTP request, found `{Self}`",
    label = "expected a `Result` whose response has a readable status",
    note = "results of `http::Response` are supported and, with the feature `reqwest`, results of `reqwest` 0.13 only",
    note = "for other clients, return an error or `Ok(Status::new(status, response))`, where `status` is a `u16`"
)]
pub trait HttpOutcome {
    /// Returns the status of the response.
    ///
    /// # Errors
    ///
    /// The class of the failure, if no response arrived.
    fn status(&self) -> Result<u16, TransportError>;

    /// Returns the pause that the server asked for.
    ///
    /// Capped at [`TokenRequest::MAX_RETRY_AFTER`](crate::TokenRequest::MAX_RETRY_AFTER).
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// Returns the id of the response in the server's logs, from `x-ms-request-id`.
    ///
    /// An id that is longer than 64 bytes, or has others than letters, digits, `_`, `.` and `-`, is
    /// dropped.
    fn request_id(&self) -> Option<&str> {
        None
    }

    /// Returns whether this is the "not yet" of a polling flow.
    ///
    /// That is not a failure; see [`TokenRequest::pending`](crate::TokenRequest::pending).
    fn is_pending(&self) -> bool {
        false
    }

    /// Returns whether a resource rejects the token and asks for one with other claims.
    ///
    /// Services do this in continuous access evaluation: with status 401, and `insufficient_claims` in
    /// `WWW-Authenticate`.
    fn has_claims_challenge(&self) -> bool {
        false
    }
}

impl<T: HttpOutcome + ?Sized> HttpOutcome for &T {
    fn status(&self) -> Result<u16, TransportError> {
        (**self).status()
    }

    fn retry_after(&self) -> Option<Duration> {
        (**self).retry_after()
    }

    fn request_id(&self) -> Option<&str> {
        (**self).request_id()
    }

    fn is_pending(&self) -> bool {
        (**self).is_pending()
    }

    fn has_claims_challenge(&self) -> bool {
        (**self).has_claims_challenge()
    }
}

impl<B, E: Error + 'static> HttpOutcome for Result<Response<B>, E> {
    fn status(&self) -> Result<u16, TransportError> {
        match self {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => Err(TransportError::of(error)),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.as_ref().ok()?.headers())
    }

    fn request_id(&self) -> Option<&str> {
        request_id(self.as_ref().ok()?.headers())
    }

    fn has_claims_challenge(&self) -> bool {
        let challenges = |it: &Response<B>| has_claims_challenge(it.status(), it.headers());
        self.as_ref().is_ok_and(challenges)
    }
}

/// A response of any client with its status, for [`TokenRequest::send`](crate::TokenRequest::send).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use token_telemetry::{Status, acquisition::HttpOutcome};
///
/// let response = Status::new(429, "body of some client").with_retry_after(Duration::from_millis(1500));
/// let returned: Result<_, std::io::Error> = Ok(response);
/// assert_eq!(returned.status(), Ok(429));
/// assert_eq!(returned.retry_after(), Some(Duration::from_millis(1500)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status<T> {
    /// The HTTP status code.
    pub status: u16,
    /// The response itself, as the client returned it.
    pub response: T,
    /// The pause that the server asked for.
    pub retry_after: Option<Duration>,
    request_id: Option<InlineId>,
}

impl<T> Status<T> {
    /// Creates a response without a `Retry-After` header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Status;
    ///
    /// let response = Status::new(200, "a token");
    /// assert_eq!((response.status, response.response), (200, "a token"));
    /// ```
    #[must_use]
    pub const fn new(status: u16, response: T) -> Self {
        Self {
            status,
            response,
            retry_after: None,
            request_id: None,
        }
    }

    /// Reads the pause that the server asked for, and the id of the response, from its headers.
    ///
    /// Understands `Retry-After` in seconds, `retry-after-ms`, `x-ms-retry-after-ms` and
    /// `x-ms-request-id`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use http::{HeaderMap, HeaderValue};
    /// use token_telemetry::Status;
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert("retry-after", HeaderValue::from_static("30"));
    /// let response = Status::new(429, "").with_headers(&headers);
    /// assert_eq!(response.retry_after, Some(Duration::from_secs(30)));
    /// ```
    #[must_use]
    pub fn with_headers(mut self, headers: &HeaderMap) -> Self {
        self.retry_after = retry_after(headers);
        self.request_id = request_id(headers).and_then(InlineId::new);
        self
    }

    /// Sets the id of the response in the server's logs, if it is safe to show.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Status, acquisition::HttpOutcome};
    ///
    /// let response = Status::new(200, "a token").with_request_id("2a5b0c3e-7f0e-4c3c-9c2f-5e2c8d1b0a00");
    /// let returned: Result<_, std::io::Error> = Ok(response);
    /// assert!(returned.request_id().is_some());
    /// ```
    #[must_use]
    pub fn with_request_id(mut self, id: &str) -> Self {
        self.request_id = InlineId::new(id);
        self
    }

    /// Sets the pause that the server asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::Status;
    ///
    /// let response = Status::new(503, "").with_retry_after(Duration::from_secs(5));
    /// assert_eq!(response.retry_after, Some(Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub const fn with_retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }
}

/// Omits the response, whose body may contain a token.
impl<T> fmt::Debug for Status<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Status")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl<T, E: Error + 'static> HttpOutcome for Result<Status<T>, E> {
    fn status(&self) -> Result<u16, TransportError> {
        match self {
            Ok(Status { status, .. }) => Ok(*status),
            Err(error) => Err(TransportError::of(error)),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.as_ref().ok()?.retry_after
    }

    fn request_id(&self) -> Option<&str> {
        self.as_ref().ok()?.request_id.as_ref()?.as_str()
    }
}

/// The response to one request of a polling flow, for [`TokenRequest::send`](crate::TokenRequest::send).
///
/// In the device code flow, for example, only the body shows whether the token is ready, so read the
/// body before `send` returns. See [`TokenRequest::pending`](crate::TokenRequest::pending) for what happens to the failures that
/// such a request reports.
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::HttpOutcome;
/// use token_telemetry::{Polled, Status};
///
/// let response = Status::new(400, r#"{"error":"authorization_pending"}"#);
/// let polled = if response.response.contains("authorization_pending") {
///     Polled::Pending(response)
/// } else {
///     Polled::Done(response)
/// };
/// let returned: Result<_, std::io::Error> = Ok(polled);
/// assert!(returned.is_pending());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "callers build it, and there is no third case"
)]
pub enum Polled<T> {
    /// Not yet: the client polls again after a pause.
    Pending(Status<T>),
    /// The last response, with a token or a failure.
    Done(Status<T>),
}

impl<T, E: Error + 'static> HttpOutcome for Result<Polled<T>, E> {
    fn status(&self) -> Result<u16, TransportError> {
        match self {
            Ok(Polled::Pending(response) | Polled::Done(response)) => Ok(response.status),
            Err(error) => Err(TransportError::of(error)),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self.as_ref().ok()? {
            Polled::Pending(response) | Polled::Done(response) => response.retry_after,
        }
    }

    fn request_id(&self) -> Option<&str> {
        match self.as_ref().ok()? {
            Polled::Pending(response) | Polled::Done(response) => {
                response.request_id.as_ref()?.as_str()
            }
        }
    }

    fn is_pending(&self) -> bool {
        matches!(self, Ok(Polled::Pending(_)))
    }
}

/// Returns whether a response asks for a token with other claims.
pub(crate) fn has_claims_challenge(status: StatusCode, headers: &HeaderMap) -> bool {
    const ERROR: &[u8] = b"insufficient_claims";
    let mut challenges = headers.get_all(header::WWW_AUTHENTICATE).iter();
    status == StatusCode::UNAUTHORIZED
        && challenges.any(|value| value.as_bytes().windows(ERROR.len()).any(|it| it == ERROR))
}

/// The longest pause that is recorded.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Headers that give the pause in milliseconds: Azure services and Python clients use them.
const IN_MILLISECONDS: [&str; 2] = ["retry-after-ms", "x-ms-retry-after-ms"];

/// Reads the pause that a server asks for: in milliseconds if given, else the seconds of `Retry-After`.
///
/// A date in `Retry-After` is ignored: it would need a wall clock.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |value: &HeaderValue| {
        let digits = value.to_str().ok()?.trim();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // A number that overflows asks for more than the longest pause, too.
        is_number.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let exact = IN_MILLISECONDS
        .iter()
        .find_map(|name| headers.get(*name).and_then(number))
        .map(Duration::from_millis);
    let pause = exact.or_else(|| {
        let seconds = headers.get(header::RETRY_AFTER).and_then(number);
        seconds.map(Duration::from_secs)
    });
    pause.map(|pause| pause.min(MAX_RETRY_AFTER))
}

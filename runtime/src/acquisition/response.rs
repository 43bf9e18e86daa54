//! How status and failure class are read from what an HTTP client returns.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Response, header};

use super::token_request::TokenRequest;
use crate::error::TransportError;

/// What an HTTP client returned: an answer with a status, or a failure of a class.
///
/// Implemented for results of [`http::Response`], and with the feature `reqwest` for those of
/// `reqwest` 0.13. For another client, or another version of that one, return [`Status`] beside its
/// response, and in a polling flow [`Polled`].
#[diagnostic::on_unimplemented(
    message = "expected the outcome of an HTTP request, found `{Self}`",
    label = "expected a `Result` whose response has a readable status",
    note = "results of `http::Response` are supported and, with the feature `reqwest`, results of `reqwest` 0.13 only",
    note = "for other clients, return an error or `Ok(Status::new(status, response))`, where `status` is a `u16`"
)]
pub trait HttpOutcome {
    /// Status of the answer.
    ///
    /// # Errors
    ///
    /// The class of the failure, when no answer came.
    fn status(&self) -> Result<u16, TransportError>;

    /// Pause that the server asked for; more than [`TokenRequest::MAX_RETRY_AFTER`] counts as that.
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// Whether this is the "not yet" of a polling flow, which is no failure; see
    /// [`TokenRequest::pending`](super::TokenRequest::pending).
    fn is_pending(&self) -> bool {
        false
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
}

/// Response of any client together with its status, for [`TokenRequest::send`](super::TokenRequest::send).
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::HttpOutcome;
/// use token_telemetry::Status;
///
/// use std::time::Duration;
///
/// let response = Status::new(429, "body of some client").with_retry_after(Duration::from_millis(1500));
/// let returned: Result<_, std::io::Error> = Ok(response);
/// assert_eq!(returned.status(), Ok(429));
/// assert_eq!(returned.retry_after(), Some(Duration::from_millis(1500)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status<T> {
    /// Status of the response.
    pub status: u16,
    /// The response itself, as the client returned it.
    pub response: T,
    /// Pause that the server asked for.
    pub retry_after: Option<Duration>,
}

impl<T> Status<T> {
    /// A response without a `Retry-After` header.
    #[must_use]
    pub const fn new(status: u16, response: T) -> Self {
        Self {
            status,
            response,
            retry_after: None,
        }
    }

    /// Reads the pause that the server asked for from the headers of the response.
    ///
    /// Understands `Retry-After` in seconds, `retry-after-ms` and `x-ms-retry-after-ms`.
    #[must_use]
    pub fn with_headers(mut self, headers: &HeaderMap) -> Self {
        self.retry_after = retry_after(headers);
        self
    }

    /// Sets the pause that the server asked for.
    #[must_use]
    pub const fn with_retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }
}

/// Without the response, whose body may be a token.
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
}

/// Answer to one request of a polling flow, such as the device code flow, for
/// [`TokenRequest::send`](super::TokenRequest::send).
///
/// Only its body says whether the token is there, so the body is read before `send` returns. See
/// [`TokenRequest::pending`](super::TokenRequest::pending) for what happens to the failures that
/// such a request reports.
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::HttpOutcome;
/// use token_telemetry::{Polled, Status};
///
/// let answer = Status::new(400, r#"{"error":"authorization_pending"}"#);
/// let polled = if answer.response.contains("authorization_pending") {
///     Polled::Pending(answer)
/// } else {
///     Polled::Done(answer)
/// };
/// let returned: Result<_, std::io::Error> = Ok(polled);
/// assert!(returned.is_pending());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there is no third, and callers build it"
)]
pub enum Polled<T> {
    /// Not yet: the client asks again after a pause.
    Pending(Status<T>),
    /// The last answer, with a token or a failure.
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

    fn is_pending(&self) -> bool {
        matches!(self, Ok(Polled::Pending(_)))
    }
}

/// Headers of Azure services and Python clients that give the pause in milliseconds.
const IN_MILLISECONDS: [&str; 2] = ["retry-after-ms", "x-ms-retry-after-ms"];

/// Pause that a server asks for: in milliseconds if it says so, else the seconds of `Retry-After`.
///
/// Its form as a date would need a wall clock.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |value: &HeaderValue| {
        let digits = value.to_str().ok()?.trim();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // What no integer can hold asks for more than the longest pause, too.
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
    pause.map(|pause| pause.min(TokenRequest::MAX_RETRY_AFTER))
}

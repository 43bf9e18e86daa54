//! What a service returned, whether its error is a type of an HTTP client or a boxed error.

use std::error::Error;
use std::time::Duration;

use http::{HeaderMap, Response, StatusCode};

use super::response::{HttpOutcome, has_claims_challenge, retry_after};
use super::server_request_id::request_id;
use crate::error::TransportError;

type BoxError = Box<dyn Error + Send + Sync>;

/// What a tower service returned, for the layers in [`middleware`](crate::middleware).
///
/// `K` is the kind of error, [`TypedError`] or [`BoxedError`]; the compiler finds it. Two kinds are
/// needed because a boxed error does not implement [`Error`] itself. You never implement this trait:
/// implement [`HttpOutcome`] for the results of another client.
#[diagnostic::on_unimplemented(
    message = "expected a service that returns HTTP responses, found one that returns `{Self}`",
    label = "the status of this response, or the class of this error, cannot be read",
    note = "the error may be of any type that implements `Error`, or `Box<dyn Error + Send + Sync>`; the response an `http::Response` or, with the feature `reqwest`, one of `reqwest` 0.13",
    note = "implement `HttpOutcome` for the results of another client"
)]
pub trait ServiceOutcome<K> {
    /// Returns the readable outcome.
    #[doc(hidden)]
    fn outcome(&self) -> impl HttpOutcome;
}

/// The kind of error that implements [`Error`], as HTTP clients have.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TypedError;

/// The kind of error that is `Box<dyn Error + Send + Sync>`, as many layers of tower have.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct BoxedError;

impl<T: HttpOutcome> ServiceOutcome<TypedError> for T {
    fn outcome(&self) -> impl HttpOutcome {
        self
    }
}

impl<R: ServiceResponse> ServiceOutcome<BoxedError> for Result<R, BoxError> {
    fn outcome(&self) -> impl HttpOutcome {
        Boxed(self)
    }
}

/// A response whose error type is a boxed error.
#[diagnostic::on_unimplemented(
    message = "the status of `{Self}` cannot be read",
    note = "a service whose error is a boxed error may return an `http::Response` or, with the feature `reqwest`, a response of `reqwest` 0.13"
)]
pub trait ServiceResponse {
    /// Returns the status.
    #[doc(hidden)]
    fn status(&self) -> StatusCode;

    /// Returns the headers.
    #[doc(hidden)]
    fn headers(&self) -> &HeaderMap;
}

impl<B> ServiceResponse for Response<B> {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> &HeaderMap {
        self.headers()
    }
}

struct Boxed<'a, R>(&'a Result<R, BoxError>);

impl<R: ServiceResponse> Boxed<'_, R> {
    fn headers(&self) -> Option<&HeaderMap> {
        self.0.as_ref().ok().map(ServiceResponse::headers)
    }
}

impl<R: ServiceResponse> HttpOutcome for Boxed<'_, R> {
    fn status(&self) -> Result<u16, TransportError> {
        match self.0 {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => Err(TransportError::of(&**error)),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers()?)
    }

    fn request_id(&self) -> Option<&str> {
        request_id(self.headers()?)
    }

    fn has_claims_challenge(&self) -> bool {
        let challenges = |it: &R| has_claims_challenge(it.status(), it.headers());
        self.0.as_ref().is_ok_and(challenges)
    }
}

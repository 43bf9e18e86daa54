//! Token requests with `reqwest`.

use std::time::Duration;

use ::http::{HeaderMap, StatusCode};
use reqwest::{Error, RequestBuilder, Response};

use crate::acquisition::{
    Acquisition, HttpOutcome, Purpose, ServiceResponse, has_claims_challenge, request_id,
    retry_after,
};
use crate::error::TransportError;

impl HttpOutcome for Result<Response, Error> {
    fn status(&self) -> Result<u16, TransportError> {
        match self {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => status_of(error),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.as_ref().ok()?.headers())
    }

    fn request_id(&self) -> Option<&str> {
        request_id(self.as_ref().ok()?.headers())
    }

    fn has_claims_challenge(&self) -> bool {
        let challenges = |it: &Response| has_claims_challenge(it.status(), it.headers());
        self.as_ref().is_ok_and(challenges)
    }
}

/// Returns the status that an error is about, or else its class.
pub(super) fn status_of(error: &Error) -> Result<u16, TransportError> {
    let status = error.status().map(|status| status.as_u16());
    status.ok_or_else(|| class(error))
}

pub(super) fn class(error: &Error) -> TransportError {
    let class = TransportError::of(error);
    if class != TransportError::Other {
        return class;
    }
    if error.is_timeout() {
        TransportError::Timeout
    } else if is_connect(error) {
        TransportError::Connect
    } else {
        TransportError::Other
    }
}

#[cfg(not(all(target_arch = "wasm32", any(target_os = "unknown", target_os = "none"))))]
fn is_connect(error: &Error) -> bool {
    error.is_connect()
}

/// A browser does not expose why a request failed, so `reqwest` has no `is_connect` there.
#[cfg(all(target_arch = "wasm32", any(target_os = "unknown", target_os = "none")))]
const fn is_connect(_: &Error) -> bool {
    false
}

impl ServiceResponse for Response {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> &HeaderMap {
        self.headers()
    }
}

/// Extends `reqwest` requests to be sent as token requests of the current acquisition.
///
/// # Examples
///
/// ```
/// use token_telemetry::middleware::SendTokenRequest;
///
/// async fn post(client: &reqwest::Client, url: &str) -> reqwest::Result<reqwest::Response> {
///     client
///         .post(url)
///         .body("grant_type=client_credentials")
///         .send_token_request() // instead of `.send()`
///         .await
/// }
/// ```
pub trait SendTokenRequest: Sized {
    /// Sends the request with the telemetry headers, and records its duration and result.
    ///
    /// # Errors
    ///
    /// Returns the errors of `send` unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::middleware::SendTokenRequest;
    ///
    /// # async fn example(client: &reqwest::Client) -> reqwest::Result<()> {
    /// let url = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
    /// let response = client.post(url).send_token_request().await?;
    /// # drop(response);
    /// # Ok(())
    /// # }
    /// ```
    fn send_token_request(self) -> impl Future<Output = reqwest::Result<Response>> {
        self.send_with_purpose(Purpose::Token)
    }

    /// Like [`send_token_request`](Self::send_token_request), for a request with another purpose.
    ///
    /// # Errors
    ///
    /// Returns the errors of `send` unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Purpose, middleware::SendTokenRequest};
    ///
    /// # async fn example(client: &reqwest::Client) -> reqwest::Result<()> {
    /// let url = "https://login.microsoftonline.com/common/discovery/instance";
    /// let response = client.get(url).send_with_purpose(Purpose::Discovery).await?;
    /// # drop(response);
    /// # Ok(())
    /// # }
    /// ```
    fn send_with_purpose(self, purpose: Purpose)
    -> impl Future<Output = reqwest::Result<Response>>;
}

impl SendTokenRequest for RequestBuilder {
    #[cfg_attr(
        target_arch = "wasm32",
        expect(clippy::future_not_send, reason = "browser types are not `Send`")
    )]
    async fn send_with_purpose(self, purpose: Purpose) -> reqwest::Result<Response> {
        let (client, request) = self.build_split();
        let mut request = request?;
        let mut telemetry = Acquisition::current()
            .token_request(request.url())
            .purpose(purpose);
        telemetry.apply_to(request.headers_mut());
        telemetry.watch(client.execute(request)).await
    }
}

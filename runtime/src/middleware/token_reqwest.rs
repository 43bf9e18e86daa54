//! A `reqwest-middleware` handler that writes the telemetry headers of token requests.

use std::sync::{Arc, Weak};

use ::http::Extensions;
use async_trait::async_trait;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};

use super::reqwest::class;
use crate::acquisition::{
    Handle, HttpOutcome, Purpose, has_claims_challenge, request_id, retry_after,
};
use crate::error::TransportError;

/// A handler that writes the telemetry headers and records each attempt.
///
/// It uses the acquisition whose [`Handle`] is in the extensions of the request, or else the current
/// one. Attach it after a retry handler, so that each retry counts as an attempt. Insert a [`Purpose`]
/// into the extensions of a request that does not ask for a token. A second handler inside the first
/// passes requests on as they are. If the client also sends requests
/// to other hosts, set [`authorities`](crate::TelemetryBuilder::authorities).
///
/// # Examples
///
/// ```
/// use reqwest_middleware::ClientBuilder;
/// use token_telemetry::middleware::TokenRequestMiddleware;
///
/// let client = ClientBuilder::new(reqwest::Client::new())
///     .with(TokenRequestMiddleware::new())
///     .build();
/// # drop(client);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenRequestMiddleware(());

impl TokenRequestMiddleware {
    /// Creates a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::middleware::TokenRequestMiddleware;
    ///
    /// let middleware = TokenRequestMiddleware::new();
    /// # let _ = middleware;
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

// Must match the trait declaration: in a browser, futures are not `Send`.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for TokenRequestMiddleware {
    async fn handle(
        &self,
        mut req: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        // The report of an outer handler would be lost if this one replaced its headers.
        let outer = extensions.get::<InAttempt>();
        if outer.is_some_and(|InAttempt(outer)| outer.strong_count() > 0) {
            return next.run(req, extensions).await;
        }
        let running = Arc::new(());
        extensions.insert(InAttempt(Arc::downgrade(&running)));
        let handle = extensions.get::<Handle>();
        let purpose = extensions.get::<Purpose>().copied();
        let mut attempt = Handle::seen_request(handle, req.url().as_str());
        attempt = attempt.purpose(purpose.unwrap_or_default());
        attempt.apply_to(req.headers_mut());
        let result = attempt.watch(next.run(req, extensions)).await;
        drop(running);
        result
    }
}

/// The mark of an attempt that runs; retries share the extensions, and one may be dropped.
#[derive(Clone)]
struct InAttempt(Weak<()>);

impl HttpOutcome for Result<Response> {
    fn status(&self) -> std::result::Result<u16, TransportError> {
        match self {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => error
                .status()
                .map(|status| status.as_u16())
                .ok_or_else(|| match error {
                    Error::Reqwest(error) => class(error),
                    Error::Middleware(error) => TransportError::of(&**error),
                }),
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
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

//! A `reqwest-middleware` handler that records tokens which a resource rejects.

use ::http::Extensions;
use async_trait::async_trait;
use reqwest::{Request, Response, StatusCode};
use reqwest_middleware::{Error, Middleware, Next, Result};

use super::record_rejected_token;
use crate::telemetry::Telemetry;

/// A handler that records a rejected token for each response of a resource with 401 or 403.
///
/// It calls [`record_rejected_token`](Telemetry::record_rejected_token), and changes neither requests
/// nor responses. Attach it after the handler that adds the token and tries again with a new one, so
/// that it sees each response. Leave it out of clients that send requests without a token: their 401
/// is no rejection.
///
/// # Examples
///
/// ```
/// use reqwest_middleware::ClientBuilder;
/// use token_telemetry::Telemetry;
/// use token_telemetry::middleware::RejectedTokenMiddleware;
///
/// let telemetry = Telemetry::builder().build()?;
/// let client = ClientBuilder::new(reqwest::Client::new())
///     .with(RejectedTokenMiddleware::new(telemetry))
///     .build();
/// # drop(client);
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RejectedTokenMiddleware {
    telemetry: Telemetry,
}

impl RejectedTokenMiddleware {
    /// Creates a handler that records in this instance, which acquires the tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::middleware::RejectedTokenMiddleware;
    ///
    /// let middleware = RejectedTokenMiddleware::new(Telemetry::global());
    /// # drop(middleware);
    /// ```
    #[must_use]
    pub const fn new(telemetry: Telemetry) -> Self {
        Self { telemetry }
    }
}

// Must match the trait declaration: in a browser, futures are not `Send`.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for RejectedTokenMiddleware {
    async fn handle(
        &self,
        req: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let result = next.run(req, extensions).await;
        let status = match &result {
            Ok(response) => Some(response.status()),
            Err(error) => Error::status(error),
        };
        record_rejected_token(&self.telemetry, || status.as_ref().map(StatusCode::as_u16));
        result
    }
}

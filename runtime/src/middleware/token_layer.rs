//! A tower layer that puts telemetry on token requests, for clients whose SDK code it cannot see.

use std::task::{Context, Poll};

use ::http::{HeaderMap, Request};
use tower_layer::Layer;
use tower_service::Service;

use crate::acquisition::{Handle, HttpOutcome, Purpose, SendFuture, TokenRequest, seen_request};

/// Tower layer that writes the telemetry headers and notes each try.
///
/// The acquisition is the one whose [`Handle`] lies in the request's extensions, else the current
/// one. Behind a `Buffer` only the handle is visible, because the worker calls from its own task.
/// Below a retry layer each try counts. Put it next to the client, where errors still have causes.
///
/// A [`Purpose`] in the extensions says that a request asks for something other than a token.
///
/// A client that also asks other servers than the authority needs
/// [`authorities`](crate::TelemetryBuilder::authorities). Requests to other hosts are no token
/// requests then, and get no headers. They lose those that an earlier request of the acquisition
/// left on them, as when a redirect or a retry takes all headers along:
///
/// * `x-client-current-telemetry` and `x-client-last-telemetry`, whatever their values;
/// * the identity headers, if their value is the one that this telemetry writes;
/// * `client-request-id` and `x-ms-client-request-id`, if the id is the acquisition's, and with it
///   `return-client-request-id`.
///
/// Whatever else stands there is the application's own, and stays. A client that follows redirects
/// by itself, below the layer, takes the headers along to any host; turn that off.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use token_telemetry::middleware::TokenRequestLayer;
/// use tower::{ServiceBuilder, service_fn};
///
/// let client = ServiceBuilder::new()
///     .layer(TokenRequestLayer::new())
///     .service(service_fn(|_: Request<()>| async { Ok::<_, std::io::Error>(Response::new(())) }));
/// # drop(client);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenRequestLayer(());

impl TokenRequestLayer {
    /// The layer; it has no options.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for TokenRequestLayer {
    type Service = TokenRequestService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TokenRequestService { inner }
    }
}

/// Service of [`TokenRequestLayer`].
#[derive(Clone, Debug)]
pub struct TokenRequestService<S> {
    inner: S,
}

impl<S, R> Service<R> for TokenRequestService<S>
where
    R: OutgoingRequest,
    S: Service<R>,
    Result<S::Response, S::Error>: HttpOutcome,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = SendFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut req: R) -> Self::Future {
        let mut try_of_it = req.token_request();
        try_of_it.apply_to(req.headers_mut());
        try_of_it.watch(self.inner.call(req))
    }
}

/// Request of an HTTP client that telemetry headers can be put on.
pub trait OutgoingRequest {
    /// One try of a token request, on behalf of the acquisition the request belongs to.
    fn token_request(&self) -> TokenRequest;

    /// Headers of the request.
    fn headers_mut(&mut self) -> &mut HeaderMap;
}

impl<B> OutgoingRequest for Request<B> {
    fn token_request(&self) -> TokenRequest {
        let handle = self.extensions().get::<Handle>();
        let purpose = self.extensions().get::<Purpose>().copied();
        let request = seen_request(handle, &self.uri().to_string());
        request.purpose(purpose.unwrap_or_default())
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
}

#[cfg(feature = "reqwest")]
impl OutgoingRequest for reqwest::Request {
    fn token_request(&self) -> TokenRequest {
        seen_request(None, self.url().as_str())
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
}

//! A tower layer that writes the telemetry headers of token requests.

use std::marker::PhantomData;
use std::task::{Context, Poll};

use ::http::{HeaderMap, Request};
use tower_layer::Layer;
use tower_service::Service;

use crate::acquisition::{Handle, Purpose, SendFuture, ServiceOutcome, TokenRequest, TypedError};

/// A tower layer that writes the telemetry headers and records each attempt.
///
/// It uses the acquisition whose [`Handle`] is in the request's extensions, or else the current one.
/// Behind a `Buffer` layer only the handle works, because the worker calls the service from its own
/// task.
///
/// The order matters: retry layer, this layer, timeout layer, client. Below a retry layer, each retry
/// counts as an attempt; above a timeout layer, a timeout is recorded as one, while a timeout further out
/// only drops the attempt. Errors may be boxed, as those of `Timeout` are: the compiler finds the kind of
/// error, `K`, where the service is called. Add the layer once; a second one passes `http` requests on as
/// they are.
///
/// Insert a [`Purpose`] into the extensions of a request that does not ask for a token.
///
/// If the client also sends requests to hosts other than the authority, set
/// [`authorities`](crate::TelemetryBuilder::authorities). Requests to other hosts then do not count as
/// token requests and get no headers. The layer also removes headers that an earlier request of the
/// acquisition left on them, for example after a redirect or a retry:
///
/// * `x-client-current-telemetry` and `x-client-last-telemetry`, with any value;
/// * the identity headers, if they have the value that this telemetry writes;
/// * `client-request-id` and `x-ms-client-request-id`, if they have the id of the acquisition, and
///   with them `return-client-request-id`.
///
/// All other headers belong to the application and stay. A client that follows redirects itself,
/// below the layer, sends the headers to any host; turn that off.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use token_telemetry::middleware::TokenRequestLayer;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # async fn example() -> Result<(), std::io::Error> {
/// let client = ServiceBuilder::new()
///     .layer(TokenRequestLayer::new())
///     .service(service_fn(|_: Request<()>| async { Ok::<_, std::io::Error>(Response::new(())) }));
/// client.oneshot(Request::new(())).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenRequestLayer<K = TypedError>(PhantomData<K>);

impl<K> TokenRequestLayer<K> {
    /// Creates a layer.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::middleware::TokenRequestLayer;
    ///
    /// let layer: TokenRequestLayer = TokenRequestLayer::new();
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S, K> Layer<S> for TokenRequestLayer<K> {
    type Service = TokenRequestService<S, K>;

    fn layer(&self, inner: S) -> Self::Service {
        TokenRequestService {
            inner,
            kind: PhantomData,
        }
    }
}

/// The service created by [`TokenRequestLayer`].
///
/// # Examples
///
/// Name it in the type of your client:
///
/// ```
/// use token_telemetry::middleware::TokenRequestService;
///
/// struct AuthClient<S> {
///     service: TokenRequestService<S>,
/// }
/// # fn inner<S>(client: AuthClient<S>) -> TokenRequestService<S> { client.service }
/// ```
///
/// If the errors of the service below are boxed, say so:
///
/// ```
/// use token_telemetry::acquisition::BoxedError;
/// use token_telemetry::middleware::TokenRequestService;
/// use tower::timeout::Timeout;
///
/// struct AuthClient<S> {
///     service: TokenRequestService<Timeout<S>, BoxedError>,
/// }
/// # fn inner<S>(client: AuthClient<S>) -> TokenRequestService<Timeout<S>, BoxedError> { client.service }
/// ```
#[derive(Clone, Debug)]
pub struct TokenRequestService<S, K = TypedError> {
    inner: S,
    kind: PhantomData<K>,
}

impl<S, R, K> Service<R> for TokenRequestService<S, K>
where
    R: OutgoingRequest,
    S: Service<R>,
    Result<S::Response, S::Error>: ServiceOutcome<K>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = SendFuture<S::Future, K>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut req: R) -> Self::Future {
        // The report of an outer layer would be lost if this one replaced its headers.
        let attempt = req.begin_attempt().then(|| {
            let mut attempt = req.token_request();
            attempt.apply_to(req.headers_mut());
            attempt
        });
        SendFuture::of_service(attempt, self.inner.call(req))
    }
}

/// A request type that [`TokenRequestLayer`] supports.
///
/// Implement it for the request type of another HTTP client.
///
/// # Examples
///
/// ```
/// use http::HeaderMap;
/// use token_telemetry::{Acquisition, TokenRequest, middleware::OutgoingRequest};
///
/// struct MyRequest {
///     url: String,
///     headers: HeaderMap,
/// }
///
/// impl OutgoingRequest for MyRequest {
///     fn token_request(&self) -> TokenRequest {
///         Acquisition::current().token_request(&self.url)
///     }
///
///     fn headers_mut(&mut self) -> &mut HeaderMap {
///         &mut self.headers
///     }
/// }
/// ```
pub trait OutgoingRequest {
    /// Returns one attempt of a token request for the acquisition that the request belongs to.
    fn token_request(&self) -> TokenRequest;

    /// Returns the headers of the request.
    fn headers_mut(&mut self) -> &mut HeaderMap;

    /// Marks the request as part of an attempt; returns false if it was one already.
    ///
    /// A request type without a place for the mark is never one.
    fn begin_attempt(&mut self) -> bool {
        true
    }
}

/// The mark of a request that a [`TokenRequestLayer`] has seen.
#[derive(Clone, Copy)]
struct InAttempt;

impl<B> OutgoingRequest for Request<B> {
    fn token_request(&self) -> TokenRequest {
        let handle = self.extensions().get::<Handle>();
        let purpose = self.extensions().get::<Purpose>().copied();
        let request = Handle::seen_request(handle, &self.uri().to_string());
        request.purpose(purpose.unwrap_or_default())
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }

    fn begin_attempt(&mut self) -> bool {
        self.extensions_mut().insert(InAttempt).is_none()
    }
}

#[cfg(feature = "reqwest")]
impl OutgoingRequest for reqwest::Request {
    fn token_request(&self) -> TokenRequest {
        Handle::seen_request(None, self.url().as_str())
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
}

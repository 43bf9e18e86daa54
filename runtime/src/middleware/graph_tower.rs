//! A tower layer that puts Graph's headers on requests.

use std::task::{Context, Poll};

use ::http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::graph::{Headers, InRequest, RequestContext};

/// Tower layer that writes `SdkVersion` and `client-request-id`, and removes them elsewhere.
///
/// It may stand anywhere, also twice: around a retry layer, so that all attempts are one
/// request, and innermost, so that it sees each hop of a redirect layer and what the layers
/// between used. What runs inside is in the scope of the request's
/// [`RequestContext`](crate::graph::RequestContext).
///
/// A client that follows redirects by itself takes the headers along to any host; turn that off
/// and let a layer above this one follow them.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use token_telemetry::middleware::GraphLayer;
/// use token_telemetry::graph::{Headers, Product, SdkVersion};
/// use tower::{ServiceBuilder, service_fn};
///
/// let core = const { Product::from_static("graph-rust-core", "0.1.0") };
/// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
/// let graph = GraphLayer::new(headers);
/// let client = ServiceBuilder::new()
///     .layer(graph.clone())
///     // … retry and redirect layers
///     .layer(graph)
///     .service(service_fn(|_: Request<()>| async { Ok::<_, std::io::Error>(Response::new(())) }));
/// # drop(client);
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
#[derive(Clone, Debug)]
pub struct GraphLayer {
    headers: Headers,
}

impl GraphLayer {
    /// The layer that writes these headers.
    #[must_use]
    pub const fn new(headers: Headers) -> Self {
        Self { headers }
    }
}

impl<S> Layer<S> for GraphLayer {
    type Service = GraphService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GraphService {
            headers: self.headers.clone(),
            inner,
        }
    }
}

/// Service of [`GraphLayer`].
#[derive(Clone, Debug)]
pub struct GraphService<S> {
    headers: Headers,
    inner: S,
}

impl<S, R> Service<R> for GraphService<S>
where
    R: GraphRequest,
    S: Service<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = InRequest<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut req: R) -> Self::Future {
        let context = req.apply_graph(&self.headers);
        let _entered = context.enter();
        context.scope(self.inner.call(req))
    }
}

/// Request of an HTTP client that Graph's headers can be put on.
pub trait GraphRequest {
    /// Writes or removes the headers, and returns the context of the request.
    fn apply_graph(&mut self, headers: &Headers) -> RequestContext;
}

impl<B> GraphRequest for Request<B> {
    fn apply_graph(&mut self, headers: &Headers) -> RequestContext {
        headers.apply_to(self)
    }
}

/// Such a request has no extensions that a layer could use, so its context is the current one.
#[cfg(feature = "reqwest")]
impl GraphRequest for reqwest::Request {
    fn apply_graph(&mut self, headers: &Headers) -> RequestContext {
        let context = RequestContext::of_attempt(&::http::Extensions::new(), self.headers());
        let url = self.url().clone();
        headers.apply_for_url(&context, url, self.headers_mut());
        context
    }
}

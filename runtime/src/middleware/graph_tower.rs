//! A tower layer that writes the Graph headers.

use std::task::{Context, Poll};

use ::http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::graph::{Headers, RequestContext, RequestFuture};

/// A tower layer that writes `SdkVersion` and `client-request-id`, and removes them on other hosts.
///
/// Add it twice: around a retry layer, so that all attempts count as one request, and innermost, so
/// that it sees each hop of a redirect layer and the features that the layers in between record. The
/// inner service runs in the scope of the request's
/// [`RequestContext`](crate::graph::RequestContext).
///
/// A client that follows redirects itself sends the headers to any host. Turn that off, and let a
/// layer above this one follow redirects.
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
    /// Creates a layer that writes these headers.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    /// use token_telemetry::middleware::GraphLayer;
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let layer = GraphLayer::new(headers);
    /// # drop(layer);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
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

/// The service created by [`GraphLayer`].
///
/// # Examples
///
/// Name it in the type of your client:
///
/// ```
/// use token_telemetry::middleware::GraphService;
///
/// struct GraphClient<S> {
///     service: GraphService<S>,
/// }
/// # fn inner<S>(client: GraphClient<S>) -> GraphService<S> { client.service }
/// ```
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
    type Future = RequestFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut req: R) -> Self::Future {
        let context = req.apply_graph(&self.headers);
        let _entered = context.enter();
        context.scope(self.inner.call(req))
    }
}

/// A request type that [`GraphLayer`] supports.
///
/// Implement it for the request type of another HTTP client.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Headers, RequestContext};
/// use token_telemetry::middleware::GraphRequest;
///
/// struct MyRequest(http::Request<String>);
///
/// impl GraphRequest for MyRequest {
///     fn apply_graph(&mut self, headers: &Headers) -> RequestContext {
///         headers.apply_to(&mut self.0)
///     }
/// }
/// ```
pub trait GraphRequest {
    /// Writes or removes the headers, and returns the context of the request.
    fn apply_graph(&mut self, headers: &Headers) -> RequestContext;
}

impl<B> GraphRequest for Request<B> {
    fn apply_graph(&mut self, headers: &Headers) -> RequestContext {
        headers.apply_to(self)
    }
}

/// Uses the current context, because these requests have no accessible extensions.
#[cfg(feature = "reqwest")]
impl GraphRequest for reqwest::Request {
    fn apply_graph(&mut self, headers: &Headers) -> RequestContext {
        let context = RequestContext::of_attempt(&::http::Extensions::new(), self.headers());
        let url = self.url().clone();
        headers.apply_for_url(&context, url, self.headers_mut());
        context
    }
}

//! A tower layer that writes the Graph headers.

use std::task::{Context, Poll};

use ::http::{Method, Request};
use tower_layer::Layer;
use tower_service::Service;

use super::graph_observed_tower::ObservedGraphLayer;
use crate::graph::{Headers, RequestContext, RequestFuture};
use crate::telemetry::Telemetry;

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

    /// Also opens a span and counts, once for each request to Graph.
    ///
    /// This is off by default, and costs nothing then. The span `graph_request` is inside the current
    /// one, with the level and target of the instance's [`SpanOptions`](crate::SpanOptions). The counter
    /// is `token_telemetry.graph.requests` of [the second metric set](crate::guide::conventions). Requests
    /// to other hosts have neither, nor do any while OpenTelemetry suppresses telemetry.
    ///
    /// Use clones of this layer in both places. The outer one then observes the request, and the inner
    /// one counts its attempts, redirects included. If there is a layer only below the retry layer, it
    /// observes each attempt as a request.
    ///
    /// The names of the fields come from OpenTelemetry, and from what the Graph SDKs specify in
    /// microsoftgraph/msgraph-sdk-design, `Observability.md`:
    ///
    /// | field | type | value |
    /// |---|---|---|
    /// | `otel.kind` | text | `internal` |
    /// | `http.request.method` | text | the method, or `_OTHER` if HTTP does not define it |
    /// | `server.address` | text | the host, if it is one of Graph's own |
    /// | `http.response.status_code` | integer | status of the last response |
    /// | `http.request.resend_count` | integer | attempts after the first one, for any reason, if there were any |
    /// | `com.microsoft.kiota.handler.redirect.count` | integer | attempts that followed a redirect, if there were any |
    /// | `token_telemetry.graph.claims_challenges` | integer | responses that [asked for other claims](crate::acquisition::HttpOutcome::has_claims_challenge), if there were any |
    /// | `com.microsoft.kiota.handler.retry.enable` | boolean | `true` if `featureUsage` shows this handler |
    /// | `com.microsoft.kiota.handler.redirect.enable` | boolean | the same |
    /// | `com.microsoft.kiota.handler.authorization.enable` | boolean | the same |
    /// | `com.microsoft.kiota.handler.compression.enable` | boolean | the same |
    /// | `error.type` | text | status or transport failure of a request that failed |
    /// | `otel.status_code` | text | `ERROR`, if the request failed |
    ///
    /// A request that is dropped has neither status nor error in its span. The URL, its template and the
    /// names of hosts that you add are never recorded: they may show a user or an organization.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Request, Response};
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::graph::{Headers, Product, SdkVersion};
    /// use token_telemetry::middleware::GraphLayer;
    /// use tower::{ServiceBuilder, ServiceExt, service_fn};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let telemetry = Telemetry::builder().sdk("Contoso.Graph", "1.2.0").build()?;
    /// let graph = GraphLayer::new(headers).with_telemetry(telemetry);
    /// let client = ServiceBuilder::new()
    ///     .layer(graph.clone())
    ///     // … retry and redirect layers
    ///     .layer(graph)
    ///     .service(service_fn(|_: Request<()>| async { Ok::<_, std::io::Error>(Response::new(())) }));
    /// # drop(client.oneshot(Request::new(())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_telemetry<K>(self, telemetry: Telemetry) -> ObservedGraphLayer<K> {
        ObservedGraphLayer::new(self.headers, telemetry)
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

    /// Returns the method, which an [observed](GraphLayer::with_telemetry) request shows.
    fn graph_method(&self) -> Option<&Method> {
        None
    }
}

impl<B> GraphRequest for Request<B> {
    fn graph_method(&self) -> Option<&Method> {
        Some(self.method())
    }

    fn apply_graph(&mut self, headers: &Headers) -> RequestContext {
        headers.apply_to(self)
    }
}

/// Uses the current context, because these requests have no accessible extensions.
#[cfg(feature = "reqwest")]
impl GraphRequest for reqwest::Request {
    fn graph_method(&self) -> Option<&Method> {
        Some(self.method())
    }

    fn apply_graph(&mut self, headers: &Headers) -> RequestContext {
        let context = RequestContext::of_attempt(&::http::Extensions::new(), self.headers());
        let url = self.url().clone();
        headers.apply_for_url(&context, url, self.headers_mut());
        context
    }
}

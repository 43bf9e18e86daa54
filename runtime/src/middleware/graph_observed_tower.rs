//! The tower layer that writes the Graph headers and observes the requests.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::graph_observation::{GraphAttempt, GraphObserver, OpenRequest, in_span};
use super::graph_tower::GraphRequest;
use crate::acquisition::{AttemptEnd, HttpOutcome, ServiceOutcome, TypedError};
use crate::graph::{Headers, RequestFuture};
use crate::telemetry::Telemetry;

/// The layer created by [`GraphLayer::with_telemetry`](super::GraphLayer::with_telemetry).
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
/// use token_telemetry::graph::{Headers, Product, SdkVersion};
/// use token_telemetry::middleware::{GraphLayer, ObservedGraphLayer};
///
/// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
/// let headers = Headers::new(SdkVersion::builder().core(core).build()?);
/// let layer: ObservedGraphLayer = GraphLayer::new(headers).with_telemetry(Telemetry::global());
/// # drop(layer);
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
#[derive(Clone, Debug)]
pub struct ObservedGraphLayer<K = TypedError> {
    headers: Headers,
    observer: GraphObserver,
    kind: PhantomData<K>,
}

impl<K> ObservedGraphLayer<K> {
    pub(super) fn new(headers: Headers, telemetry: Telemetry) -> Self {
        Self {
            headers,
            observer: GraphObserver::new(telemetry),
            kind: PhantomData,
        }
    }
}

impl<S, K: Clone> Layer<S> for ObservedGraphLayer<K> {
    type Service = ObservedGraphService<S, K>;

    fn layer(&self, inner: S) -> Self::Service {
        ObservedGraphService {
            layer: self.clone(),
            inner,
        }
    }
}

/// The service created by [`ObservedGraphLayer`].
///
/// # Examples
///
/// Name it in the type of your client:
///
/// ```
/// use token_telemetry::middleware::ObservedGraphService;
///
/// struct GraphClient<S> {
///     service: ObservedGraphService<S>,
/// }
/// # fn inner<S>(client: GraphClient<S>) -> ObservedGraphService<S> { client.service }
/// ```
#[derive(Clone, Debug)]
pub struct ObservedGraphService<S, K = TypedError> {
    layer: ObservedGraphLayer<K>,
    inner: S,
}

impl<S, R, K> Service<R> for ObservedGraphService<S, K>
where
    R: GraphRequest,
    S: Service<R>,
    Result<S::Response, S::Error>: ServiceOutcome<K>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ObservedGraphFuture<S::Future, K>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut req: R) -> Self::Future {
        let ObservedGraphLayer {
            headers, observer, ..
        } = &self.layer;
        let context = req.apply_graph(headers);
        let request = observer.begin(headers, &context, req.graph_method());
        let attempt = GraphAttempt::begin(&context);
        let _entered = context.enter();
        let sent = in_span(request.as_ref(), || self.inner.call(req));
        ObservedGraphFuture {
            inner: context.scope(sent),
            attempt: Some(attempt),
            request,
            kind: PhantomData,
        }
    }
}

pin_project! {
    /// The future of an [`ObservedGraphService`].
    ///
    /// # Examples
    ///
    /// Name it in a service around the layer:
    ///
    /// ```
    /// use token_telemetry::middleware::ObservedGraphFuture;
    ///
    /// struct GraphCall<F> {
    ///     sent: ObservedGraphFuture<F>,
    /// }
    /// # fn sent<F>(call: GraphCall<F>) -> ObservedGraphFuture<F> { call.sent }
    /// ```
    #[must_use = "futures do nothing unless they are polled"]
    pub struct ObservedGraphFuture<F, K = TypedError> {
        // Dropped in this order: attempts of inner layers come first, the request last.
        #[pin]
        inner: RequestFuture<F>,
        attempt: Option<GraphAttempt>,
        request: Option<OpenRequest>,
        kind: PhantomData<K>,
    }
}

impl<F: Future<Output: ServiceOutcome<K>>, K> Future for ObservedGraphFuture<F, K> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(in_span(this.request.as_ref(), || this.inner.poll(cx)));
        let read = || match output.outcome().status() {
            Ok(status) => AttemptEnd::Responded(status),
            Err(class) => AttemptEnd::Failed(class),
        };
        let attempt = this.attempt.take();
        let end =
            attempt.map(|attempt| attempt.end(read, || output.outcome().has_claims_challenge()));
        if let Some((request, end)) = this.request.take().zip(end) {
            request.end(end);
        }
        Poll::Ready(output)
    }
}

impl<F, K> fmt::Debug for ObservedGraphFuture<F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedGraphFuture")
            .finish_non_exhaustive()
    }
}

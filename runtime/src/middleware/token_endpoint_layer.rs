//! A tower layer around a token endpoint, which counts what its clients report.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::http::{HeaderMap, HeaderValue, Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::acquisition::with_suspended;
use crate::cache::CacheRefreshReason;
use crate::entra::read::{Current, Last};
use crate::entra::{
    CurrentTelemetry, DeliveryPolicy, Dialect, FieldValue, Header, LastTelemetry, ReceivedHeaders,
};
use crate::otel::{ReceivedRequest, ServerMetrics, ServerRecorder};

/// A tower layer for a token endpoint, which turns arriving telemetry headers into metrics.
///
/// An identity provider puts it around its token endpoint and sees in its own dashboards which SDKs
/// call, why they refresh tokens, how often their caches had the token, and what failed before. The
/// metrics are [`Metric::SERVER`](crate::otel::Metric::SERVER), and
/// [the guide](crate::guide::token_endpoint) explains them. The layer changes neither requests nor
/// responses, and reads no body. Create it once and clone it: each new layer counts its limits anew.
///
/// With axum, add it to the route: `.route("/token", post(token).layer(layer))`. `Router::layer` also
/// counts the 404s of other paths.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use token_telemetry::middleware::TokenEndpointLayer;
/// use token_telemetry::otel::ServerMetrics;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # futures::executor::block_on(async {
/// let endpoint = ServiceBuilder::new()
///     .layer(TokenEndpointLayer::new(ServerMetrics::default()))
///     .service(service_fn(|_: Request<()>| async { Ok::<_, std::io::Error>(Response::new(())) }));
/// let request = Request::builder()
///     .header("x-client-SKU", "MSAL.Python")
///     .header("x-client-current-telemetry", "4|730,2|")
///     .body(())?;
/// let response = endpoint.oneshot(request).await?;
/// assert_eq!(response.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct TokenEndpointLayer {
    recorder: Arc<ServerRecorder>,
}

impl TokenEndpointLayer {
    /// Creates a layer that records these metrics.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::middleware::TokenEndpointLayer;
    /// use token_telemetry::otel::ServerMetrics;
    ///
    /// let layer = TokenEndpointLayer::new(ServerMetrics::default().known_sku("Contoso.Auth"));
    /// # drop(layer);
    /// ```
    #[must_use]
    pub fn new(metrics: ServerMetrics) -> Self {
        let skus = Dialect::presets().iter();
        let skus = skus.flat_map(|dialect| dialect.identity.skus);
        Self {
            recorder: Arc::new(ServerRecorder::new(metrics, skus.copied())),
        }
    }
}

impl<S> Layer<S> for TokenEndpointLayer {
    type Service = TokenEndpointService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TokenEndpointService {
            recorder: Arc::clone(&self.recorder),
            inner,
        }
    }
}

/// The service created by [`TokenEndpointLayer`].
///
/// # Examples
///
/// Name it in the type of your server:
///
/// ```
/// use token_telemetry::middleware::TokenEndpointService;
///
/// struct TokenEndpoint<S> {
///     service: TokenEndpointService<S>,
/// }
/// # fn inner<S>(endpoint: TokenEndpoint<S>) -> TokenEndpointService<S> { endpoint.service }
/// ```
#[derive(Clone, Debug)]
pub struct TokenEndpointService<S> {
    recorder: Arc<ServerRecorder>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for TokenEndpointService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = TokenEndpointFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, req: Request<B>) -> Self::Future {
        let arrived = Arrived {
            recorder: Arc::clone(&self.recorder),
            headers: Some(KeptHeaders::of(req.headers())),
        };
        TokenEndpointFuture {
            inner: self.inner.call(req),
            arrived,
        }
    }
}

pin_project! {
    /// The future of a [`TokenEndpointService`].
    ///
    /// # Examples
    ///
    /// Name it in a service around the layer:
    ///
    /// ```
    /// use token_telemetry::middleware::TokenEndpointFuture;
    ///
    /// struct TokenResponse<F> {
    ///     response: TokenEndpointFuture<F>,
    /// }
    /// # fn inner<F>(response: TokenResponse<F>) -> TokenEndpointFuture<F> { response.response }
    /// ```
    #[must_use = "futures do nothing unless they are polled"]
    pub struct TokenEndpointFuture<F> {
        #[pin]
        inner: F,
        arrived: Arrived,
    }
}

impl<F, R, E> Future for TokenEndpointFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(this.inner.poll(cx));
        let response = output.as_ref().ok();
        this.arrived.record(response.map(|it| it.status().as_u16()));
        Poll::Ready(output)
    }
}

impl<F> fmt::Debug for TokenEndpointFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpointFuture")
            .finish_non_exhaustive()
    }
}

/// A request that was not recorded yet; dropping it records it as one without a response.
struct Arrived {
    recorder: Arc<ServerRecorder>,
    headers: Option<KeptHeaders>,
}

impl Arrived {
    fn record(&mut self, status: Option<u16>) {
        if let Some(headers) = self.headers.take() {
            with_suspended(|| headers.record(&self.recorder, status));
        }
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        self.record(None);
    }
}

/// The headers that are read, which share their bytes with the request.
///
/// They are read after the response, because it decides what was delivered.
struct KeptHeaders([Option<HeaderValue>; KEPT.len()]);

const KEPT: [Header; 4] = [
    Header::Sku,
    Header::Version,
    Header::CurrentTelemetry,
    Header::LastTelemetry,
];

impl KeptHeaders {
    fn of(headers: &HeaderMap) -> Self {
        Self(KEPT.map(|header| headers.get(header.name()).cloned()))
    }

    fn record(&self, recorder: &ServerRecorder, status: Option<u16>) {
        let Self(kept) = self;
        let received = ReceivedHeaders::from_lookup(|name| {
            let mut kept = KEPT.iter().zip(kept);
            kept.find(|(header, _)| header.name() == name)?.1.as_ref()
        });
        let mut unreadable = Vec::new();
        let current = received.current().unwrap_or_else(|error| {
            unreadable.push((Header::CurrentTelemetry.name(), error.reason().name()));
            None
        });
        let last = received.last().unwrap_or_else(|error| {
            unreadable.push((Header::LastTelemetry.name(), error.reason().name()));
            None
        });
        let current = current.as_ref().map(Current::telemetry);
        let reason = current.and_then(CurrentTelemetry::cache_info);
        let delivered = last.as_ref().filter(|last| is_delivered(last, status));
        let delivered = delivered.map(Last::telemetry);
        let failures = delivered.map_or(&[][..], LastTelemetry::failures);
        // Texts that are not safe to show are there, but unknown.
        let text = |header| {
            received
                .get(header)
                .map(|_| received.text(header).unwrap_or_default())
        };
        recorder.record(&ReceivedRequest {
            sku: text(Header::Sku),
            version: text(Header::Version),
            api: current.and_then(CurrentTelemetry::api_number),
            reason: reason.unwrap_or(CacheRefreshReason::NotApplicable),
            hits: delivered.map_or(0, LastTelemetry::hits),
            failures: failures
                .iter()
                .map(|failure| (number(failure.api()), failure.code()))
                .collect(),
            unreadable,
            status,
        });
    }
}

/// Returns whether the client takes its report for delivered, and will not repeat it.
///
/// If several libraries could have sent it, all of them must, so that nothing is counted twice.
fn is_delivered(last: &Last<'_>, status: Option<u16>) -> bool {
    let Some(status) = status else {
        return false;
    };
    let policies = last.dialects().iter();
    let policies = policies.map(|dialect| dialect.last.delivery_policy);
    // The rule of most libraries is also that of one that is newer than this crate.
    let mut policies = policies.chain([DeliveryPolicy::ON_RESPONSE]);
    policies.all(|policy| policy.acknowledges(status, None))
}

const fn number(value: &FieldValue<'_>) -> Option<u64> {
    if let FieldValue::Number(number) = value {
        return Some(*number);
    }
    None
}

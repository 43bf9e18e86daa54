//! A tower layer that records tokens which a resource rejects.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::record_rejected_token;
use crate::acquisition::{HttpOutcome, ServiceOutcome, TypedError};
use crate::telemetry::Telemetry;

/// A tower layer that records a rejected token for each response of a resource with 401 or 403.
///
/// It calls [`record_rejected_token`](Telemetry::record_rejected_token), and changes neither requests
/// nor responses. Put it below the layer that adds the token and tries again with a new one, so that
/// it sees each response. Leave it out of clients that send requests without a token: their 401 is no
/// rejection.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use token_telemetry::Telemetry;
/// use token_telemetry::middleware::RejectedTokenLayer;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # futures::executor::block_on(async {
/// let telemetry = Telemetry::builder().build()?;
/// let resource = service_fn(|_: Request<()>| async {
///     Ok::<_, std::io::Error>(Response::builder().status(401).body(()).unwrap())
/// });
/// let client = ServiceBuilder::new()
///     .layer(RejectedTokenLayer::new(telemetry.clone()))
///     .service(resource);
/// client.oneshot(Request::new(())).await?;
/// assert_eq!(telemetry.totals().rejected_tokens, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct RejectedTokenLayer<K = TypedError> {
    telemetry: Telemetry,
    kind: PhantomData<K>,
}

impl<K> RejectedTokenLayer<K> {
    /// Creates a layer that records in this instance, which acquires the tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::middleware::RejectedTokenLayer;
    ///
    /// let layer: RejectedTokenLayer = RejectedTokenLayer::new(Telemetry::global());
    /// # drop(layer);
    /// ```
    #[must_use]
    pub const fn new(telemetry: Telemetry) -> Self {
        Self {
            telemetry,
            kind: PhantomData,
        }
    }
}

impl<S, K> Layer<S> for RejectedTokenLayer<K> {
    type Service = RejectedTokenService<S, K>;

    fn layer(&self, inner: S) -> Self::Service {
        RejectedTokenService {
            telemetry: self.telemetry.clone(),
            inner,
            kind: PhantomData,
        }
    }
}

/// The service created by [`RejectedTokenLayer`].
///
/// # Examples
///
/// Name it in the type of your client:
///
/// ```
/// use token_telemetry::middleware::RejectedTokenService;
///
/// struct ResourceClient<S> {
///     service: RejectedTokenService<S>,
/// }
/// # fn inner<S>(client: ResourceClient<S>) -> RejectedTokenService<S> { client.service }
/// ```
#[derive(Clone, Debug)]
pub struct RejectedTokenService<S, K = TypedError> {
    telemetry: Telemetry,
    inner: S,
    kind: PhantomData<K>,
}

impl<S, R, K> Service<R> for RejectedTokenService<S, K>
where
    S: Service<R>,
    Result<S::Response, S::Error>: ServiceOutcome<K>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = RejectedTokenFuture<S::Future, K>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, req: R) -> Self::Future {
        RejectedTokenFuture {
            inner: self.inner.call(req),
            telemetry: self.telemetry.clone(),
            kind: PhantomData,
        }
    }
}

pin_project! {
    /// The future of a [`RejectedTokenService`].
    ///
    /// # Examples
    ///
    /// Name it in a service around the layer:
    ///
    /// ```
    /// use token_telemetry::middleware::RejectedTokenFuture;
    ///
    /// struct ResourceCall<F> {
    ///     sent: RejectedTokenFuture<F>,
    /// }
    /// # fn sent<F>(call: ResourceCall<F>) -> RejectedTokenFuture<F> { call.sent }
    /// ```
    #[must_use = "futures do nothing unless they are polled"]
    pub struct RejectedTokenFuture<F, K = TypedError> {
        #[pin]
        inner: F,
        telemetry: Telemetry,
        kind: PhantomData<K>,
    }
}

impl<F: Future<Output: ServiceOutcome<K>>, K> Future for RejectedTokenFuture<F, K> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(this.inner.poll(cx));
        record_rejected_token(this.telemetry, || output.outcome().status().ok());
        Poll::Ready(output)
    }
}

impl<F, K> fmt::Debug for RejectedTokenFuture<F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectedTokenFuture")
            .field("telemetry", &self.telemetry)
            .finish_non_exhaustive()
    }
}

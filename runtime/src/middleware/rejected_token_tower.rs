//! A tower layer that records tokens which a resource rejects.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::record_rejected_token;
use crate::acquisition::HttpOutcome;
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
pub struct RejectedTokenLayer {
    telemetry: Telemetry,
}

impl RejectedTokenLayer {
    /// Creates a layer that records in this instance, which acquires the tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::middleware::RejectedTokenLayer;
    ///
    /// let layer = RejectedTokenLayer::new(Telemetry::global());
    /// # drop(layer);
    /// ```
    #[must_use]
    pub const fn new(telemetry: Telemetry) -> Self {
        Self { telemetry }
    }
}

impl<S> Layer<S> for RejectedTokenLayer {
    type Service = RejectedTokenService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RejectedTokenService {
            telemetry: self.telemetry.clone(),
            inner,
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
pub struct RejectedTokenService<S> {
    telemetry: Telemetry,
    inner: S,
}

impl<S, R> Service<R> for RejectedTokenService<S>
where
    S: Service<R>,
    Result<S::Response, S::Error>: HttpOutcome,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = RejectedTokenFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, req: R) -> Self::Future {
        RejectedTokenFuture {
            inner: self.inner.call(req),
            telemetry: self.telemetry.clone(),
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
    pub struct RejectedTokenFuture<F> {
        #[pin]
        inner: F,
        telemetry: Telemetry,
    }
}

impl<F: Future<Output: HttpOutcome>> Future for RejectedTokenFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(this.inner.poll(cx));
        record_rejected_token(this.telemetry, || output.status().ok());
        Poll::Ready(output)
    }
}

impl<F> fmt::Debug for RejectedTokenFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectedTokenFuture")
            .field("telemetry", &self.telemetry)
            .finish_non_exhaustive()
    }
}

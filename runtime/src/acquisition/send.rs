//! Sends a token request through any HTTP client, and records how it ends.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderMap;
use pin_project_lite::pin_project;

use super::response::HttpOutcome;
use super::service_outcome::{ServiceOutcome, TypedError};
use super::token_request::TokenRequest;
use crate::contained::contained;

impl TokenRequest {
    /// Sends the request with `send`, and records the time it took and how it ended.
    ///
    /// `send` receives the telemetry headers and returns the future of the HTTP client. In polling
    /// flows such as device code, return [`Polled`](crate::Polled) from `send`, so that
    /// `authorization_pending` is not counted as a failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, Response};
    /// use token_telemetry::Acquisition;
    ///
    /// # async fn post(_: &str, _: HeaderMap) -> std::io::Result<Response<String>> { Ok(Response::new(String::new())) }
    /// async fn request_token(url: &str) -> std::io::Result<Response<String>> {
    ///     Acquisition::current().token_request(url).send(|headers| post(url, headers)).await
    /// }
    /// # assert!(futures::executor::block_on(request_token("https://login.microsoftonline.com/")).is_ok());
    /// ```
    pub fn send<F, Fut>(mut self, send: F) -> SendFuture<Fut>
    where
        F: FnOnce(HeaderMap) -> Fut,
        Fut: Future<Output: HttpOutcome>,
    {
        let headers = self.take_headers();
        self.watch(send(headers))
    }

    /// Records how a request ends whose headers were applied before.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Request, Response};
    /// use token_telemetry::Acquisition;
    ///
    /// # async fn execute(_: Request<()>) -> std::io::Result<Response<()>> { Ok(Response::new(())) }
    /// async fn send(mut request: Request<()>) -> std::io::Result<Response<()>> {
    ///     let mut telemetry = Acquisition::current().token_request(request.uri().to_string());
    ///     telemetry.apply_to(request.headers_mut());
    ///     telemetry.watch(execute(request)).await
    /// }
    /// # assert!(futures::executor::block_on(send(Request::new(()))).is_ok());
    /// ```
    pub fn watch<Fut>(self, sent: Fut) -> SendFuture<Fut>
    where
        Fut: Future<Output: HttpOutcome>,
    {
        SendFuture {
            inner: sent,
            request: Some(self),
            kind: PhantomData,
        }
    }

    /// Sends a request with a blocking client, and records how it ends.
    ///
    /// Its headers were applied before.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Request, Response};
    /// use token_telemetry::Acquisition;
    ///
    /// # fn execute(_: Request<()>) -> std::io::Result<Response<()>> { Ok(Response::new(())) }
    /// fn send(mut request: Request<()>) -> std::io::Result<Response<()>> {
    ///     let mut telemetry = Acquisition::current().token_request(request.uri().to_string());
    ///     telemetry.apply_to(request.headers_mut());
    ///     telemetry.watch_blocking(|| execute(request))
    /// }
    /// # assert!(send(Request::new(())).is_ok());
    /// ```
    pub fn watch_blocking<O: HttpOutcome>(self, send: impl FnOnce() -> O) -> O {
        let entered = self.span.enter();
        let output = send();
        drop(entered);
        // The response exists already; a panic while reading it must not lose it.
        contained(|| self.ended(&output));
        output
    }
}

pin_project! {
    /// The future of [`TokenRequest::send`] and [`TokenRequest::watch`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct SendFuture<F, K = TypedError> {
        #[pin]
        inner: F,
        request: Option<TokenRequest>,
        kind: PhantomData<K>,
    }
}

#[cfg(feature = "tower")]
impl<F, K> SendFuture<F, K> {
    /// Watches the future of a service, whose error may be boxed, if it is part of an attempt.
    pub(crate) const fn of_service(request: Option<TokenRequest>, sent: F) -> Self {
        Self {
            inner: sent,
            request,
            kind: PhantomData,
        }
    }
}

impl<F: Future<Output: ServiceOutcome<K>>, K> Future for SendFuture<F, K> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let entered = this.request.as_ref().map(|request| request.span.enter());
        let polled = this.inner.poll(cx);
        drop(entered);
        let output = std::task::ready!(polled);
        if let Some(request) = this.request.take() {
            // The response exists already; a panic while reading it must not lose it.
            contained(|| request.ended(&output.outcome()));
        }
        Poll::Ready(output)
    }
}

impl<F, K> fmt::Debug for SendFuture<F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFuture")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

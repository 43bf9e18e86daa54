//! What the HTTP client returned, and the future of it.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use oauth2::http::StatusCode;
use oauth2::{DeviceCodeErrorResponse, DeviceCodeErrorResponseType, HttpResponse};
use pin_project_lite::pin_project;
use token_telemetry::acquisition::{HttpOutcome, SendFuture};
use token_telemetry::{TokenRequest, TransportError};

/// What an HTTP client returned, with the meaning that its body has in a polling flow.
pub(crate) struct Outcome<E>(pub(crate) Result<HttpResponse, E>);

impl<E: Error + 'static> HttpOutcome for Outcome<E> {
    fn status(&self) -> Result<u16, TransportError> {
        self.0.status()
    }

    fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after()
    }

    fn request_id(&self) -> Option<&str> {
        self.0.request_id()
    }

    fn is_pending(&self) -> bool {
        self.0.as_ref().is_ok_and(is_pending)
    }
}

/// The longest body that is searched for an OAuth error; reading a larger one would take time.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// Returns whether `oauth2` will poll again after this response.
fn is_pending(response: &HttpResponse) -> bool {
    // `oauth2` reads no error from a response with status 200.
    if response.status() == StatusCode::OK || response.body().len() > MAX_BODY {
        return false;
    }
    let error = serde_json::from_slice::<DeviceCodeErrorResponse>(response.body());
    error.is_ok_and(|error| {
        matches!(
            error.error(),
            DeviceCodeErrorResponseType::AuthorizationPending
                | DeviceCodeErrorResponseType::SlowDown
        )
    })
}

pin_project! {
    /// The future of a request that [`TelemetryHttpClient`](crate::TelemetryHttpClient) sends.
    #[must_use = "futures do nothing unless awaited"]
    pub struct ResponseFuture<F> {
        #[pin]
        sent: SendFuture<OutcomeFuture<F>>,
    }
}

impl<F, E> ResponseFuture<F>
where
    F: Future<Output = Result<HttpResponse, E>>,
    E: Error + 'static,
{
    pub(crate) fn new(telemetry: TokenRequest, response: F) -> Self {
        Self {
            sent: telemetry.watch(OutcomeFuture { response }),
        }
    }
}

impl<F, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<HttpResponse, E>>,
    E: Error + 'static,
{
    type Output = Result<HttpResponse, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Outcome(returned) = ready!(self.project().sent.poll(cx));
        Poll::Ready(returned)
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

pin_project! {
    /// The client's future, whose output is an [`Outcome`].
    struct OutcomeFuture<F> {
        #[pin]
        response: F,
    }
}

impl<F, E> Future for OutcomeFuture<F>
where
    F: Future<Output = Result<HttpResponse, E>>,
{
    type Output = Outcome<E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().response.poll(cx).map(Outcome)
    }
}

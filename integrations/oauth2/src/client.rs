//! The wrapper around an HTTP client.

use std::fmt;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse, SyncHttpClient};

use crate::outcome::{Outcome, ResponseFuture};
use crate::request;

/// An HTTP client whose requests belong to the current acquisition.
///
/// Pass it where `oauth2` expects an HTTP client. Each request gets the telemetry headers, and the
/// record of the acquisition gets the duration, the status, the pause that the server asked for, or
/// how the request failed. The wrapper returns responses and errors unchanged. Outside an acquisition
/// it only calls the client.
///
/// The "not yet" of the device code flow (`authorization_pending`, `slow_down`) counts as a poll and
/// not as a failure: annotate the function that calls `request_async`, and all its polls belong to one
/// acquisition.
///
/// A request with a `grant_type` asks for a [token](token_telemetry::Purpose::Token); all others, such
/// as those for a device code or for the metadata of `openidconnect`, are
/// [discovery](token_telemetry::Purpose::Discovery).
///
/// The client must not follow redirects, because it would send the headers to any host; `oauth2`
/// requires the same. If it also calls hosts that issue no tokens, set
/// [`authorities`](token_telemetry::TelemetryBuilder::authorities).
///
/// The future is `Send` if that of the client is, and it does not allocate.
///
/// # Examples
///
/// ```
/// use std::io;
/// use oauth2::{HttpRequest, HttpResponse};
/// use token_telemetry_oauth2::TelemetryHttpClient;
///
/// async fn send(_: HttpRequest) -> io::Result<HttpResponse> {
///     // Any HTTP client.
/// #   Ok(HttpResponse::new(Vec::new()))
/// }
///
/// let http = TelemetryHttpClient::new(send);
/// # let _ = http;
/// ```
#[derive(Clone, Copy, Default)]
pub struct TelemetryHttpClient<C> {
    inner: C,
}

impl<C> TelemetryHttpClient<C> {
    /// Wraps an HTTP client.
    ///
    /// # Examples
    ///
    /// A blocking client:
    ///
    /// ```
    /// use std::io;
    /// use oauth2::{HttpRequest, HttpResponse, SyncHttpClient as _};
    /// use token_telemetry_oauth2::TelemetryHttpClient;
    ///
    /// fn send(_: HttpRequest) -> io::Result<HttpResponse> {
    ///     Ok(HttpResponse::new(Vec::new()))
    /// }
    ///
    /// let http = TelemetryHttpClient::new(send);
    /// assert_eq!(http.call(HttpRequest::default())?.status(), 200);
    /// # Ok::<(), io::Error>(())
    /// ```
    pub const fn new(client: C) -> Self {
        Self { inner: client }
    }

    /// Returns the wrapped client.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry_oauth2::TelemetryHttpClient;
    ///
    /// assert_eq!(*TelemetryHttpClient::new("any client").inner(), "any client");
    /// ```
    pub const fn inner(&self) -> &C {
        &self.inner
    }

    /// Returns the wrapped client by value.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry_oauth2::TelemetryHttpClient;
    ///
    /// assert_eq!(TelemetryHttpClient::new("any client").into_inner(), "any client");
    /// ```
    pub fn into_inner(self) -> C {
        self.inner
    }
}

impl<'c, C: AsyncHttpClient<'c>> AsyncHttpClient<'c> for TelemetryHttpClient<C> {
    type Error = C::Error;
    // A named type: an async block that captures `C::Future` would not be provably `Send`.
    type Future = ResponseFuture<C::Future>;

    fn call(&'c self, mut request: HttpRequest) -> Self::Future {
        let telemetry = request::begin(&mut request);
        ResponseFuture::new(telemetry, self.inner.call(request))
    }
}

impl<C: SyncHttpClient> SyncHttpClient for TelemetryHttpClient<C> {
    type Error = C::Error;

    fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, Self::Error> {
        let telemetry = request::begin(&mut request);
        let Outcome(returned) = telemetry.watch_blocking(|| Outcome(self.inner.call(request)));
        returned
    }
}

/// Omits the client, which may contain credentials.
impl<C> fmt::Debug for TelemetryHttpClient<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryHttpClient")
            .finish_non_exhaustive()
    }
}

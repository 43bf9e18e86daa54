//! Access to the acquisition that is running: what SDK code records.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::active::{ActiveAcquisition, Shared};
use super::context;
use super::handle::Handle;
use super::state::{CallerSdk, MAX_TEXT_LEN, State, Wrapper};
use super::timer::Timer;
use super::token_request::TokenRequest;
use super::waiting::Waiting;
use crate::api::Api;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;
use crate::region::Region;
use crate::token::{TokenInfo, TokenType};
use crate::wire::{ClientRequestId, bounded_code, bounded_label};

/// The acquisition that is running, to record what the SDK knows about it.
///
/// Made by [`current`](Self::current). It is a key and holds nothing: each method acts on whatever
/// acquisition is current when it runs, and does nothing outside one.
#[derive(Clone, Copy)]
pub struct Acquisition(());

impl Acquisition {
    /// Longest caller SDK id in bytes; MSAL.NET keeps as many UTF-16 units.
    pub const MAX_CALLER_SDK_ID_LEN: usize = 10;

    /// Longest caller SDK version in bytes; MSAL.NET keeps as many UTF-16 units.
    pub const MAX_CALLER_SDK_VERSION_LEN: usize = 20;

    /// The acquisition that is current when a method of the returned value runs.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// // Outside an annotated function nothing happens, and nothing breaks.
    /// Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    /// ```
    #[must_use]
    pub const fn current() -> Self {
        Self(())
    }

    /// Whether an annotated function runs here.
    #[must_use]
    pub fn is_active(self) -> bool {
        context::with_current(|_| ()).is_some()
    }

    /// The token came from a cache.
    ///
    /// A successful token response clears a hit recorded before it: the cached token did not suffice.
    pub fn record_cache_hit(self, level: CacheLevel) {
        record(|state| state.cache_hit(level));
    }

    /// The cache did not suffice, or the token is due for a refresh.
    pub fn record_refresh_reason(self, reason: CacheRefreshReason) {
        record(|state| state.refresh_reason = Some(reason));
    }

    /// The cache is switched off.
    pub fn record_cache_disabled(self) {
        self.record_refresh_reason(CacheRefreshReason::CacheDisabled);
    }

    /// The token came from here, whatever the requests suggest.
    ///
    /// [`TokenSource::Cache`] is a [`record_cache_hit`](Self::record_cache_hit) of no known level. Any
    /// other source clears the cache level.
    pub fn record_source(self, source: TokenSource) {
        record(|state| state.token_source(source));
    }

    /// Records the source of the token if no token request returns one.
    ///
    /// For wrappers of credentials that cannot see their cache: with [`TokenSource::Cache`] a call
    /// without a token request counts as a cache hit. [`cache_hit`](Self::cache_hit) and
    /// [`source`](Self::source) win over it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::MsalNet;
    /// use token_telemetry::{Acquisition, ErrorInfo, TokenSource, acquire_token, capture};
    ///
    /// # fn describe(_: &std::io::Error) -> ErrorInfo { ErrorInfo::unknown() }
    /// # async fn opaque_credential() -> std::io::Result<String> { Ok("token".to_owned()) }
    /// #[acquire_token(api = MsalNet::AcquireTokenForClient, error_info = describe)]
    /// async fn get_token() -> std::io::Result<String> {
    ///     Acquisition::current().record_default_source(TokenSource::Cache);
    ///     opaque_credential().await
    /// }
    ///
    /// let observed = futures::executor::block_on(capture(get_token()));
    /// assert_eq!(observed.records[0].token_source(), Some(TokenSource::Cache));
    /// ```
    pub fn record_default_source(self, source: TokenSource) {
        record(|state| state.default_source = Some(source));
    }

    /// Records that the error about to be returned means "not yet" and is no failure.
    ///
    /// The same as describing the error with [`ErrorInfo::pending`], for bodies that know it better
    /// than the error. It changes nothing if a token is returned.
    pub fn record_pending(self) {
        record(|state| state.cold_mut().pending = true);
    }

    /// Another caller's refresh was waited for; times add up.
    pub fn record_waiting(self, time: Duration) {
        record(|state| state.add_waited(time));
    }

    /// Awaits `future` and counts the time as waiting, from its first pending poll.
    ///
    /// For a lock or a cell behind which another caller refreshes the token. A future that is ready
    /// at once costs nothing: no clock is read.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::lock::Mutex;
    /// use token_telemetry::Acquisition;
    ///
    /// async fn cached(cache: &Mutex<Option<String>>) -> Option<String> {
    ///     Acquisition::current().waiting(cache.lock()).await.clone()
    /// }
    /// # assert_eq!(futures::executor::block_on(cached(&Mutex::new(None))), None);
    /// ```
    pub fn waiting<F: IntoFuture>(self, future: F) -> Waiting<F::IntoFuture> {
        Waiting::new(future.into_future())
    }

    /// An old token is served because its refresh failed.
    pub fn record_stale_token(self) {
        record(|state| state.stale = true);
    }

    /// Counts the time until the guard is dropped as spent in the cache.
    ///
    /// See [`Timer`] for where to drop it.
    pub fn time_in_cache(self) -> Timer {
        Timer::start(State::in_cache)
    }

    /// Counts the time until the guard is dropped as spent making the token presentable.
    pub fn time_in_extension(self) -> Timer {
        Timer::start(State::in_extension)
    }

    /// Access tokens in the cache.
    pub fn record_cached_token_count(self, count: u64) {
        record(|state| state.cold_mut().cached_token_count = Some(count));
    }

    /// Whether the cache is written to a store outside the process.
    pub fn record_cache_serialized(self, serialized: bool) {
        record(|state| state.cold_mut().cache_serialized = Some(serialized));
    }

    /// Whether the cache also serves the older ADAL format.
    pub fn record_legacy_cache(self, enabled: bool) {
        record(|state| state.cold_mut().legacy_cache = Some(enabled));
    }

    /// Region of the token endpoint; the first one that is noted stays.
    pub fn record_region(self, region: Region) {
        record(|state| {
            state.cold_mut().region.get_or_insert(region);
        });
    }

    /// Scheme of the token.
    pub fn record_token_type(self, token_type: TokenType) {
        record(|state| state.token_type = Some(token_type));
    }

    /// Facts about the token.
    pub fn record_token(self, info: TokenInfo) {
        record(|state| state.token(&info));
    }

    /// Id given by the caller; text that is no GUID is ignored, and a random id used.
    ///
    /// Record it first. Once a header carries an id, another acquisition has it as its parent, or
    /// [`correlation_id`](Self::correlation_id) returns it, the acquisition keeps that one.
    pub fn set_correlation_id(self, id: impl TryInto<ClientRequestId>) {
        let Ok(id) = id.try_into() else {
            return emit(Diagnostic::InvalidCorrelationId);
        };
        let mut adopted = true;
        record(|state| adopted = state.adopt_correlation_id(id));
        if !adopted {
            emit(Diagnostic::LateCorrelationId);
        }
    }

    /// Id of the acquisition, made now if nothing needed it before.
    #[must_use]
    pub fn correlation_id(self) -> Option<ClientRequestId> {
        context::with_current(|running| running.read(State::correlation_id))
    }

    /// SDK on whose behalf this one works: at most 10 and 20 characters are kept.
    pub fn record_caller_sdk(
        self,
        id: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) {
        let caller = CallerSdk::new(id.into(), version.into());
        record(|state| state.cold_mut().caller_sdk = Some(caller));
    }

    /// Whether the client certificate is managed by the platform.
    pub fn record_managed_certificate(self, used: bool) {
        record(|state| state.cold_mut().managed_certificate = Some(used));
    }

    /// Library that wraps this SDK.
    pub fn record_wrapper(
        self,
        sku: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) {
        let wrapper = Wrapper {
            sku: bounded_label(sku.into(), MAX_TEXT_LEN),
            version: bounded_label(version.into(), MAX_TEXT_LEN),
        };
        record(|state| state.cold_mut().wrapper = Some(wrapper));
    }

    /// Code of an error that a broker reported; made safe like the codes of [`ErrorInfo`].
    pub fn record_broker_error(self, code: impl Into<Cow<'static, str>>) {
        let code = bounded_code(code.into(), MAX_TEXT_LEN);
        record(|state| state.cold_mut().broker_error = Some(code));
    }

    /// A value for a field that only some dialects have, such as `reg_type` of Android's.
    pub fn record_platform_field(self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        let value = bounded_label(value.into(), MAX_TEXT_LEN);
        record(|state| state.platform_field(name, value));
    }

    /// Id of the function that was really called, where it is known only at run time.
    pub fn record_api(self, api: impl Into<Api>) {
        let api = api.into();
        record(|state| state.api = api);
    }

    /// Codes of the error that is about to be returned; they win over every other description.
    pub fn record_error(self, info: ErrorInfo) {
        record(|state| {
            let known = &mut state.cold_mut().error;
            *known = info.or(std::mem::take(known));
        });
    }

    /// A failure that is not returned: a swallowed refresh, a credential of a chain.
    ///
    /// The first eight are kept.
    pub fn record_suppressed_error(self, info: ErrorInfo) {
        record(|state| state.suppressed_error(info));
    }

    /// One HTTP try of a token request to this URL, of which only the host is kept.
    pub fn token_request(self, url: impl AsRef<str>) -> TokenRequest {
        let acquisition = shared();
        if acquisition.is_none() {
            Diagnostic::RequestOutsideAcquisition.emit();
        }
        TokenRequest::new(acquisition, url.as_ref())
    }

    /// A request that a middleware sees and that may be none of the SDK's token requests.
    ///
    /// Unlike [`token_request`](Self::token_request) it says nothing in the log outside an
    /// acquisition, and a request to a host outside the
    /// [`authorities`](crate::TelemetryBuilder::authorities) counts as no attempt. For middleware
    /// that is shared with clients of other services.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use token_telemetry::Acquisition;
    ///
    /// /// Runs on every request of every client of the application.
    /// fn before_sending(request: &mut Request<Vec<u8>>) -> token_telemetry::TokenRequest {
    ///     let url = request.uri().to_string();
    ///     let mut token_request = Acquisition::current().middleware_request(url);
    ///     token_request.apply_to(request.headers_mut());
    ///     token_request
    /// }
    /// # let mut request = Request::new(Vec::new());
    /// # before_sending(&mut request).responded(200);
    /// # assert!(request.headers().is_empty());
    /// ```
    pub fn middleware_request(self, url: impl AsRef<str>) -> TokenRequest {
        TokenRequest::seen(shared(), url.as_ref())
    }

    /// The acquisition in a form that may leave this task or thread.
    #[must_use]
    pub fn handle(self) -> Handle {
        Handle {
            shared: shared(),
            collector: context::enclosing_collector(),
        }
    }
}

/// A request that a layer sees: of the handle that travels with it, else of the current acquisition.
#[cfg(feature = "tower")]
pub(crate) fn seen_request(handle: Option<&Handle>, url: &str) -> TokenRequest {
    let acquisition = handle.map_or_else(shared, |handle| handle.shared.clone());
    TokenRequest::seen(acquisition, url)
}

/// The current acquisition in a form that may leave its task.
fn shared() -> Option<Arc<Shared>> {
    context::with_current(ActiveAcquisition::share).flatten()
}

/// Id of the acquisition that triggers what begins here on its own.
pub(crate) fn parent_id() -> Option<ClientRequestId> {
    context::parent_id()
}

/// Tells the log, which is code of others.
pub(crate) fn emit(diagnostic: Diagnostic) {
    context::with_suspended(|| diagnostic.emit());
}

/// Changes the facts of the current acquisition, if there is one.
fn record(update: impl FnOnce(&mut State)) {
    if context::with_current(|running| running.update(update)).is_none() {
        Diagnostic::OutsideAcquisition.emit();
    }
}

impl fmt::Debug for Acquisition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquisition")
            .field("is_active", &self.is_active())
            .finish()
    }
}

//! Access to the current acquisition: what SDK code records.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::context::{self, emit};
use super::handle::Handle;
use super::lookup_timer::CacheLookupTimer;
use super::rare_state::{
    CallerSdk, MAX_CALLER_SDK_ID_LEN, MAX_CALLER_SDK_VERSION_LEN, MAX_TEXT_LEN, Wrapper,
};
use super::state::State;
use super::timer::{Timer, Waiting};
use super::token_request::TokenRequest;
use crate::api::{Api, ApiParameters};
use crate::cache::{
    CacheLevel, CacheLookup, CacheRefreshReason, RecordedLookup, RefreshTrigger, TokenSource,
};
use crate::credential::Credential;
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;
use crate::region::Region;
use crate::token::{TokenInfo, TokenType};
use crate::wire::{ClientRequestId, bounded_code, bounded_label};

/// The current acquisition, to record what the SDK knows about it.
///
/// Returned by [`current`](Self::current). The value holds nothing: each method acts on the
/// acquisition that is current when the method runs, and does nothing outside one.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Acquisition, CacheRefreshReason, acquire_token, api::MsalNet};
///
/// #[acquire_token(api = MsalNet::AcquireTokenSilent)]
/// async fn acquire_token_silent() -> std::io::Result<String> {
///     let acquisition = Acquisition::current();
///     acquisition.record_refresh_reason(CacheRefreshReason::Expired);
///     acquisition.record_cached_token_count(3);
///     Ok("token".to_owned())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Acquisition(());

impl Acquisition {
    /// Longest caller SDK id that is kept, in bytes; MSAL.NET keeps 10 UTF-16 units.
    pub const MAX_CALLER_SDK_ID_LEN: usize = MAX_CALLER_SDK_ID_LEN;

    /// Longest caller SDK version that is kept, in bytes; MSAL.NET keeps 20 UTF-16 units.
    pub const MAX_CALLER_SDK_VERSION_LEN: usize = MAX_CALLER_SDK_VERSION_LEN;

    /// Returns the acquisition that is current when a method of the returned value runs.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// // Outside an annotated function this does nothing.
    /// Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    /// ```
    #[must_use]
    pub const fn current() -> Self {
        Self(())
    }

    /// Returns whether an acquisition is current.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// if Acquisition::current().is_active() {
    ///     println!("inside an annotated function");
    /// }
    /// ```
    #[must_use]
    pub fn is_active(self) -> bool {
        context::with_current(|_| ()).is_some()
    }

    /// Records that the token came from a cache.
    ///
    /// A successful token response clears a hit recorded before it: the cached token did not suffice.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// fn cached_token(cache: Option<&str>) -> Option<String> {
    ///     let token = cache?;
    ///     Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    ///     Some(token.to_owned())
    /// }
    /// # assert_eq!(cached_token(None), None);
    /// ```
    pub fn record_cache_hit(self, level: CacheLevel) {
        record(|state| state.cache_hit(level));
    }

    /// Records why the cached token does not suffice or must be refreshed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheRefreshReason};
    ///
    /// // The cache has no access token for these scopes.
    /// Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
    /// ```
    pub fn record_refresh_reason(self, reason: CacheRefreshReason) {
        record(|state| state.refresh_reason = Some(reason));
    }

    /// Records what makes the SDK refresh the token, beside the reason.
    ///
    /// Unless the SDK records a [reason](Self::record_refresh_reason) as well, the reason is
    /// [`ForceRefreshOrClaims`](CacheRefreshReason::ForceRefreshOrClaims).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    /// use token_telemetry::cache::RefreshTrigger;
    ///
    /// // The request to the resource failed with 401 and a claims challenge.
    /// Acquisition::current().record_trigger(RefreshTrigger::ClaimsChallenge);
    /// ```
    pub fn record_trigger(self, trigger: RefreshTrigger) {
        record(|state| state.cold_mut().trigger = Some(trigger));
    }

    /// Records the credential that the acquisition uses; a later one replaces it.
    ///
    /// In a chain of credentials, record the failure of one with
    /// [`record_suppressed_error`](Self::record_suppressed_error) and
    /// [`ErrorInfo::with_credential`] before the next one is tried. Record it only if the cache had no
    /// token, since it costs an allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    /// use token_telemetry::credential::{Credential, CredentialKind, GrantType};
    ///
    /// let credential = Credential::new(CredentialKind::ClientCertificate)
    ///     .with_grant_type(GrantType::ClientCredentials);
    /// Acquisition::current().record_credential(credential);
    /// ```
    pub fn record_credential(self, credential: impl Into<Credential>) {
        let credential = credential.into();
        record(|state| state.cold_mut().credential = Some(credential));
    }

    /// Records that the cache is switched off.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let cache: Option<String> = None;
    /// if cache.is_none() {
    ///     Acquisition::current().record_cache_disabled();
    /// }
    /// ```
    pub fn record_cache_disabled(self) {
        self.record_refresh_reason(CacheRefreshReason::CacheDisabled);
    }

    /// Records where the token came from, whatever the requests suggest.
    ///
    /// [`TokenSource::Cache`] is a [`record_cache_hit`](Self::record_cache_hit) of unknown level. Any
    /// other source clears the cache level.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, TokenSource};
    ///
    /// Acquisition::current().record_source(TokenSource::Broker);
    /// ```
    pub fn record_source(self, source: TokenSource) {
        record(|state| state.token_source(source));
    }

    /// Records the source of the token in case no token request returns one.
    ///
    /// For wrappers of credentials that cannot see their cache: with [`TokenSource::Cache`], a call
    /// without a token request counts as a cache hit. [`record_cache_hit`](Self::record_cache_hit)
    /// and [`record_source`](Self::record_source) take precedence.
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
    /// let captured = futures::executor::block_on(capture(get_token()));
    /// assert_eq!(captured.records[0].token_source(), Some(TokenSource::Cache));
    /// ```
    pub fn record_default_source(self, source: TokenSource) {
        record(|state| state.default_source = Some(source));
    }

    /// Records that the error about to be returned means "not yet", not a failure.
    ///
    /// The same as describing the error with [`ErrorInfo::pending`], for functions whose error type
    /// does not say so. It changes nothing if a token is returned.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::Acquisition;
    ///
    /// fn not_yet() -> io::Error {
    ///     Acquisition::current().record_pending();
    ///     io::Error::other("the user has not entered the code yet")
    /// }
    /// # let _error = not_yet();
    /// ```
    pub fn record_pending(self) {
        record(|state| state.cold_mut().pending = true);
    }

    /// Records time spent waiting for another caller's refresh; times add up.
    ///
    /// Use [`waiting`](Self::waiting) where the wait is a future.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use token_telemetry::Acquisition;
    ///
    /// let started = Instant::now();
    /// // … wait on a condition variable …
    /// Acquisition::current().record_waiting(started.elapsed());
    /// ```
    pub fn record_waiting(self, time: Duration) {
        record(|state| state.add_waited(time));
    }

    /// Awaits `future` and records the time as waiting, from its first pending poll.
    ///
    /// For a lock or a cell behind which another caller refreshes the token. If the future is ready
    /// at once, no clock is read.
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

    /// Records that an old token is returned because its refresh failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, ErrorInfo};
    ///
    /// // The refresh failed, and the old token is still valid.
    /// let acquisition = Acquisition::current();
    /// acquisition.record_suppressed_error(ErrorInfo::new("temporarily_unavailable"));
    /// acquisition.record_stale_token();
    /// ```
    pub fn record_stale_token(self) {
        record(|state| state.stale = true);
    }

    /// Records the time until the guard is dropped as spent in the cache.
    ///
    /// See [`Timer`] for where to drop it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let timer = Acquisition::current().time_in_cache();
    /// let cached = std::fs::read("token-cache.bin");
    /// drop(timer);
    /// # let _cached = cached;
    /// ```
    pub fn time_in_cache(self) -> Timer {
        Timer::start(State::in_cache)
    }

    /// Records the time until the guard is dropped as spent on post-processing the token.
    ///
    /// For example, on signing a proof of possession.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// fn sign(token: &str) -> String {
    ///     let _timer = Acquisition::current().time_in_extension();
    ///     format!("{token}.signature")
    /// }
    /// # assert_eq!(sign("t"), "t.signature");
    /// ```
    pub fn time_in_extension(self) -> Timer {
        Timer::start(State::in_extension)
    }

    /// Records how a lookup in one cache ended, and how long it took.
    ///
    /// The first hit also is a [`record_cache_hit`](Self::record_cache_hit), unless the source of the
    /// token was recorded before. The time adds to the time in the cache. An error is not a failure of
    /// the acquisition, and no header reports it. The first eight lookups are kept and show in
    /// metrics; later ones only add to the count and to the time.
    ///
    /// For caches whose lookups are worth watching, such as a distributed cache: unlike
    /// `record_cache_hit`, a lookup allocates.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::cache::CacheLookup;
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// let acquisition = Acquisition::current();
    /// acquisition.record_cache_lookup(CacheLevel::L1Cache, CacheLookup::Miss, Duration::ZERO);
    /// acquisition.record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Hit, Duration::from_millis(2));
    /// ```
    pub fn record_cache_lookup(self, level: CacheLevel, result: CacheLookup, duration: Duration) {
        let lookup = RecordedLookup::new(level, result, Some(duration));
        record(|state| {
            state.in_cache().add(duration);
            state.cache_lookup(lookup);
        });
    }

    /// Measures a lookup in one cache until its result is recorded on the guard.
    ///
    /// The same as [`record_cache_lookup`](Self::record_cache_lookup), with the time measured. A guard
    /// that is dropped without a result records only the time in the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// fn in_memory(cached: Option<&str>) -> Option<String> {
    ///     let lookup = Acquisition::current().time_cache_lookup(CacheLevel::L1Cache);
    ///     if cached.is_some() {
    ///         lookup.hit();
    ///     } else {
    ///         lookup.miss();
    ///     }
    ///     cached.map(str::to_owned)
    /// }
    /// # assert_eq!(in_memory(None), None);
    /// ```
    pub fn time_cache_lookup(self, level: CacheLevel) -> CacheLookupTimer {
        CacheLookupTimer::start(level)
    }

    /// Records the number of access tokens in the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let cache = vec!["first token", "second token"];
    /// Acquisition::current().record_cached_token_count(cache.len() as u64);
    /// ```
    pub fn record_cached_token_count(self, count: u64) {
        record(|state| state.rare_mut().cached_token_count = Some(count));
    }

    /// Records whether the cache is written to a store outside the process.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// Acquisition::current().record_cache_serialized(true);
    /// ```
    pub fn record_cache_serialized(self, serialized: bool) {
        record(|state| state.cold_mut().cache_serialized = Some(serialized));
    }

    /// Records whether the cache also serves the older ADAL format.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// Acquisition::current().record_legacy_cache(false);
    /// ```
    pub fn record_legacy_cache(self, enabled: bool) {
        record(|state| state.cold_mut().legacy_cache = Some(enabled));
    }

    /// Records the region of the token endpoint; later calls change nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::region::{RegionAutodetectionSource, RegionOutcome};
    /// use token_telemetry::{Acquisition, Region};
    ///
    /// let region = Region::used("westus2")
    ///     .with_autodetection_source(RegionAutodetectionSource::Imds)
    ///     .with_outcome(RegionOutcome::AutodetectSuccess);
    /// Acquisition::current().record_region(region);
    /// ```
    pub fn record_region(self, region: Region) {
        record(|state| {
            state.rare_mut().region.get_or_insert(region);
        });
    }

    /// Records the scheme of the token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, TokenType};
    ///
    /// Acquisition::current().record_token_type(TokenType::Pop);
    /// ```
    pub fn record_token_type(self, token_type: TokenType) {
        record(|state| state.token_type = Some(token_type));
    }

    /// Records type and lifetime of the token, or that there is [none](TokenInfo::none).
    ///
    /// The argument `token_info = …` of the attribute does the same from the return value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::{Acquisition, TokenInfo};
    ///
    /// let info = TokenInfo::new().with_expires_in(Duration::from_secs(3599));
    /// Acquisition::current().record_token(info);
    /// ```
    pub fn record_token(self, info: TokenInfo) {
        record(|state| state.token(&info));
    }

    /// Sets the correlation id to one given by the caller.
    ///
    /// Text that is not a GUID is ignored, and a random id is used. Set the id first: once a header
    /// has carried an id, another acquisition has it as its parent, or
    /// [`correlation_id`](Self::correlation_id) has returned it, the acquisition keeps that one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// fn with_caller_id(correlation_id: Option<&str>) {
    ///     if let Some(id) = correlation_id {
    ///         Acquisition::current().set_correlation_id(id);
    ///     }
    /// }
    /// # with_caller_id(Some("ad8c894a-557f-48c0-b045-c129590c344e"));
    /// ```
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

    /// Returns the id of the acquisition, and creates it if there is none yet.
    ///
    /// Returns `None` outside an acquisition.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// if let Some(id) = Acquisition::current().correlation_id() {
    ///     println!("requesting a token, correlation id {id}");
    /// }
    /// ```
    #[must_use]
    pub fn correlation_id(self) -> Option<ClientRequestId> {
        context::with_current(|acquisition| acquisition.read(State::correlation_id))
    }

    /// Records the SDK that calls this one.
    ///
    /// The id is truncated to 10 characters, the version to 20.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// Acquisition::current().record_caller_sdk("fabrikam", "3.1.0");
    /// ```
    pub fn record_caller_sdk(
        self,
        id: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) {
        let caller = CallerSdk::new(id.into(), version.into());
        record(|state| state.rare_mut().caller_sdk = Some(caller));
    }

    /// Records whether the platform manages the client certificate.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// Acquisition::current().record_managed_certificate(true);
    /// ```
    pub fn record_managed_certificate(self, used: bool) {
        record(|state| state.cold_mut().managed_certificate = Some(used));
    }

    /// Records the library that wraps this SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// Acquisition::current().record_wrapper("@azure/msal-react", "2.0.0");
    /// ```
    pub fn record_wrapper(
        self,
        sku: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) {
        let wrapper = Wrapper::new(sku.into(), version.into());
        record(|state| state.rare_mut().wrapper = Some(wrapper));
    }

    /// Records the code of an error that a broker reported.
    ///
    /// The code is sanitized like those of [`ErrorInfo`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// Acquisition::current().record_broker_error("wam_503");
    /// ```
    pub fn record_broker_error(self, code: impl Into<Cow<'static, str>>) {
        let code = bounded_code(code.into(), MAX_TEXT_LEN);
        record(|state| state.rare_mut().broker_error = Some(code));
    }

    /// Records a value for a field that only some dialects have.
    ///
    /// For example, `reg_type` of the Android dialect.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// Acquisition::current().record_platform_field("reg_type", "wpj");
    /// ```
    pub fn record_platform_field(self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        let value = bounded_label(value.into(), MAX_TEXT_LEN);
        record(|state| state.platform_field(name, value));
    }

    /// Records the id of the called function, if only run time shows it.
    ///
    /// Replaces the `api` of the attribute.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, api::MsalNet};
    ///
    /// fn set_flow(has_user: bool) {
    ///     if has_user {
    ///         Acquisition::current().record_api(MsalNet::AcquireTokenOnBehalfOf);
    ///     }
    /// }
    /// # set_flow(true);
    /// ```
    pub fn record_api(self, api: impl Into<Api>) {
        let api = api.into();
        record(|state| state.api = api);
    }

    /// Records the parameters of the call, without the values of scopes and claims.
    ///
    /// A later call adds only what is not known yet: the parameters of the function that the caller
    /// called stay. It allocates nothing, so it may come before the lookup in the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    /// use token_telemetry::api::{ApiParameters, Prompt};
    ///
    /// fn begin(prompt: &str, scopes: &[&str], claims: Option<&str>) {
    ///     let parameters = ApiParameters::new()
    ///         .with_prompt(Prompt::named(prompt))
    ///         .with_scope_count(scopes.len())
    ///         .with_claims(claims.is_some());
    ///     Acquisition::current().record_parameters(parameters);
    /// }
    /// # begin("consent", &["User.Read"], None);
    /// ```
    pub fn record_parameters(self, parameters: ApiParameters) {
        record(|state| state.parameters(parameters));
    }

    /// Returns the id of the function that acquires the token, as known so far.
    ///
    /// Returns `None` outside an acquisition. A function whose call merges into an enclosing acquisition
    /// sees the id of that one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    /// use token_telemetry::api::{Api, MsalNet};
    ///
    /// let acquisition = Acquisition::current();
    /// if acquisition.api() == Some(Api::from(MsalNet::AcquireTokenForClient)) {
    ///     println!("a client acquires a token for itself");
    /// }
    /// ```
    #[must_use]
    pub fn api(self) -> Option<Api> {
        context::with_current(|acquisition| acquisition.read(|state| state.api))
    }

    /// Records codes of the error about to be returned.
    ///
    /// They take precedence over every other description; see [`DescribeError`](crate::DescribeError).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, ErrorInfo, error::sts_codes_in};
    ///
    /// let description = "AADSTS50076: multi-factor authentication is required";
    /// let info = ErrorInfo::new("invalid_grant").with_sts_codes(sts_codes_in(description));
    /// Acquisition::current().record_error(info);
    /// ```
    pub fn record_error(self, info: ErrorInfo) {
        record(|state| {
            let known = &mut state.rare_mut().error;
            *known = info.or(std::mem::take(known));
        });
    }

    /// Records an error that is not returned.
    ///
    /// For example, that of a failed refresh while the old token is still valid, or of one credential in
    /// a chain. The first eight are kept. An error [with a credential](ErrorInfo::with_credential) is
    /// that of a member of a chain: it is not reported to Entra, unless the dialect
    /// [says so](crate::entra::DialectBuilder::reports_chain_errors).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, ErrorInfo};
    ///
    /// fn next_credential(error: &std::io::Error) {
    ///     let info = ErrorInfo::new(format!("{:?}", error.kind()));
    ///     Acquisition::current().record_suppressed_error(info);
    /// }
    /// # next_credential(&std::io::ErrorKind::TimedOut.into());
    /// ```
    pub fn record_suppressed_error(self, info: ErrorInfo) {
        record(|state| state.suppressed_error(info));
    }

    /// Begins one HTTP attempt of a token request.
    ///
    /// Only the host of the URL is kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::{Acquisition, Status};
    ///
    /// # async fn post(_: http::HeaderMap) -> io::Result<String> { Ok(String::new()) }
    /// async fn request_token() -> io::Result<String> {
    ///     let url = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
    ///     let request = Acquisition::current().token_request(url);
    ///     let sent = request.send(async |headers| post(headers).await.map(|body| Status::new(200, body)));
    ///     Ok(sent.await?.response)
    /// }
    /// # assert!(futures::executor::block_on(request_token()).is_ok());
    /// ```
    pub fn token_request(self, url: impl AsRef<str>) -> TokenRequest {
        let acquisition = context::share_current();
        if acquisition.is_none() {
            Diagnostic::RequestOutsideAcquisition.emit();
        }
        TokenRequest::new(acquisition, url.as_ref())
    }

    /// Begins a request that middleware sees, which may not be a token request.
    ///
    /// Unlike [`token_request`](Self::token_request), it logs nothing outside an acquisition, and a
    /// request to a host outside the [`authorities`](crate::TelemetryBuilder::authorities) does not
    /// count as an attempt. For middleware that is shared with clients of other services.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use token_telemetry::Acquisition;
    ///
    /// /// Runs for every request of every client in the application.
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
        TokenRequest::seen(context::share_current(), url.as_ref())
    }

    /// Returns the number of HTTP attempts that have begun.
    ///
    /// Returns 0 outside an acquisition. A wrapper of a credential compares the numbers before and after
    /// a call, to learn whether the call sent a request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, TokenSource};
    ///
    /// # fn call_credential() {}
    /// let acquisition = Acquisition::current();
    /// let before = acquisition.attempt_count();
    /// call_credential();
    /// if acquisition.attempt_count() == before {
    ///     acquisition.record_default_source(TokenSource::Cache);
    /// }
    /// ```
    #[must_use]
    pub fn attempt_count(self) -> u32 {
        let begun = |state: &mut State| state.begun_attempts();
        context::with_current(|acquisition| acquisition.read(begun)).unwrap_or_default()
    }

    /// Returns the acquisition in a form that may leave this task or thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let handle = Acquisition::current().handle();
    /// let worker = std::thread::spawn(move || {
    ///     let _entered = handle.enter();
    ///     Acquisition::current().record_cached_token_count(3);
    /// });
    /// # worker.join().unwrap();
    /// ```
    #[must_use]
    pub fn handle(self) -> Handle {
        Handle::current()
    }
}

/// Updates the state of the current acquisition, if there is one.
fn record(update: impl FnOnce(&mut State)) {
    if context::with_current(|acquisition| acquisition.update(update)).is_none() {
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

//! The record of a finished acquisition: plain data, the same on every outcome.

use std::time::{Duration, SystemTime};

#[cfg(feature = "otel")]
use super::clock::Moment;
use super::http_state::HttpState;
use super::state::{ColdState, State};
use crate::api::Api;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::error::{ErrorInfo, TransportError};
use crate::region::Region;
use crate::token::TokenType;
use crate::wire::{ClientRequestId, shown_host};

/// How an acquisition ended.
///
/// # Examples
///
/// ```
/// use token_telemetry::{AcquisitionRecord, Outcome};
///
/// fn needs_alert(record: &AcquisitionRecord) -> bool {
///     matches!(record.outcome(), Outcome::Error | Outcome::Panicked)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The function returned a token.
    Ok,
    /// The function returned an error that means "not yet".
    ///
    /// The caller calls again, or the user has to act first.
    Pending,
    /// The function returned an error.
    Error,
    /// The future was dropped before it was ready.
    Cancelled,
    /// The function panicked.
    Panicked,
}

impl Outcome {
    /// The error code of cancelled acquisitions in metrics.
    pub const CANCELLED_CODE: &'static str = "operation_canceled";

    /// The error code of panicked acquisitions in metrics.
    pub const PANICKED_CODE: &'static str = "panicked";

    /// Returns the lower-case name, as spans show it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Outcome;
    ///
    /// assert_eq!(Outcome::Cancelled.name(), "cancelled");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
        }
    }
}

/// Everything that is known about one finished acquisition.
///
/// What was not measured is absent, never zero. A record holds no user, tenant, scope, URL path or
/// token. An SDK receives records in an [`Observer`](crate::Observer), from
/// [`capture`](crate::capture()) and from [`recent_records`](crate::Telemetry::recent_records).
///
/// # Examples
///
/// ```
/// use token_telemetry::{AcquisitionRecord, Observer};
///
/// struct SlowCalls;
///
/// impl Observer for SlowCalls {
///     fn finished(&self, record: &AcquisitionRecord) {
///         if record.duration_total().is_some_and(|time| time.as_secs() > 5) {
///             println!("{record:?}");
///         }
///     }
/// }
/// ```
#[derive(Clone)]
pub struct AcquisitionRecord {
    pub(super) state: State,
    pub(super) outcome: Outcome,
    pub(super) total: Option<Duration>,
    pub(super) error: Option<Box<ErrorInfo>>,
}

impl AcquisitionRecord {
    /// The most records that one [`capture`](crate::capture()) keeps.
    pub const MAX_CAPTURED: usize = 16;

    /// Creates the record of an acquisition under way: cancelled, unless it ends otherwise.
    pub(crate) fn unfinished(state: State) -> Self {
        Self {
            state,
            outcome: Outcome::Cancelled,
            total: None,
            error: None,
        }
    }

    /// The state, while the acquisition runs.
    pub(crate) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Returns whether a later request may report something of this record.
    pub(crate) fn has_failures(&self) -> bool {
        !matches!(self.outcome, Outcome::Ok | Outcome::Pending)
            || !self.suppressed_errors().is_empty()
    }

    /// Truncates the error codes to the longest one that any exporter uses.
    pub(crate) fn truncate_codes(&mut self, limit: usize) {
        if let Some(error) = &mut self.error {
            error.truncate_code(limit);
        }
        if let Some(cold) = &mut self.state.cold {
            cold.error.truncate_code(limit);
            for failure in &mut cold.suppressed_errors {
                failure.truncate_code(limit);
            }
        }
    }

    /// Records how the acquisition ended.
    pub(crate) fn complete(
        &mut self,
        outcome: Outcome,
        total: Option<Duration>,
        error: Option<Box<ErrorInfo>>,
    ) {
        self.outcome = outcome;
        self.total = total;
        self.error = error;
    }

    /// The state as the header formats read it.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    fn cold(&self) -> Option<&ColdState> {
        self.state.cold.as_deref()
    }

    fn http(&self) -> Option<&HttpState> {
        self.cold().map(|cold| &cold.http)
    }

    /// Returns the SDK function that was called.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{} ended", record.api().name());
    /// }
    /// ```
    #[must_use]
    pub fn api(&self) -> Api {
        self.state.api
    }

    /// Returns how the acquisition ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{}: {}", record.api(), record.outcome().name());
    /// }
    /// ```
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns whether the function returned a token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if !record.is_ok() {
    ///         println!("{record:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.outcome == Outcome::Ok
    }

    /// Returns where the token came from.
    ///
    /// Returns what the SDK recorded, except a cache hit before a token response. Otherwise, if a
    /// token was returned: the identity provider if a token request succeeded or was polled, or the
    /// default source.
    #[must_use]
    pub fn token_source(&self) -> Option<TokenSource> {
        let responded = self.http().is_some_and(|http| http.responded);
        let inferred = if responded {
            Some(TokenSource::IdentityProvider)
        } else {
            self.state.default_source
        };
        self.state
            .source
            .or_else(|| inferred.filter(|_| self.is_ok()))
    }

    /// Returns the cache that held the token; absent when none did.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.cache_level() {
    ///         println!("found in {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cache_level(&self) -> Option<CacheLevel> {
        self.state.level
    }

    /// Returns why a cached token did not suffice, if the cache was consulted.
    ///
    /// Unless the SDK recorded a reason, it is [`NotApplicable`](CacheRefreshReason::NotApplicable)
    /// for a recorded cache hit, and
    /// [`ProactivelyRefreshed`](CacheRefreshReason::ProactivelyRefreshed) for any other background
    /// acquisition.
    #[must_use]
    pub fn refresh_reason(&self) -> Option<CacheRefreshReason> {
        self.state.refresh_reason()
    }

    /// Returns the scheme of the token, if the SDK recorded it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.token_type() {
    ///         println!("scheme {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn token_type(&self) -> Option<TokenType> {
        self.state.token_type
    }

    /// Returns the id in the server's logs, if anything needed one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.correlation_id() {
    ///         println!("search the sign-in logs for {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn correlation_id(&self) -> Option<ClientRequestId> {
        self.state.correlation_id
    }

    /// Returns the id of the acquisition that this one belongs to.
    ///
    /// That is the one it was made for, or the one that triggered it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.parent() {
    ///         println!("triggered by {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn parent(&self) -> Option<ClientRequestId> {
        self.cold()?.parent
    }

    /// Returns whether no caller waited for the token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.is_background() {
    ///         println!("refreshed in the background");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_background(&self) -> bool {
        self.state.background
    }

    /// Returns whether an old token was returned because its refresh failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.is_stale() {
    ///         println!("the refresh failed; the old token is still valid");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.state.stale
    }

    /// Returns the time from the first poll to the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_total() {
    ///         println!("took {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_total(&self) -> Option<Duration> {
        self.total
    }

    /// Returns the moment of the first poll; absent without a clock.
    #[cfg(feature = "otel")]
    pub(crate) fn started(&self) -> Option<Moment> {
        self.state.started
    }

    /// Returns the time spent in requests.
    ///
    /// Summed over all attempts and [purposes](crate::Purpose).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_in_http() {
    ///         println!("{value:?} in HTTP");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_in_http(&self) -> Option<Duration> {
        self.http()?.duration
    }

    /// Returns the time spent in the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_in_cache() {
    ///         println!("{value:?} in the cache");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_in_cache(&self) -> Option<Duration> {
        self.state.in_cache.total()
    }

    /// Returns the time spent on post-processing the token.
    ///
    /// For example, on signing a proof of possession.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_in_extension() {
    ///         println!("{value:?} for signing");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_in_extension(&self) -> Option<Duration> {
        self.cold()?.in_extension.total()
    }

    /// Returns the time spent waiting for another caller's refresh.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_waiting() {
    ///         println!("waited {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_waiting(&self) -> Option<Duration> {
        self.state.waited()
    }

    /// Returns the time left until the token expires.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.remaining_lifetime() {
    ///         println!("expires in {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn remaining_lifetime(&self) -> Option<Duration> {
        self.state.remaining_lifetime
    }

    /// Returns when the token should be refreshed proactively.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.refresh_on() {
    ///         println!("refresh after {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn refresh_on(&self) -> Option<SystemTime> {
        self.cold()?.refresh_on
    }

    /// Returns the regional endpoint and how it was chosen.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(region) = record.region() {
    ///         println!("region {:?}, {:?}", region.name(), region.outcome());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.cold()?.region.as_ref()
    }

    /// Returns the host of the last request, usually the token endpoint.
    ///
    /// The host may name a tenant, as `contoso.ciamlogin.com`, `contoso.b2clogin.com` or the address
    /// of an AD FS does. `Debug` and serialized data therefore show only hosts that all tenants of a
    /// cloud share, such as `login.microsoftonline.com`, and `redacted` for any other.
    #[must_use]
    pub fn endpoint_host(&self) -> Option<&str> {
        self.http()?.host.as_deref()
    }

    /// Returns the host as logs may show it.
    pub(super) fn shown_endpoint_host(&self) -> Option<&str> {
        self.endpoint_host().map(shown_host)
    }

    /// Returns the number of access tokens in the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.cached_token_count() {
    ///         println!("{value} tokens in the cache");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cached_token_count(&self) -> Option<u64> {
        self.cold()?.cached_token_count
    }

    /// Returns the number of requests sent, including retries and discovery.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{} requests", record.attempts());
    /// }
    /// ```
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.http().map_or(0, |http| http.attempts)
    }

    /// Returns how many "not yet" responses a polling flow got.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("polled {} times in vain", record.pending_polls());
    /// }
    /// ```
    #[must_use]
    pub fn pending_polls(&self) -> u32 {
        self.http().map_or(0, |http| http.pending_polls)
    }

    /// Returns the status in the error, or else that of the last response.
    ///
    /// Absent if no response carried the failure: a later request [failed] without one, or the
    /// acquisition failed after a "not yet" of a polling flow, as when a device code expires at the
    /// client. A request that was dropped changes nothing.
    ///
    /// [failed]: crate::TokenRequest::failed
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let described = self.error().and_then(ErrorInfo::status);
        let is_of_failure =
            |http: &&HttpState| !(http.is_polling && self.outcome == Outcome::Error);
        described.or_else(|| self.http().filter(is_of_failure)?.status)
    }

    /// Returns the transport failure in the error, or that of the last request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(class) = record.transport_error() {
    ///         println!("no response: {}", class.code());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn transport_error(&self) -> Option<TransportError> {
        let described = self.error().and_then(ErrorInfo::transport_error);
        described.or_else(|| self.http()?.transport)
    }

    /// Returns the longest `Retry-After` that a server asked for.
    ///
    /// At most [`TokenRequest::MAX_RETRY_AFTER`](crate::TokenRequest::MAX_RETRY_AFTER).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.retry_after() {
    ///         println!("throttled for {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.http()?.retry_after
    }

    /// Returns the codes of the error; present exactly when the outcome is not ok.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(error) = record.error() {
    ///         println!("{:?} {:?}", error.code(), error.sts_codes());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&ErrorInfo> {
        self.error.as_deref()
    }

    /// Returns the code of the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.error_code() {
    ///         println!("failed with {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error()?.code()
    }

    /// Returns the errors that the SDK recorded but did not return.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     for error in record.suppressed_errors() {
    ///         println!("suppressed {:?}", error.code());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn suppressed_errors(&self) -> &[ErrorInfo] {
        self.cold().map_or(&[], |cold| &cold.suppressed_errors)
    }

    /// Returns id and version of the SDK that called the acquiring SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some((id, version)) = record.caller_sdk() {
    ///         println!("called by {id} {version}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn caller_sdk(&self) -> Option<(&str, &str)> {
        self.cold()?
            .caller_sdk
            .as_ref()
            .map(|caller| (&*caller.id, &*caller.version))
    }

    /// Returns SKU and version of the library that wraps the SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some((sku, version)) = record.wrapper() {
    ///         println!("wrapped by {sku} {version}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn wrapper(&self) -> Option<(&str, &str)> {
        let wrapper = self.cold()?.wrapper.as_ref()?;
        Some((&*wrapper.sku, &*wrapper.version))
    }

    /// Returns the code of the error that a broker reported.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.broker_error() {
    ///         println!("the broker failed with {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn broker_error(&self) -> Option<&str> {
        self.cold()?.broker_error.as_deref()
    }

    /// Returns names and values of the fields that only some dialects send.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     for (name, value) in record.platform_fields() {
    ///         println!("{name}: {value}");
    ///     }
    /// }
    /// ```
    pub fn platform_fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let cold = self.cold().into_iter();
        let fields = cold.flat_map(|cold| &cold.platform_fields);
        fields.map(|(name, value)| (*name, &**value))
    }

    /// Returns whether the cache is written to a store outside the process.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.cache_serialized() {
    ///         println!("cache serialized: {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cache_serialized(&self) -> Option<bool> {
        self.cold()?.cache_serialized
    }

    /// Returns whether the cache also serves the older ADAL format.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.legacy_cache() {
    ///         println!("ADAL format: {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn legacy_cache(&self) -> Option<bool> {
        self.cold()?.legacy_cache
    }

    /// Returns whether the platform manages the client certificate.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.managed_certificate() {
    ///         println!("managed certificate: {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn managed_certificate(&self) -> Option<bool> {
        self.cold()?.managed_certificate
    }
}

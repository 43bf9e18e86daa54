//! A finished acquisition: plain facts, the same on every outcome.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// A token was returned.
    Ok,
    /// An error was returned that means "not yet": the caller calls again, or the user acts first.
    Pending,
    /// An error was returned.
    Error,
    /// The future was dropped before it was ready.
    Cancelled,
    /// The function panicked.
    Panicked,
}

impl Outcome {
    /// Error code of cancelled acquisitions in metrics.
    pub const CANCELLED_CODE: &'static str = "operation_canceled";

    /// Error code of panicked acquisitions in metrics.
    pub const PANICKED_CODE: &'static str = "panicked";

    /// Lower-case name, as spans show it.
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

/// Everything that is known of one finished acquisition.
///
/// What was not measured is absent, never zero. It holds no user, tenant, context, URL path or token.
#[derive(Clone)]
pub struct AcquisitionRecord {
    pub(super) state: State,
    pub(super) outcome: Outcome,
    pub(super) total: Option<Duration>,
    pub(super) error: Option<Box<ErrorInfo>>,
}

impl AcquisitionRecord {
    /// Most records that one [`capture`](crate::capture) keeps.
    pub const MAX_CAPTURED: usize = 16;

    /// A record whose acquisition is under way: a cancelled one, unless it ends otherwise.
    pub(crate) fn unfinished(state: State) -> Self {
        Self {
            state,
            outcome: Outcome::Cancelled,
            total: None,
            error: None,
        }
    }

    /// The facts, while they grow.
    pub(crate) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Whether there is something that a later request may report.
    pub(crate) fn has_failures(&self) -> bool {
        !matches!(self.outcome, Outcome::Ok | Outcome::Pending)
            || !self.suppressed_errors().is_empty()
    }

    /// Truncates the error codes to what somebody has a use for.
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

    /// Notes how the acquisition ended.
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

    /// The facts as the header formats read them.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    fn cold(&self) -> Option<&ColdState> {
        self.state.cold.as_deref()
    }

    fn http(&self) -> Option<&HttpState> {
        self.cold().map(|cold| &cold.http)
    }

    /// Function of the SDK that was called.
    #[must_use]
    pub fn api(&self) -> Api {
        self.state.api
    }

    /// How the acquisition ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether a token was returned.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.outcome == Outcome::Ok
    }

    /// Where the token came from.
    ///
    /// What the SDK recorded, except a cache hit before a token response. Else, if a token was
    /// returned: the identity provider if a token request succeeded or was polled, or the default
    /// source.
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

    /// Cache that answered; absent when none did.
    #[must_use]
    pub fn cache_level(&self) -> Option<CacheLevel> {
        self.state.level
    }

    /// Why a cached token did not suffice; absent when the cache was not consulted.
    ///
    /// Unless the SDK recorded one, it is [`NotApplicable`](CacheRefreshReason::NotApplicable) for a
    /// recorded cache hit, and [`ProactivelyRefreshed`](CacheRefreshReason::ProactivelyRefreshed) for
    /// any other background acquisition.
    #[must_use]
    pub fn refresh_reason(&self) -> Option<CacheRefreshReason> {
        self.state.refresh_reason()
    }

    /// Scheme of the token; absent when the SDK did not say.
    #[must_use]
    pub fn token_type(&self) -> Option<TokenType> {
        self.state.token_type
    }

    /// Id that names the acquisition in the server's logs; absent when nothing needed one.
    #[must_use]
    pub fn correlation_id(&self) -> Option<ClientRequestId> {
        self.state.correlation_id
    }

    /// Id of the acquisition this one was made for, or that triggered it.
    #[must_use]
    pub fn parent(&self) -> Option<ClientRequestId> {
        self.cold()?.parent
    }

    /// Whether no caller waited for the token.
    #[must_use]
    pub fn is_background(&self) -> bool {
        self.state.background
    }

    /// Whether an old token was served because its refresh failed.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.state.stale
    }

    /// Time from the first poll to the end.
    #[must_use]
    pub fn duration_total(&self) -> Option<Duration> {
        self.total
    }

    /// Moment of the first poll; absent without a clock.
    #[cfg(feature = "otel")]
    pub(crate) fn started(&self) -> Option<Moment> {
        self.state.started
    }

    /// Time spent in requests, summed over all tries and [purposes](crate::Purpose).
    #[must_use]
    pub fn duration_in_http(&self) -> Option<Duration> {
        self.http()?.duration
    }

    /// Time spent in the cache.
    #[must_use]
    pub fn duration_in_cache(&self) -> Option<Duration> {
        self.state.in_cache.total()
    }

    /// Time spent making the token presentable, such as signing a proof of possession.
    #[must_use]
    pub fn duration_in_extension(&self) -> Option<Duration> {
        self.cold()?.in_extension.total()
    }

    /// Time spent waiting for another caller's refresh.
    #[must_use]
    pub fn duration_waiting(&self) -> Option<Duration> {
        self.state.waited()
    }

    /// Time that was left until the token expires.
    #[must_use]
    pub fn remaining_lifetime(&self) -> Option<Duration> {
        self.state.remaining_lifetime
    }

    /// Moment from which the token should be refreshed proactively.
    #[must_use]
    pub fn refresh_on(&self) -> Option<SystemTime> {
        self.cold()?.refresh_on
    }

    /// Regional endpoint and how it was chosen.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.cold()?.region.as_ref()
    }

    /// Host that was asked last, as a rule the token endpoint; never its path.
    ///
    /// It may name a tenant, as `contoso.ciamlogin.com`, `contoso.b2clogin.com` or the address of
    /// an AD FS do. `Debug` and serialized data therefore show only hosts that all tenants of a
    /// cloud share, such as `login.microsoftonline.com`, and `redacted` for any other.
    #[must_use]
    pub fn endpoint_host(&self) -> Option<&str> {
        self.http()?.host.as_deref()
    }

    /// The host as logs may show it.
    pub(super) fn shown_endpoint_host(&self) -> Option<&str> {
        self.endpoint_host().map(shown_host)
    }

    /// Access tokens in the cache.
    #[must_use]
    pub fn cached_token_count(&self) -> Option<u64> {
        self.cold()?.cached_token_count
    }

    /// Requests that were sent, retries and discovery included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.http().map_or(0, |http| http.attempts)
    }

    /// Answers of the kind "not yet" that a polling flow got.
    #[must_use]
    pub fn pending_polls(&self) -> u32 {
        self.http().map_or(0, |http| http.pending_polls)
    }

    /// Status that the error names, or else that of the last response.
    ///
    /// Absent where no response carried the failure: if a later request [failed] without one, or if
    /// the acquisition failed after a "not yet" of a polling flow, as when a device code expires at
    /// the client. A request that was dropped changes nothing.
    ///
    /// [failed]: crate::TokenRequest::failed
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let described = self.error().and_then(ErrorInfo::status);
        let is_of_failure =
            |http: &&HttpState| !(http.is_polling && self.outcome == Outcome::Error);
        described.or_else(|| self.http().filter(is_of_failure)?.status)
    }

    /// Class of transport failure that the error names, or else that of the last request.
    #[must_use]
    pub fn transport_error(&self) -> Option<TransportError> {
        let described = self.error().and_then(ErrorInfo::transport_error);
        described.or_else(|| self.http()?.transport)
    }

    /// Longest `Retry-After` that a server asked for, at most [`TokenRequest::MAX_RETRY_AFTER`](crate::MAX_RETRY_AFTER).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.http()?.retry_after
    }

    /// Codes of the error; present exactly when the outcome is not ok.
    #[must_use]
    pub fn error(&self) -> Option<&ErrorInfo> {
        self.error.as_deref()
    }

    /// Code of the error.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error()?.code()
    }

    /// Failures that the SDK swallowed on the way.
    #[must_use]
    pub fn suppressed_errors(&self) -> &[ErrorInfo] {
        self.cold().map_or(&[], |cold| &cold.suppressed_errors)
    }

    /// Id and version of the SDK on whose behalf the acquiring SDK worked.
    #[must_use]
    pub fn caller_sdk(&self) -> Option<(&str, &str)> {
        self.cold()?
            .caller_sdk
            .as_ref()
            .map(|caller| (&*caller.id, &*caller.version))
    }

    /// Returns SKU and version of the library that wraps the SDK.
    #[must_use]
    pub fn wrapper(&self) -> Option<(&str, &str)> {
        let wrapper = self.cold()?.wrapper.as_ref()?;
        Some((&*wrapper.sku, &*wrapper.version))
    }

    /// Returns the code of the error that a broker reported.
    #[must_use]
    pub fn broker_error(&self) -> Option<&str> {
        self.cold()?.broker_error.as_deref()
    }

    /// Returns the names and values of fields that only some dialects send.
    pub fn platform_fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let cold = self.cold().into_iter();
        let fields = cold.flat_map(|cold| &cold.platform_fields);
        fields.map(|(name, value)| (*name, &**value))
    }

    /// Returns whether the cache is written to a store outside the process.
    #[must_use]
    pub fn cache_serialized(&self) -> Option<bool> {
        self.cold()?.cache_serialized
    }

    /// Returns whether the cache also serves the older ADAL format.
    #[must_use]
    pub fn legacy_cache(&self) -> Option<bool> {
        self.cold()?.legacy_cache
    }

    /// Returns whether the platform manages the client certificate.
    #[must_use]
    pub fn managed_certificate(&self) -> Option<bool> {
        self.cold()?.managed_certificate
    }
}

//! Where a token came from, which cache held it, and why the cache did not suffice.

use std::time::Duration;

use crate::wire::{named_enum, wire_enum};

wire_enum! {
    /// Where a token came from.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{AcquisitionRecord, TokenSource};
    ///
    /// fn is_cached(record: &AcquisitionRecord) -> bool {
    ///     record.token_source() == Some(TokenSource::Cache)
    /// }
    /// ```
    pub enum TokenSource {
        /// The token endpoint issued the token for this call.
        IdentityProvider = 0,
        /// A cache of the SDK held the token.
        Cache = 1,
        /// A broker application supplied the token.
        Broker = 2,
    }
}

wire_enum! {
    /// The cache that held the token, or `None` if no cache did.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::CacheLevel;
    ///
    /// assert_eq!((CacheLevel::L1Cache.wire(), CacheLevel::L1Cache.name()), (2, "L1Cache"));
    /// ```
    pub enum CacheLevel {
        /// No cache held the token.
        None = 0,
        /// A cache held the token, and the SDK does not know which.
        Unknown = 1,
        /// The cache in this process's memory.
        L1Cache = 2,
        /// A cache outside the process: a file, a database, a distributed cache.
        L2Cache = 3,
    }
}

wire_enum! {
    /// Why a cached token did not suffice.
    ///
    /// The field `cache_info` of the current-telemetry header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::CacheRefreshReason;
    ///
    /// let reason = CacheRefreshReason::Expired;
    /// assert_eq!((reason.wire(), reason.to_string()), (3, "Expired".to_owned()));
    /// ```
    pub enum CacheRefreshReason {
        /// The cached token sufficed, or the flow has no cache lookup.
        NotApplicable = 0,
        /// The caller forced a refresh or asked for claims.
        ForceRefreshOrClaims = 1,
        /// The cache held no access token for the request.
        NoCachedAccessToken = 2,
        /// The cached token had expired.
        Expired = 3,
        /// The cached token was valid and due for a proactive refresh.
        ProactivelyRefreshed = 4,
        /// The cache is switched off.
        CacheDisabled = 5,
    }
}

/// What made an SDK refresh a token; more than the reason in the headers can express.
///
/// All triggers are [`ForceRefreshOrClaims`](CacheRefreshReason::ForceRefreshOrClaims) to the token
/// endpoint, or what the SDK records as its reason.
///
/// # Examples
///
/// ```
/// use token_telemetry::cache::RefreshTrigger;
///
/// let trigger = RefreshTrigger::TokenRejected { status: 401 };
/// assert_eq!(trigger.name(), "token_rejected");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshTrigger {
    /// The caller asked for a new token.
    Caller,
    /// A resource sent a claims challenge (continuous access evaluation).
    ClaimsChallenge,
    /// A resource rejected the token with this status.
    TokenRejected {
        /// The HTTP status, usually 401 or 403.
        status: u16,
    },
    /// A timer of the SDK fired.
    Timer,
    /// The program started and fills its cache.
    Startup,
}

impl RefreshTrigger {
    /// Returns the name of the trigger, as metrics, spans and serialized records show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::ClaimsChallenge => "claims_challenge",
            Self::TokenRejected { .. } => "token_rejected",
            Self::Timer => "timer",
            Self::Startup => "startup",
        }
    }
}

named_enum! {
    /// How a lookup in one cache ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::cache::CacheLookup;
    ///
    /// assert_eq!(CacheLookup::Miss.name(), "miss");
    /// ```
    pub enum CacheLookup {
        /// The cache held a usable token.
        Hit = "hit",
        /// The cache held none, or an expired one.
        Miss = "miss",
        /// The cache could not be read.
        Error = "error",
    }
}

/// A lookup in one cache: which one, how it ended, and how long it took.
///
/// Recorded by [`record_cache_lookup`](crate::Acquisition::record_cache_lookup) and
/// [`time_cache_lookup`](crate::Acquisition::time_cache_lookup).
///
/// # Examples
///
/// ```
/// use token_telemetry::AcquisitionRecord;
///
/// fn log(record: &AcquisitionRecord) {
///     for lookup in record.cache_lookups() {
///         println!("{} {} {:?}", lookup.level(), lookup.result(), lookup.duration());
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedLookup {
    level: CacheLevel,
    result: CacheLookup,
    duration: Option<Duration>,
}

impl RecordedLookup {
    pub(crate) fn new(level: CacheLevel, result: CacheLookup, duration: Option<Duration>) -> Self {
        Self {
            level: match level {
                CacheLevel::None | CacheLevel::Unknown => CacheLevel::Unknown,
                CacheLevel::L1Cache | CacheLevel::L2Cache => level,
            },
            result,
            duration,
        }
    }

    /// Returns which cache was looked up; never [`CacheLevel::None`].
    #[must_use]
    pub const fn level(&self) -> CacheLevel {
        self.level
    }

    /// Returns how the lookup ended.
    #[must_use]
    pub const fn result(&self) -> CacheLookup {
        self.result
    }

    /// Returns how long the lookup took; absent without a clock.
    #[must_use]
    pub const fn duration(&self) -> Option<Duration> {
        self.duration
    }
}

//! Where a token came from, which cache answered, and why the cache did not suffice.

use std::time::{Duration, Instant, SystemTime};

use crate::wire::wire_enum;

wire_enum! {
    /// Where the token came from.
    pub enum TokenSource {
        /// The token endpoint issued it for this call.
        IdentityProvider = 0,
        /// A cache of the SDK held it.
        Cache = 1,
        /// A broker application handed it over.
        Broker = 2,
    }
}

wire_enum! {
    /// Cache that answered, or `None` when no cache did.
    pub enum CacheLevel {
        /// No cache answered.
        None = 0,
        /// A cache answered, and the SDK does not know which.
        Unknown = 1,
        /// The cache in this process's memory.
        L1Cache = 2,
        /// A cache outside the process: a file, a database, a distributed cache.
        L2Cache = 3,
    }
}

wire_enum! {
    /// Why a cached token did not suffice; the field `cache_info` of the current-telemetry header.
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

/// Why a token that expires then must be refreshed now, if it must.
///
/// `window` is the time before the expiry in which the token is refreshed although it is valid;
/// `forced` means that the caller insists on a new token or asks for claims.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use token_telemetry::{CacheRefreshReason, refresh_reason};
///
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
/// let window = Duration::from_secs(300);
/// let soon = now + Duration::from_secs(200);
/// assert_eq!(refresh_reason(Some(soon), now, window, false), CacheRefreshReason::ProactivelyRefreshed);
/// assert_eq!(refresh_reason(None, now, window, false), CacheRefreshReason::NoCachedAccessToken);
/// ```
#[must_use]
pub fn refresh_reason<T: Expiry>(
    old_expiry: Option<T>,
    now: T,
    window: Duration,
    forced: bool,
) -> CacheRefreshReason {
    if forced {
        return CacheRefreshReason::ForceRefreshOrClaims;
    }
    let Some(expiry) = old_expiry else {
        return CacheRefreshReason::NoCachedAccessToken;
    };
    match expiry.remaining(now) {
        Duration::ZERO => CacheRefreshReason::Expired,
        remaining if remaining <= window => CacheRefreshReason::ProactivelyRefreshed,
        _ => CacheRefreshReason::NotApplicable,
    }
}

/// A moment at which tokens can expire.
///
/// Implemented for the two clocks of the standard library, and for durations since a common
/// origin, such as seconds since 1970.
pub trait Expiry: Copy {
    /// Time from `now` until this moment, zero if it has passed.
    fn remaining(self, now: Self) -> Duration;
}

impl Expiry for SystemTime {
    fn remaining(self, now: Self) -> Duration {
        self.duration_since(now).unwrap_or_default()
    }
}

impl Expiry for Instant {
    fn remaining(self, now: Self) -> Duration {
        self.saturating_duration_since(now)
    }
}

impl Expiry for Duration {
    fn remaining(self, now: Self) -> Duration {
        self.saturating_sub(now)
    }
}

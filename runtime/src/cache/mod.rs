//! Where tokens come from, and when a cached token must be refreshed.

pub(crate) mod values;

use std::time::{Duration, Instant, SystemTime};

pub(crate) use values::{CacheLevel, CacheRefreshReason, TokenSource};
pub use values::{CacheLookup, RecordedLookup, RefreshTrigger};

/// Returns why a token with this expiry must be refreshed now.
///
/// `window` is the time before the expiry in which a valid token is refreshed; `forced` means that
/// the caller insists on a new token or asks for claims. The reason is
/// [`NotApplicable`](CacheRefreshReason::NotApplicable) if the cached token suffices.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use token_telemetry::CacheRefreshReason;
/// use token_telemetry::cache::refresh_reason;
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

/// A point in time at which tokens can expire.
///
/// Implemented for the two clocks of the standard library, and for durations since a common
/// origin, such as seconds since 1970.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use token_telemetry::cache::Expiry;
///
/// let (now, expires_on) = (Duration::from_secs(1_000), Duration::from_secs(1_060));
/// assert_eq!(expires_on.remaining(now), Duration::from_secs(60));
/// ```
pub trait Expiry: Copy {
    /// Returns the time from `now` until this moment, or zero if it has passed.
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

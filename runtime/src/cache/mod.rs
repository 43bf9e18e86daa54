//! What the cache answered, and when a cached token has to be refreshed.

pub(crate) mod values;

use std::time::{Duration, Instant, SystemTime};

pub(crate) use values::{CacheLevel, CacheRefreshReason, TokenSource};

/// Why a token that expires then must be refreshed now, if it must.
///
/// `window` is the time before the expiry in which the token is refreshed although it is valid;
/// `forced` means that the caller insists on a new token or asks for claims.
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

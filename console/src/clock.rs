//! The time, and its units on the page.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Seconds since 1970 that do not jump when the time of the system is set.
pub(crate) struct Clock {
    started: Instant,
    /// The start, in seconds since 1970.
    started_at: u64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            started_at: unix_ms() / 1000,
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.started_at + self.elapsed().as_secs()
    }
}

/// Returns the time of the system in milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the console compares times of records with that of the system"
)]
pub(crate) fn unix_ms() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    millis(since_1970.unwrap_or_default())
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

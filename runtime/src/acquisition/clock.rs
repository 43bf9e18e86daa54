//! Time, as acquisitions see it: the only place where a clock is read.

use std::fmt;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostics::Diagnostic;

/// A clock of the SDK's own: simulated time in tests, or a faster counter.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
/// use token_telemetry::{Clock, Telemetry};
///
/// struct SinceStart(Instant);
///
/// impl Clock for SinceStart {
///     fn now(&self) -> Duration {
///         self.0.elapsed()
///     }
/// }
///
/// let telemetry = Telemetry::builder().clock(SinceStart(Instant::now())).build()?;
/// # Ok::<(), token_telemetry::InvalidClientInfo>(())
/// ```
pub trait Clock: Send + Sync {
    /// Time since a fixed moment of the clock's choice; it never runs backwards.
    fn now(&self) -> Duration;
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Duration {
        (**self).now()
    }
}

/// A moment of one clock, never zero so that "no moment" needs no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(NonZeroU64);

impl Moment {
    fn from_origin(elapsed: Duration) -> Self {
        let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        Self(NonZeroU64::MIN.saturating_add(nanos))
    }

    /// Time from `earlier` to this moment, zero if the clock ran backwards.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.get().saturating_sub(earlier.0.get()))
    }
}

/// The clock of one `Telemetry`.
#[derive(Clone, Default)]
pub(crate) enum ClockSource {
    #[default]
    System,
    Custom(Arc<dyn Clock>),
}

impl ClockSource {
    /// The present moment; none where the platform has no clock, or the SDK's clock panicked.
    pub(crate) fn now(&self) -> Option<Moment> {
        match self {
            Self::System => system::now(),
            Self::Custom(clock) => {
                let read = catch_unwind(AssertUnwindSafe(|| clock.now()));
                if read.is_err() {
                    Diagnostic::ClockPanicked.tell();
                }
                read.ok().map(Moment::from_origin)
            }
        }
    }

    /// Time from `start` until now, if both are known.
    pub(crate) fn since(&self, start: Option<Moment>) -> Option<Duration> {
        start.and_then(|start| self.now().map(|now| now.since(start)))
    }
}

impl fmt::Debug for ClockSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Custom(_) => "Custom",
        })
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod system {
    use std::sync::OnceLock;
    use std::time::Instant;

    use super::Moment;

    static ORIGIN: OnceLock<Instant> = OnceLock::new();

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    #[expect(clippy::unnecessary_wraps, reason = "other platforms have no clock")]
    pub(super) fn now() -> Option<Moment> {
        let now = Instant::now();
        Some(Moment::from_origin(
            now.saturating_duration_since(*ORIGIN.get_or_init(|| now)),
        ))
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod system {
    use super::Moment;

    /// `Instant::now` traps on this target; an SDK there brings its own clock.
    pub(super) fn now() -> Option<Moment> {
        None
    }
}

//! Clocks: the only place that reads the time.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::contained::contained;
use crate::diagnostics::Diagnostic;

/// A custom clock, such as simulated time in tests or a faster counter.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
/// use token_telemetry::acquisition::Clock;
/// use token_telemetry::Telemetry;
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
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
pub trait Clock: Send + Sync {
    /// Returns the time since a fixed moment of the clock's choice; never runs backwards.
    fn now(&self) -> Duration;

    /// Returns the date and time; by default that of the system.
    ///
    /// Read at most once per acquisition, at its end, and only if something receives its record.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use token_telemetry::acquisition::Clock;
    ///
    /// struct Simulated;
    ///
    /// impl Clock for Simulated {
    ///     fn now(&self) -> Duration {
    ///         Duration::from_secs(60)
    ///     }
    ///
    ///     fn wall(&self) -> Option<SystemTime> {
    ///         Some(SystemTime::UNIX_EPOCH + self.now())
    ///     }
    /// }
    /// ```
    fn wall(&self) -> Option<SystemTime> {
        system::wall()
    }
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Duration {
        (**self).now()
    }

    fn wall(&self) -> Option<SystemTime> {
        (**self).wall()
    }
}

/// A moment of one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(system::Point);

impl Moment {
    /// Returns the time from `earlier` to this moment, or zero if the clock ran backwards.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        system::between(earlier.0, self.0)
    }

    /// Returns the time from `earlier` to this moment, unless that is the later one.
    pub(super) fn checked_since(self, earlier: Self) -> Option<Duration> {
        (earlier.0 <= self.0).then(|| self.since(earlier))
    }
}

/// The clock of one `Telemetry`.
#[derive(Clone, Default)]
pub(crate) enum ClockSource {
    #[default]
    System,
    Custom {
        clock: Arc<dyn Clock>,
        origin: Option<Moment>,
    },
}

impl ClockSource {
    pub(crate) fn custom(clock: impl Clock + 'static) -> Self {
        Self::Custom {
            clock: Arc::new(clock),
            origin: system::origin().map(Moment),
        }
    }

    /// Returns whether reading the clock calls foreign code.
    pub(crate) const fn is_custom(&self) -> bool {
        match self {
            Self::System => false,
            Self::Custom { .. } => true,
        }
    }

    /// Reads the clock; none if the platform has no clock, or the custom clock panicked.
    ///
    /// A custom clock is foreign code: read it through [`context::now`](super::context::now).
    #[inline]
    pub(super) fn read(&self) -> Option<Moment> {
        match self {
            Self::System => system::now().map(Moment),
            Self::Custom { clock, origin } => read_custom(&**clock, *origin),
        }
    }

    /// Reads date and time; a custom clock is foreign code, see [`context::wall`](super::context::wall).
    pub(super) fn read_wall(&self) -> Option<SystemTime> {
        match self {
            Self::System => system::wall(),
            Self::Custom { clock, .. } => unless_panicked(|| clock.wall()).flatten(),
        }
    }
}

fn read_custom(clock: &dyn Clock, origin: Option<Moment>) -> Option<Moment> {
    let read = unless_panicked(|| clock.now());
    system::after(origin?.0, read?).map(Moment)
}

fn unless_panicked<T>(read: impl FnOnce() -> T) -> Option<T> {
    let time = contained(read);
    if time.is_none() {
        Diagnostic::ClockPanicked.emit();
    }
    time
}

impl fmt::Debug for ClockSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Custom { .. } => "Custom",
        })
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod system {
    use std::time::{Duration, Instant, SystemTime};

    pub(super) type Point = Instant;

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    #[expect(clippy::unnecessary_wraps, reason = "other platforms have no clock")]
    pub(super) fn now() -> Option<Point> {
        Some(Instant::now())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    #[expect(clippy::unnecessary_wraps, reason = "other platforms have no clock")]
    pub(super) fn wall() -> Option<SystemTime> {
        Some(SystemTime::now())
    }

    /// The moment at which the time of a custom clock starts.
    pub(super) fn origin() -> Option<Point> {
        now()
    }

    pub(super) fn after(origin: Point, time: Duration) -> Option<Point> {
        origin.checked_add(time)
    }

    pub(super) fn between(earlier: Point, later: Point) -> Duration {
        later.saturating_duration_since(earlier)
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod system {
    use std::time::{Duration, SystemTime};

    pub(super) type Point = Duration;

    /// `Instant::now` traps on this target; an SDK sets a custom clock there.
    pub(super) fn now() -> Option<Point> {
        None
    }

    /// `SystemTime::now` traps as well.
    pub(super) fn wall() -> Option<SystemTime> {
        None
    }

    /// The moment at which the time of a custom clock starts.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "other platforms may have no clock"
    )]
    pub(super) fn origin() -> Option<Point> {
        Some(Duration::ZERO)
    }

    pub(super) fn after(origin: Point, time: Duration) -> Option<Point> {
        origin.checked_add(time)
    }

    pub(super) fn between(earlier: Point, later: Point) -> Duration {
        later.saturating_sub(earlier)
    }
}

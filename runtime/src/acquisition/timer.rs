//! Guards that measure a part of an acquisition.

use std::fmt;
use std::time::Duration;

use super::active::Identity;
use super::clock::{ClockSource, Moment};
use super::context;
use super::state::State;

/// A guard that measures the time until it is dropped.
///
/// Returned by [`time_in_cache`](crate::Acquisition::time_in_cache) and
/// [`time_in_extension`](crate::Acquisition::time_in_extension).
///
/// Drop the guard in its acquisition; another one may be current inside of that. Its time is lost if
/// it outlives the acquisition, or is dropped elsewhere, such as in a spawned task without the
/// [`Handle`](crate::Handle). Then the time of guards of the same kind that were alive at the same
/// time, or created later, is lost as well. It never changes the time of another acquisition.
///
/// # Examples
///
/// ```
/// use token_telemetry::Acquisition;
///
/// let timer = Acquisition::current().time_in_cache();
/// // … read the cache …
/// drop(timer);
/// ```
#[must_use = "the time ends when the guard is dropped"]
pub struct Timer {
    part: fn(&mut State) -> &mut Timed,
    /// The acquisition that it measures; none if it was created outside an acquisition.
    owner: Option<Identity>,
}

/// Time spent in a part of an acquisition; overlapping guards count once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timed {
    total: Option<Duration>,
    /// When the first of the current guards was created.
    since: Option<Moment>,
    guards: u16,
}

impl Timed {
    pub(crate) const NONE: Self = Self {
        total: None,
        since: None,
        guards: 0,
    };

    /// Returns the time of the dropped guards; absent if there were none.
    pub(crate) const fn total(self) -> Option<Duration> {
        self.total
    }

    fn start(&mut self, now: Option<Moment>) {
        if self.guards == 0 {
            self.since = now;
        }
        self.guards = self.guards.saturating_add(1);
    }

    fn stop(&mut self, now: Option<Moment>) {
        self.guards = self.guards.saturating_sub(1);
        if self.guards > 0 {
            return;
        }
        if let (Some(now), Some(since)) = (now, self.since.take()) {
            let time = now.since(since);
            self.total = Some(self.total.unwrap_or_default().saturating_add(time));
        }
    }
}

impl Timer {
    pub(crate) fn start(part: fn(&mut State) -> &mut Timed) -> Self {
        let updated = context::with_current(|running| {
            let clock = running.update_timed(|state, now| part(state).start(now));
            (running.identify(), clock)
        });
        let owner = updated.map(|(owner, clock)| {
            if let Some(clock) = clock {
                update_at(owner, &clock, |state, now| part(state).start(now));
            }
            owner
        });
        Self { part, owner }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let Self { part, owner } = *self;
        let Some(owner) = owner else { return };
        let updated = context::with_one(owner, |running| {
            running.update_timed(|state, now| part(state).stop(now))
        });
        if let Some(Some(clock)) = updated {
            update_at(owner, &clock, |state, now| part(state).stop(now));
        }
    }
}

/// Updates the state by the current time of a custom clock, which must not run under the lock.
fn update_at(
    owner: Identity,
    clock: &ClockSource,
    update: impl FnOnce(&mut State, Option<Moment>),
) {
    let now = clock.now();
    context::with_one(owner, |running| running.update(|state| update(state, now)));
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}

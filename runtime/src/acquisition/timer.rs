//! Guards that time a part of an acquisition.

use std::fmt;
use std::time::Duration;

use super::clock::{ClockSource, Moment};
use super::facts::Facts;
use super::scope;

/// Times the code until it is dropped; made by
/// [`time_in_cache`](crate::CurrentAcquisition::time_in_cache) and its sibling.
#[must_use = "the time ends when the guard is dropped"]
pub struct Timer {
    part: fn(&mut Facts) -> &mut Timed,
}

/// Time spent in a part of an acquisition, however many guards measure it at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timed {
    total: Option<Duration>,
    /// When the first of the guards that are alive was made.
    since: Option<Moment>,
    guards: u16,
}

impl Timed {
    pub(crate) const NONE: Self = Self {
        total: None,
        since: None,
        guards: 0,
    };

    /// Time of the guards that are gone; absent if there was none.
    pub(crate) const fn total(self) -> Option<Duration> {
        self.total
    }

    fn start(&mut self, clock: &ClockSource) {
        if self.guards == 0 {
            self.since = clock.now();
        }
        self.guards = self.guards.saturating_add(1);
    }

    fn stop(&mut self, clock: &ClockSource) {
        self.guards = self.guards.saturating_sub(1);
        if self.guards > 0 {
            return;
        }
        if let Some(time) = clock.since(self.since.take()) {
            self.total = Some(self.total.unwrap_or_default().saturating_add(time));
        }
    }
}

impl Timer {
    pub(crate) fn start(part: fn(&mut Facts) -> &mut Timed) -> Self {
        let _outside = scope::with_current(|running| {
            running.note_timed(|facts, clock| part(facts).start(clock));
        });
        Self { part }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let _outside = scope::with_current(|running| {
            running.note_timed(|facts, clock| (self.part)(facts).stop(clock));
        });
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}

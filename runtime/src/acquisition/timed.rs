//! Time spent in a part of an acquisition.

use std::time::Duration;

use super::clock::Moment;

/// Time spent in a part of an acquisition; overlapping guards count once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timed {
    total: Option<Duration>,
    /// When the first of the current guards was created.
    since: Option<Moment>,
    guards: u16,
}

impl Timed {
    /// Returns the time of the dropped guards; absent if there were none.
    pub(crate) const fn total(self) -> Option<Duration> {
        self.total
    }

    /// Adds time that was measured elsewhere.
    pub(super) fn add(&mut self, time: Duration) {
        add(&mut self.total, time);
    }

    /// Returns whether a guard is alive.
    pub(super) const fn is_running(self) -> bool {
        self.guards > 0
    }

    pub(super) fn start(&mut self, now: Option<Moment>) {
        if self.guards == 0 {
            self.since = now;
        }
        self.guards = self.guards.saturating_add(1);
    }

    pub(super) fn stop(&mut self, now: Option<Moment>) {
        self.guards = self.guards.saturating_sub(1);
        if self.guards > 0 {
            return;
        }
        if let (Some(now), Some(since)) = (now, self.since.take()) {
            add(&mut self.total, now.since(since));
        }
    }
}

/// Adds a time to an optional sum.
pub(super) fn add(sum: &mut Option<Duration>, time: Duration) {
    *sum = Some(sum.unwrap_or_default().saturating_add(time));
}

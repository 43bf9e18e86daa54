//! Guards that time a part of an acquisition.

use std::fmt;
use std::time::Duration;

use super::clock::Moment;
use super::facts::Facts;
use super::scope;

/// Times the code until it is dropped; made by
/// [`time_in_cache`](crate::CurrentAcquisition::time_in_cache) and its sibling.
#[must_use = "the time ends when the guard is dropped"]
pub struct Timer {
    started: Option<Moment>,
    add: fn(&mut Facts, Duration),
}

impl Timer {
    pub(crate) fn start(add: fn(&mut Facts, Duration)) -> Self {
        let started = scope::with_current(|running| running.clock()?.now()).flatten();
        Self { started, add }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let _outside = scope::with_current(|running| {
            let time = running.clock()?.since(self.started)?;
            running.note(|facts| (self.add)(facts, time));
            Some(())
        });
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}

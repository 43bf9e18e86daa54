//! Watches the call of a wrapped credential: whether it waits, and whether it sends requests.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::{Duration, Instant};

use token_telemetry::Acquisition;

/// What was observed during one call.
pub(crate) struct Observed {
    /// Attempts that began before the call.
    attempts_before: u32,
    /// The time of the first pending poll, if there was one.
    suspended: Option<Instant>,
}

impl Observed {
    pub(crate) fn new() -> Self {
        Self {
            attempts_before: Acquisition::current().attempt_count(),
            suspended: None,
        }
    }

    /// Returns whether an attempt of a token request began during the call.
    pub(crate) fn has_attempts(&self) -> bool {
        Acquisition::current().attempt_count() > self.attempts_before
    }

    /// Returns whether the call was not ready at once.
    pub(crate) const fn is_suspended(&self) -> bool {
        self.suspended.is_some()
    }

    /// Returns the time since the first pending poll, if there was one.
    pub(crate) fn waited(&self) -> Option<Duration> {
        Some(self.suspended?.elapsed())
    }

    /// Awaits the call, and calls `pending` after each poll that is not ready; `true` is the first.
    pub(crate) async fn run<T>(
        &mut self,
        mut call: Pin<Box<dyn Future<Output = T> + Send + '_>>,
        mut pending: impl FnMut(&Self, bool),
    ) -> T {
        poll_fn(|cx| {
            let polled = call.as_mut().poll(cx);
            if polled.is_pending() {
                let is_first = self.suspended.is_none();
                self.suspended.get_or_insert_with(now);
                pending(self, is_first);
            }
            polled
        })
        .await
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "read once in a call that has to wait; a hit reads no clock here"
)]
fn now() -> Instant {
    Instant::now()
}

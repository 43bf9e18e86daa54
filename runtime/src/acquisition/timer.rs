//! Guards and futures that measure a part of an acquisition.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::active::ActiveAcquisition;
use super::clock::Moment;
use super::context;
use super::id::AcquisitionId;
use super::state::State;
use super::timed::Timed;

/// Selects the part that is measured.
type Part = fn(&mut State) -> &mut Timed;

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
    part: Part,
    /// The acquisition that it measures; none if it was created outside an acquisition.
    owner: Option<AcquisitionId>,
}

impl Timer {
    pub(super) fn start(part: Part) -> Self {
        let owner = update(None, |state, now| part(state).start(now));
        Self { part, owner }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let part = self.part;
        if self.owner.is_some() {
            update(self.owner, |state, now| part(state).stop(now));
        }
    }
}

/// Updates an acquisition by the current time; returns the acquisition.
///
/// That is the owner, if it is active here, or without one the current acquisition.
pub(super) fn update(
    owner: Option<AcquisitionId>,
    mut change: impl FnMut(&mut State, Option<Moment>),
) -> Option<AcquisitionId> {
    let act = |active: &mut ActiveAcquisition| {
        let clock = active.update_timed(&mut change);
        (active.identify(), clock)
    };
    let (owner, clock) = match owner {
        Some(owner) => context::with_one(owner, act),
        None => context::with_current(act),
    }?;
    if let Some(clock) = clock {
        // A custom clock is foreign code, which must not run while the stack is borrowed.
        let now = context::now(&clock);
        context::with_one(owner, |active| {
            active.update(|state| change(state, now));
        });
    }
    Some(owner)
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Acquisition::waiting`](crate::Acquisition::waiting).
    #[must_use = "futures do nothing unless awaited"]
    pub struct Waiting<F> {
        #[pin]
        inner: F,
        // Runs from the first pending poll until the future is ready or dropped.
        timer: Option<Timer>,
    }
}

impl<F> Waiting<F> {
    pub(super) const fn new(inner: F) -> Self {
        Self { inner, timer: None }
    }
}

impl<F: Future> Future for Waiting<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let polled = this.inner.poll(cx);
        if polled.is_ready() {
            *this.timer = None;
        } else if this.timer.is_none() {
            *this.timer = Some(Timer::start(State::waiting));
        }
        polled
    }
}

impl<F> fmt::Debug for Waiting<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

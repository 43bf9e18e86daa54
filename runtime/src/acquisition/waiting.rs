//! A future that measures the time spent waiting for another caller.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::state::State;
use super::timer::Timer;

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

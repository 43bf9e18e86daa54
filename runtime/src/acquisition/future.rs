//! The instrumented futures of annotated functions and background acquisitions.

use std::fmt;
use std::panic::UnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::call::{Call, CallState, FinishOnDrop};

pin_project! {
    /// The future of an annotated function.
    ///
    /// The body comes last, so that each poll can erase its type: the code behind it is compiled once
    /// for all bodies with the same output.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Instrumented<'a, T, E, F>
    where
        F: ?Sized,
    {
        // Dropped before the body, so that the body's destructors run inside the acquisition.
        call: CallGuard<'a, T, E>,
        #[pin]
        body: F,
    }
}

/// A call, borrowed by the future of its body.
struct CallGuard<'a, T, E>(&'a mut Call<T, E>);

// An update cannot leave the state half changed.
impl<T, E> UnwindSafe for CallGuard<'_, T, E> {}

impl<T, E> Drop for CallGuard<'_, T, E> {
    fn drop(&mut self) {
        self.0.call_state.abandon();
    }
}

/// A call and its body, to be awaited.
///
/// This and its future are instantiated in the codegen unit of the annotated function; a future that
/// is passed to the library's `into_future` would get its debug information twice.
#[must_use = "futures do nothing unless awaited"]
pub struct IntoInstrumented<'a, T, E, F> {
    call: &'a mut Call<T, E>,
    body: F,
}

impl<T, E> Call<T, E> {
    /// Instruments an asynchronous body; the call outlives it and completes the record.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "each body would add a function")]
    pub fn acquire<F>(&mut self, body: F) -> IntoInstrumented<'_, T, E, F> {
        IntoInstrumented { call: self, body }
    }

    /// Instruments a future that owns the call: one that a function returns, or that runs in the
    /// background.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "each body would add a function")]
    pub fn into_future<F>(self, inner: F) -> BackgroundAcquisition<F, T, E> {
        BackgroundAcquisition {
            call_state: self.call_state,
            inner,
            finish_on_drop: self.finish_on_drop,
        }
    }
}

impl<'a, T, E, F> IntoFuture for IntoInstrumented<'a, T, E, F>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;
    type IntoFuture = Instrumented<'a, T, E, F>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "each body would add a function")]
    fn into_future(self) -> Self::IntoFuture {
        let Self { call, body } = self;
        Instrumented {
            call: CallGuard(call),
            body,
        }
    }
}

impl<T, E, F> Future for Instrumented<'_, T, E, F>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "each body would add a function")]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this: Pin<&mut Instrumented<'_, T, E, dyn Future<Output = Self::Output> + '_>> = self;
        this.poll_any(cx)
    }
}

impl<T, E> Instrumented<'_, T, E, dyn Future<Output = Result<T, E>> + '_> {
    #[inline]
    fn poll_any(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, E>> {
        let this = self.project();
        let CallGuard(Call {
            call_state,
            finish_on_drop,
        }) = this.call;
        finish_on_drop.poll(call_state, this.body, cx)
    }
}

pin_project! {
    /// The future of a background acquisition, or of a function that returns an async block.
    ///
    /// Drop order: the call state enters the acquisition, the inner future is dropped inside it, and
    /// the record is completed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::{Telemetry, api::MsalNet};
    ///
    /// let refresh = async { Ok::<_, io::Error>("token") };
    /// let refresh = Telemetry::global().background(MsalNet::AcquireTokenSilent, refresh);
    /// // `tokio::spawn(refresh)` runs it in the background.
    /// # assert!(futures::executor::block_on(refresh).is_ok());
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct BackgroundAcquisition<F, T, E> {
        call_state: CallState,
        #[pin]
        inner: F,
        finish_on_drop: FinishOnDrop<T, E>,
    }
}

impl<F, T, E> Future for BackgroundAcquisition<F, T, E>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "each body would add a function")]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.finish_on_drop.poll(this.call_state, this.inner, cx)
    }
}

impl<F, T, E> fmt::Debug for BackgroundAcquisition<F, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackgroundAcquisition")
            .finish_non_exhaustive()
    }
}

impl<T, E, F> fmt::Debug for IntoInstrumented<'_, T, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoInstrumented").finish_non_exhaustive()
    }
}

impl<T, E, F: ?Sized> fmt::Debug for Instrumented<'_, T, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instrumented").finish_non_exhaustive()
    }
}

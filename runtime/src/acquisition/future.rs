//! The futures that measure: of an annotated function, and of a background acquisition.

use std::fmt;
use std::panic::UnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::call::{Call, Closing, Opening};

pin_project! {
    /// Future of an annotated function, with its call beside it.
    ///
    /// The body comes last, so that its type can be forgotten on each poll: what follows is
    /// compiled once for all bodies with such an output.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Measured<'a, T, E, F>
    where
        F: ?Sized,
    {
        // Dropped before the body, whose destructors still belong to the acquisition.
        call: Lent<'a, T, E>,
        #[pin]
        body: F,
    }
}

/// A call, on loan to the future of its body.
struct Lent<'a, T, E>(&'a mut Call<T, E>);

// A note cannot leave the facts half changed.
impl<T, E> UnwindSafe for Lent<'_, T, E> {}

impl<T, E> Drop for Lent<'_, T, E> {
    fn drop(&mut self) {
        self.0.opening.abandon();
    }
}

/// A call and its body, to be awaited.
///
/// This and what it becomes are made in the unit of code generation of the annotated function;
/// a future handed to the library's own `into_future` would be described to the debugger twice.
#[must_use = "futures do nothing unless awaited"]
pub struct Measure<'a, T, E, F> {
    call: &'a mut Call<T, E>,
    body: F,
}

impl<T, E> Call<T, E> {
    /// Measures a body that is asynchronous; the call outlives it and makes the record.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "there would be one function for each body"
    )]
    pub fn acquire<F>(&mut self, body: F) -> Measure<'_, T, E, F> {
        Measure { call: self, body }
    }

    /// Measures a future that takes the call along: one that a function returns, or that runs in
    /// the background.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "there would be one function for each body"
    )]
    pub fn into_future<F>(self, inner: F) -> Acquire<F, T, E> {
        Acquire {
            opening: self.opening,
            inner,
            closing: self.closing,
        }
    }
}

impl<'a, T, E, F> IntoFuture for Measure<'a, T, E, F>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;
    type IntoFuture = Measured<'a, T, E, F>;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "there would be one function for each body"
    )]
    fn into_future(self) -> Self::IntoFuture {
        let Self { call, body } = self;
        Measured {
            call: Lent(call),
            body,
        }
    }
}

impl<T, E, F> Future for Measured<'_, T, E, F>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "there would be one function for each body"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this: Pin<&mut Measured<'_, T, E, dyn Future<Output = Self::Output> + '_>> = self;
        this.poll_any(cx)
    }
}

impl<T, E> Measured<'_, T, E, dyn Future<Output = Result<T, E>> + '_> {
    #[inline]
    fn poll_any(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, E>> {
        let this = self.project();
        let Lent(Call { opening, closing }) = this.call;
        closing.poll(opening, this.body, cx)
    }
}

pin_project! {
    /// Future of a background acquisition, and of a function that returns an async block.
    ///
    /// Fields are dropped in order: the scope opens, the user's future goes, the record is made.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Acquire<F, T, E> {
        opening: Opening,
        #[pin]
        inner: F,
        closing: Closing<T, E>,
    }
}

impl<F, T, E> Future for Acquire<F, T, E>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "there would be one function for each body"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.closing.poll(this.opening, this.inner, cx)
    }
}

impl<F, T, E> fmt::Debug for Acquire<F, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").finish_non_exhaustive()
    }
}

impl<T, E, F> fmt::Debug for Measure<'_, T, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measure").finish_non_exhaustive()
    }
}

impl<T, E, F: ?Sized> fmt::Debug for Measured<'_, T, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measured").finish_non_exhaustive()
    }
}

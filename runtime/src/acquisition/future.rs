//! The future of an annotated function: makes the acquisition current, and its record at the end.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::backend::{Backend, same_backend};
use super::finish::{End, finish};
use super::record::Outcome;
use super::scope::{self, Entered};
use super::state::{Facts, Running};
use crate::api::Api;
use crate::error::ErrorInfo;
use crate::token::TokenInfo;
use crate::wire::ClientRequestId;

/// How an acquisition relates to one that is already under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "only generated code names it")]
pub enum Nesting {
    /// Inside an acquisition of the same `Telemetry` it is part of that one.
    #[default]
    Merge,
    /// It always gets a record of its own.
    Record,
    /// It is a root of its own for which no caller waits.
    Background,
}

/// How the output of an annotated function is read.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "only generated code builds it")]
pub struct Reading<T, E> {
    /// Codes of an error.
    pub error: fn(&E) -> ErrorInfo,
    /// Facts of a token, where the attribute names a function for them.
    pub token: Option<fn(&T) -> TokenInfo>,
}

impl<T, E> Clone for Reading<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Reading<T, E> {}

pin_project! {
    /// Future of an annotated function.
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

/// The acquisition between two polls.
struct Opening {
    running: Option<Running>,
    begun: bool,
}

/// What makes the record.
struct Closing<T, E> {
    phase: Phase,
    nesting: Nesting,
    reading: Reading<T, E>,
    panicked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    NotPolled,
    Running,
    /// Part of an enclosing acquisition, or over.
    Transparent,
}

impl<F, T, E> Acquire<F, T, E> {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        api: Api,
        nesting: Nesting,
        reading: Reading<T, E>,
        inner: F,
    ) -> Self {
        let opening = Opening {
            running: Some(Running::new(backend, Facts::new(api))),
            begun: false,
        };
        let closing = Closing {
            phase: Phase::NotPolled,
            nesting,
            reading,
            panicked: false,
        };
        Self {
            opening,
            inner,
            closing,
        }
    }

    /// Names the acquisition that triggered this one.
    pub(crate) fn with_parent(mut self, parent: Option<ClientRequestId>) -> Self {
        if let (Some(running), Some(parent)) = (self.opening.running.as_mut(), parent) {
            running.note(|facts| facts.parent_or(parent));
        }
        self
    }
}

impl<F, T, E> Future for Acquire<F, T, E>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.closing.phase == Phase::NotPolled {
            this.closing.phase = begin(&mut this.opening.running, this.closing.nesting);
            this.opening.begun = true;
        }
        if this.closing.phase == Phase::Transparent {
            return this.inner.poll(cx);
        }
        // Left at `true` if the poll unwinds.
        this.closing.panicked = true;
        let polled = {
            let _entered = Entered::new(&mut this.opening.running);
            this.inner.poll(cx)
        };
        this.closing.panicked = false;
        if let Poll::Ready(output) = &polled {
            this.closing.phase = Phase::Transparent;
            finish(
                &mut this.opening.running,
                &End::Returned(output, this.closing.reading),
            );
        }
        polled
    }
}

impl<F, T, E> fmt::Debug for Acquire<F, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").finish_non_exhaustive()
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if self.begun
            && let Some(running) = self.running.take()
        {
            scope::enter_dropping(running);
        }
    }
}

impl<T, E> Drop for Closing<T, E> {
    fn drop(&mut self) {
        if self.phase == Phase::Running {
            let outcome = if self.panicked {
                Outcome::Panicked
            } else {
                Outcome::Cancelled
            };
            finish(&mut scope::leave_dropping(), &End::<T, E>::Dropped(outcome));
        }
    }
}

/// Starts the acquisition, or finds that the call is part of an enclosing one.
pub(super) fn begin(running: &mut Option<Running>, nesting: Nesting) -> Phase {
    let Some(own) = running.as_mut() else {
        return Phase::Transparent;
    };
    let around = scope::surroundings(|outer| match nesting {
        Nesting::Merge if same_backend(&outer.backend, &own.backend) => Enclosing::Same,
        Nesting::Merge | Nesting::Record | Nesting::Background => {
            Enclosing::Other(outer.read(Facts::correlation_id))
        }
    });
    match around.enclosing {
        Some(Enclosing::Same) => {
            *running = None;
            return Phase::Transparent;
        }
        Some(Enclosing::Other(parent)) => own.note(|facts| facts.parent_or(parent)),
        None => {}
    }
    own.begin(nesting == Nesting::Background, around.collector);
    Phase::Running
}

/// The acquisition around one that begins.
enum Enclosing {
    Same,
    Other(ClientRequestId),
}

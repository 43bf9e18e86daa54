//! One call of an annotated function: makes the acquisition current, and completes its record.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::active::ActiveAcquisition;
use super::backend::Backend;
use super::complete::{End, ReadEnd, ReadMerged, complete, complete_merged};
use super::context::{self, Entered, Suspended};
use super::context_stack::Enclosing;
use super::record::Outcome;
use crate::api::Api;
use crate::error::ErrorInfo;
use crate::token::TokenInfo;
use crate::wire::ClientRequestId;

/// How an acquisition relates to an enclosing one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "only generated code names it")]
pub enum Nesting {
    /// It is merged into an enclosing acquisition of the same `Telemetry`.
    #[default]
    Merge,
    /// It always gets its own record.
    Record,
    /// It is a separate root for which no caller waits.
    Background,
}

/// How the output of an annotated function is read.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "only generated code builds it")]
pub struct Reading<T, E> {
    /// Codes of an error.
    pub error: fn(&E) -> ErrorInfo,
    /// Type and lifetime of a token, if the attribute names a function.
    pub token: Option<fn(&T) -> TokenInfo>,
}

impl<T, E> Clone for Reading<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Reading<T, E> {}

/// The acquisition before its first poll, and between two polls.
///
/// Its fields are read one by one: copying what was just written stalls the processor.
pub(super) struct CallState {
    /// None once the acquisition has begun.
    backend: Option<Arc<dyn Backend>>,
    api: Api,
    nesting: Nesting,
    /// The id of the acquisition that triggered this one, if the SDK names it.
    parent: Option<Box<ClientRequestId>>,
    /// Between two polls.
    running: Option<Box<ActiveAcquisition>>,
    /// Whether the call is part of an enclosing acquisition.
    merged: bool,
    /// Set before a poll and cleared after it, so that it stays set after a panic.
    panicked: bool,
}

/// Completes the record when the call is dropped.
pub(super) struct FinishOnDrop<T, E> {
    pub(super) reading: Reading<T, E>,
    pub(super) is_live: bool,
}

/// One call of an annotated function, before its body runs.
///
/// Contains everything that does not depend on the type of the body: each line that depends on it is
/// compiled again for each annotated function.
pub struct Call<T, E> {
    pub(super) call_state: CallState,
    pub(super) finish_on_drop: FinishOnDrop<T, E>,
}

impl<T, E> Call<T, E> {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        api: Api,
        nesting: Nesting,
        reading: Reading<T, E>,
    ) -> Self {
        Self {
            call_state: CallState {
                backend: Some(backend),
                api,
                nesting,
                parent: None,
                running: None,
                merged: false,
                panicked: false,
            },
            finish_on_drop: FinishOnDrop {
                reading,
                is_live: false,
            },
        }
    }

    /// Sets the acquisition that triggered this one.
    pub(crate) fn with_parent(mut self, parent: Option<ClientRequestId>) -> Self {
        self.call_state.parent = parent.map(Box::new);
        self
    }

    /// Sets the function that the argument `token_info` names.
    #[must_use]
    pub fn token(mut self, read: fn(&T) -> TokenInfo) -> Self {
        self.finish_on_drop.reading.token = Some(read);
        self
    }
}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl<T, E> FinishOnDrop<T, E> {
    /// Polls the body as the current acquisition, or as part of the enclosing one.
    ///
    /// The type of the body is erased, so that this is compiled once for all functions with the same
    /// output; an optimized build inlines it and recovers the type.
    #[inline]
    pub(super) fn poll(
        &mut self,
        call_state: &mut CallState,
        body: Pin<&mut dyn Future<Output = Result<T, E>>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, E>> {
        let Self { reading, is_live } = self;
        // Not moved: copying what was just written stalls the processor.
        let mut polling = call_state.enter(is_live);
        let polled = body.poll(cx);
        match (&mut polling, &polled) {
            (Some(polling), Poll::Ready(output)) => {
                polling.complete(&|state| reading.end(output, state));
            }
            (Some(polling), Poll::Pending) => polling.pause(),
            (None, Poll::Ready(output)) => {
                drop(polling);
                call_state.complete_merged(&|| reading.merged(output));
            }
            (None, Poll::Pending) => {}
        }
        polled
    }
}

/// One poll of an acquisition that is not merged.
pub(super) struct PollGuard<'a> {
    entered: Entered<'a>,
    panicked: &'a mut bool,
    is_live: &'a mut bool,
}

impl CallState {
    /// Makes the acquisition current; none if the call is merged into another, or has ended.
    pub(super) fn enter<'a>(&'a mut self, is_live: &'a mut bool) -> Option<PollGuard<'a>> {
        let (running, suspended) = match self.backend.take() {
            Some(backend) => {
                let (running, suspended) = self.begin(backend)?;
                (running, Some(suspended))
            }
            None => (self.running.take()?, None),
        };
        *is_live = true;
        // Stays `true` if the poll panics.
        self.panicked = true;
        Some(PollGuard {
            entered: Entered::new(running, &mut self.running, suspended),
            panicked: &mut self.panicked,
            is_live,
        })
    }

    /// Starts the acquisition; none if the call is merged into an enclosing one.
    ///
    /// Everything is suspended afterwards, until the acquisition is entered.
    fn begin(&mut self, backend: Arc<dyn Backend>) -> Option<(Box<ActiveAcquisition>, Suspended)> {
        let nesting = self.nesting;
        let named = self.parent.take().map(|parent| *parent);
        let absorbs =
            |outer: &ActiveAcquisition| nesting == Nesting::Merge && outer.absorbs(&*backend);
        let Some((enclosing, suspended)) = context::begin(absorbs) else {
            self.merged = true;
            return None;
        };
        let Enclosing {
            parent,
            collector,
            is_quiet,
            pooled,
        } = enclosing;
        let parent = named.or(parent);
        let mut running = pooled.unwrap_or_default();
        running.begin(backend, (collector, is_quiet), |state| {
            state.api = Api::new(self.api.number(), self.api.name());
            state.background = nesting == Nesting::Background;
            if parent.is_some() {
                state.cold_mut().parent = parent;
            }
        });
        Some((running, suspended))
    }

    /// Passes the result of a merged call to the enclosing acquisition.
    pub(super) fn complete_merged(&mut self, read: ReadMerged<'_>) {
        if std::mem::take(&mut self.merged) {
            complete_merged(read);
        }
    }

    /// Makes the acquisition current for the last time, while its body is dropped.
    pub(super) fn abandon(&mut self) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        let outcome = if self.panicked {
            Outcome::Panicked
        } else {
            Outcome::Cancelled
        };
        running.drop_outcome = Some(outcome);
        // If it cannot be current any more, nothing can be recorded, and the record is complete.
        complete(context::enter_dropping(running), &|_| End::dropped(outcome));
    }
}

impl PollGuard<'_> {
    /// Returns the acquisition to its future.
    fn pause(&mut self) {
        *self.panicked = false;
    }

    /// Completes the record: the body has returned.
    pub(super) fn complete(&mut self, read: ReadEnd<'_>) {
        *self.panicked = false;
        *self.is_live = false;
        complete(self.entered.end(), read);
    }
}

impl Drop for CallState {
    fn drop(&mut self) {
        self.abandon();
    }
}

impl<T, E> Drop for FinishOnDrop<T, E> {
    fn drop(&mut self) {
        if self.is_live {
            complete_dropped();
        }
    }
}

/// Completes the record of the acquisition whose body was just dropped.
fn complete_dropped() {
    let ended = context::end_dropping();
    if let Some(outcome) = ended.as_ref().and_then(|ended| ended.running.drop_outcome) {
        complete(ended, &|_| End::dropped(outcome));
    }
}

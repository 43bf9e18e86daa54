//! One call of an annotated function, from its first poll to its end.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::active::{ActiveAcquisition, Listeners};
use super::backend::Backend;
use super::complete::{complete, complete_merged};
use super::context::{self, Entered};
use super::context_stack::Enclosing;
use super::end::{Ending, Output, Reading, Returned};
use super::pool::Slot;
use super::record::Outcome;
use super::started::Beginning;
use super::state::{ColdState, State};
use crate::api::Api;
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
    OwnRecord,
    /// It is a separate root for which no caller waits.
    Background,
}

/// One call between its polls.
///
/// Its fields are read one by one: copying what was just written stalls the processor.
pub(super) struct CallState {
    phase: Phase,
    api: Api,
    nesting: Nesting,
    /// The id of the acquisition that triggered this one, if the SDK names it.
    parent: Option<Box<ClientRequestId>>,
}

/// What the next poll of a call does.
enum Phase {
    /// Begins the acquisition.
    New(Arc<dyn Backend>),
    /// Continues the acquisition.
    Paused(Box<Slot>),
    /// The last poll panicked.
    Panicked(Box<Slot>),
    /// Continues as part of an enclosing acquisition.
    Merged,
    /// Nothing: the acquisition is current or has ended.
    Ended,
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
                phase: Phase::New(backend),
                api,
                nesting,
                parent: None,
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
    pub fn with_token_info(mut self, read: fn(&T) -> TokenInfo) -> Self {
        self.finish_on_drop.reading.token_info = Some(read);
        self
    }

    /// Runs a blocking body and records it.
    ///
    /// # Errors
    ///
    /// Those of the body, unchanged.
    pub fn acquire_blocking(self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        // If the body panics, the call state is dropped first, then the guard completes the record.
        let Self {
            mut finish_on_drop,
            mut call_state,
        } = self;
        let FinishOnDrop { reading, is_live } = &mut finish_on_drop;
        let mut guard = call_state.enter(is_live);
        let output = body();
        guard.complete(&Returned {
            reading,
            output: &output,
        });
        output
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
        let mut guard = call_state.enter(is_live);
        let polled = body.poll(cx);
        match &polled {
            Poll::Ready(output) => guard.complete(&Returned { reading, output }),
            Poll::Pending => guard.pause(),
        }
        polled
    }
}

impl CallState {
    /// Begins or continues the acquisition, and makes it current for one poll.
    pub(super) fn enter<'a>(&'a mut self, is_live: &'a mut bool) -> PollGuard<'a> {
        let entered = match self.phase.take() {
            Phase::New(backend) => self.begin(backend),
            Phase::Paused(slot) | Phase::Panicked(slot) => Entered::resumed(slot),
            Phase::Merged => {
                self.phase = Phase::Merged;
                Entered::Left
            }
            Phase::Ended => Entered::Left,
        };
        *is_live = !matches!(entered, Entered::Left);
        PollGuard {
            entered,
            phase: &mut self.phase,
            is_live,
        }
    }

    /// Begins the acquisition and makes it current, unless it is merged into an enclosing one.
    fn begin(&mut self, backend: Arc<dyn Backend>) -> Entered {
        let merge_into = (self.nesting == Nesting::Merge).then_some(&*backend);
        let Some((enclosing, suspended)) = context::begin(merge_into) else {
            self.phase = Phase::Merged;
            return Entered::Left;
        };
        let Enclosing {
            cold,
            collector,
            is_quiet,
            mut slot,
        } = enclosing;
        let named = self.parent.take();
        let is_background = self.nesting == Nesting::Background;
        let (span, identity) = if is_quiet {
            (None, None)
        } else {
            backend.begin(Beginning {
                api: &self.api,
                parent: named.as_deref().or_else(|| cold.as_ref()?.parent.as_ref()),
                is_background,
            })
        };
        // After the span, so that its creation is not measured.
        let started = context::now(backend.clock());
        slot.fill(ActiveAcquisition::new(
            backend,
            State {
                started,
                background: is_background,
                cold: named.map(|parent| ColdState::with_parent(*parent)).or(cold),
                ..State::new(Api::new(self.api.number(), self.api.name()))
            },
            Listeners::of(span, collector),
            identity,
            is_quiet,
        ));
        Entered::begun(slot, suspended)
    }

    /// Makes the acquisition current for the last time, while its body is dropped.
    #[inline]
    pub(super) fn abandon(&mut self) {
        if !matches!(self.phase, Phase::Ended) {
            self.phase.take().abandon();
        }
    }
}

impl Phase {
    fn take(&mut self) -> Self {
        mem::replace(self, Self::Ended)
    }

    /// Makes an acquisition that has not ended current until [`complete_dropped`].
    #[cold]
    fn abandon(self) {
        let (mut slot, outcome) = match self {
            Self::Paused(slot) => (slot, Outcome::Cancelled),
            Self::Panicked(slot) => (slot, Outcome::Panicked),
            Self::New(_) | Self::Merged | Self::Ended => return,
        };
        if let Some(acquisition) = slot.get_mut() {
            acquisition.drop_outcome = Some(outcome);
        }
        // If it cannot be current any more, nothing can be recorded, and the record is complete.
        complete(context::enter_dropping(slot), &Ending::Dropped(outcome));
    }
}

/// One poll of a call.
pub(super) struct PollGuard<'a> {
    /// Nothing if the call is part of an enclosing acquisition.
    entered: Entered,
    phase: &'a mut Phase,
    is_live: &'a mut bool,
}

impl PollGuard<'_> {
    /// Returns the acquisition to its call: the body is not ready.
    fn pause(&mut self) {
        if let Some(mut slot) = self.entered.leave() {
            if let Some(acquisition) = slot.get_mut()
                && acquisition.list_in_flight()
            {
                context::with_suspended(|| acquisition.backend.entered_flight());
            }
            *self.phase = Phase::Paused(slot);
        }
    }

    /// Completes the record: the body has returned.
    pub(super) fn complete(&mut self, output: &dyn Output) {
        if let Some(ended) = self.entered.end() {
            *self.is_live = false;
            complete(Some(ended), &Ending::Returned(output));
        } else if matches!(self.phase, Phase::Merged) {
            *self.phase = Phase::Ended;
            complete_merged(output);
        }
    }
}

impl Drop for PollGuard<'_> {
    /// Returns the acquisition to its call: the body has panicked.
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.entered.leave() {
            *self.phase = Phase::Panicked(slot);
        }
    }
}

impl Drop for CallState {
    #[inline]
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
    let acquisition = ended.as_ref().and_then(|ended| ended.slot.get());
    if let Some(outcome) = acquisition.and_then(|acquisition| acquisition.drop_outcome) {
        complete(ended, &Ending::Dropped(outcome));
    }
}

//! The future of an annotated function: makes the acquisition current, and its record at the end.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::backend::{Backend, same_backend};
use super::facts::Facts;
use super::finish::{End, finish};
use super::record::Outcome;
use super::running::{Running, Seat};
use super::scope::{self, Entered};
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

/// The acquisition before its first poll, and between two polls.
struct Opening {
    seed: Option<Seed>,
    seat: Option<Seat>,
    /// Raised before a poll and lowered after it: an unwind leaves it up.
    panicked: bool,
}

/// What an acquisition is made of when its future is polled for the first time.
pub(super) struct Seed {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) api: Api,
    pub(super) nesting: Nesting,
    pub(super) parent: Option<ClientRequestId>,
}

/// What makes the record.
struct Closing<T, E> {
    reading: Reading<T, E>,
    is_live: bool,
}

/// One call of an annotated function, before its body runs.
///
/// All that does not depend on the type of the body happens here, once for all bodies of a crate:
/// every line that depends on it is compiled anew for each annotated function.
pub struct Call<T, E> {
    opening: Opening,
    closing: Closing<T, E>,
}

impl<T, E> Call<T, E> {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        api: Api,
        nesting: Nesting,
        reading: Reading<T, E>,
    ) -> Self {
        let seed = Seed {
            backend,
            api,
            nesting,
            parent: None,
        };
        Self {
            opening: Opening {
                seed: Some(seed),
                seat: None,
                panicked: false,
            },
            closing: Closing {
                reading,
                is_live: false,
            },
        }
    }

    /// Names the acquisition that triggered this one.
    pub(crate) fn with_parent(mut self, parent: Option<ClientRequestId>) -> Self {
        if let Some(seed) = &mut self.opening.seed {
            seed.parent = parent;
        }
        self
    }

    /// Reads the token with the function that the argument `ok` names.
    #[must_use]
    pub fn token(mut self, read: fn(&T) -> TokenInfo) -> Self {
        self.closing.reading.token = Some(read);
        self
    }

    /// Measures a body that is asynchronous.
    pub fn acquire<F>(self, body: F) -> Acquire<F, T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        Acquire {
            opening: self.opening,
            inner: body,
            closing: self.closing,
        }
    }

    /// Takes the call apart, for a body that blocks.
    pub(super) fn into_parts(mut self) -> (Option<Seed>, Reading<T, E>) {
        (self.opening.seed.take(), self.closing.reading)
    }
}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl<F, T, E> Future for Acquire<F, T, E>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.closing.poll(this.opening, this.inner, cx)
    }
}

/// One poll of an acquisition of its own.
struct Polling<'a, T, E> {
    entered: Entered<'a>,
    panicked: &'a mut bool,
    closing: &'a mut Closing<T, E>,
}

impl<T, E> Closing<T, E> {
    /// Polls the body as the current acquisition, or as part of the enclosing one.
    ///
    /// The body has no type here, so that this is compiled once for all functions with such an
    /// output; an optimized build inlines it and knows the type again.
    #[inline]
    fn poll(
        &mut self,
        opening: &mut Opening,
        body: Pin<&mut dyn Future<Output = Result<T, E>>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, E>> {
        let Some(polling) = self.enter(opening) else {
            return body.poll(cx);
        };
        let polled = body.poll(cx);
        polling.leave(&polled);
        polled
    }

    /// Makes the acquisition current; none if the call is part of an enclosing one, or over.
    #[inline]
    fn enter<'a>(&'a mut self, opening: &'a mut Opening) -> Option<Polling<'a, T, E>> {
        let Opening {
            seed,
            seat: home,
            panicked,
        } = opening;
        let seat = match seed.take() {
            Some(seed) => begin(seed),
            None => home.take(),
        }?;
        self.is_live = true;
        // Left at `true` if the poll unwinds.
        *panicked = true;
        Some(Polling {
            entered: Entered::new(seat, home),
            panicked,
            closing: self,
        })
    }
}

impl<T, E> Polling<'_, T, E> {
    /// Takes the acquisition home, or makes its record if the body has returned.
    #[inline]
    fn leave(self, polled: &Poll<Result<T, E>>) {
        let Self {
            entered,
            panicked,
            closing,
        } = self;
        *panicked = false;
        if let Poll::Ready(output) = polled {
            closing.is_live = false;
            finish(entered.leave(), &End::Returned(output, closing.reading));
        }
    }
}

impl<F, T, E> fmt::Debug for Acquire<F, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").finish_non_exhaustive()
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let Some(mut seat) = self.seat.take() else {
            return;
        };
        let outcome = if self.panicked {
            Outcome::Panicked
        } else {
            Outcome::Cancelled
        };
        if let Some(running) = seat.running_mut() {
            running.dropping = Some(outcome);
        }
        // Where it cannot be current any more, nothing can be noted, and the record is made at once.
        finish(
            scope::enter_dropping(seat),
            &End::<(), ()>::Dropped(outcome),
        );
    }
}

impl<T, E> Drop for Closing<T, E> {
    fn drop(&mut self) {
        if !self.is_live {
            return;
        }
        let seat = scope::leave_dropping();
        let outcome = seat.as_ref().and_then(|seat| seat.running()?.dropping);
        if let Some(outcome) = outcome {
            finish(seat, &End::<(), ()>::Dropped(outcome));
        }
    }
}

/// Starts the acquisition; none if the call is part of an enclosing one.
pub(super) fn begin(seed: Seed) -> Option<Seat> {
    let Seed {
        backend,
        api,
        nesting,
        parent,
    } = seed;
    let around = scope::surroundings(|outer| match nesting {
        // What is over takes no notes, so that a call in its name would vanish.
        Nesting::Merge if same_backend(&outer.backend, &backend) && !outer.is_over() => {
            Enclosing::Same
        }
        Nesting::Merge | Nesting::Record | Nesting::Background => {
            Enclosing::Other(outer.read(Facts::correlation_id))
        }
    });
    let parent = match around.enclosing {
        Some(Enclosing::Same) => return None,
        Some(Enclosing::Other(enclosing)) => parent.or(Some(enclosing)),
        None => parent,
    };
    let mut facts = Facts::new(api);
    facts.background = nesting == Nesting::Background;
    if parent.is_some() {
        facts.rare_mut().parent = parent;
    }
    let mut seat = around.seat.unwrap_or_default();
    seat.take_place(Running::begin(backend, facts, around.collector));
    Some(seat)
}

/// The acquisition around one that begins.
enum Enclosing {
    Same,
    Other(ClientRequestId),
}

//! The future of an annotated function: makes the acquisition current, and its record at the end.

use std::any::type_name;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::backend::{Backend, same_backend};
use super::record::{AcquisitionRecord, CANCELLED_CODE, Outcome, PANICKED_CODE};
use super::scope::{self, Entered};
use super::state::{Attached, Facts, Running};
use crate::api::Api;
use crate::diagnostics::Diagnostic;
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
enum Phase {
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
        if let Some(running) = self.opening.running.as_mut() {
            running.note(|facts| set_parent(facts, parent));
        }
        self
    }
}

fn set_parent(facts: &mut Facts, parent: Option<ClientRequestId>) {
    if parent.is_some() {
        facts.rare_mut().parent = parent;
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
                this.opening.running.take(),
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
            finish(scope::leave_dropping(), &End::<T, E>::Dropped(outcome));
        }
    }
}

/// Runs a blocking annotated function; the blocking twin of [`Acquire`].
pub(crate) fn acquire_blocking<T, E>(
    backend: Arc<dyn Backend>,
    api: Api,
    nesting: Nesting,
    reading: Reading<T, E>,
    body: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut running = Some(Running::new(backend, Facts::new(api)));
    if begin(&mut running, nesting) == Phase::Transparent {
        return body();
    }
    let mut call = BlockingCall(running);
    let output = {
        let _entered = Entered::new(&mut call.0);
        body()
    };
    finish(call.0.take(), &End::Returned(&output, reading));
    output
}

/// A blocking call under way; still there when dropped means that the body unwound.
struct BlockingCall(Option<Running>);

impl Drop for BlockingCall {
    fn drop(&mut self) {
        finish(self.0.take(), &End::<(), ()>::Dropped(Outcome::Panicked));
    }
}

/// Starts the clock, or finds that the call is part of an enclosing acquisition.
fn begin(running: &mut Option<Running>, nesting: Nesting) -> Phase {
    let Some(own) = running.as_mut() else {
        return Phase::Transparent;
    };
    let enclosing = scope::with_current(|outer| match nesting {
        Nesting::Merge if same_backend(&outer.backend, &own.backend) => Enclosing::Same,
        Nesting::Merge | Nesting::Record | Nesting::Background => {
            Enclosing::Other(outer.read(Facts::correlation_id))
        }
    });
    let parent = match enclosing {
        Some(Enclosing::Same) => {
            *running = None;
            return Phase::Transparent;
        }
        Some(Enclosing::Other(parent)) => Some(parent),
        None => None,
    };
    let collector = scope::enclosing_collector();
    let backend = Arc::clone(&own.backend);
    if let Some(Attached {
        facts,
        span,
        collector: home,
    }) = own.attached_mut()
    {
        *home = collector;
        facts.background = nesting == Nesting::Background;
        if facts.rare.as_ref().is_none_or(|rare| rare.parent.is_none()) {
            set_parent(facts, parent);
        }
        *span = backend.open_span(facts);
        facts.started = backend.clock().now();
    }
    Phase::Running
}

/// The acquisition around one that begins.
enum Enclosing {
    Same,
    Other(ClientRequestId),
}

/// How an annotated function ended.
enum End<'a, T, E> {
    Returned(&'a Result<T, E>, Reading<T, E>),
    Dropped(Outcome),
}

/// Makes the record and hands it out; a panic of an observer or a describing function ends here.
fn finish<T, E>(running: Option<Running>, end: &End<'_, T, E>) {
    let Some(running) = running else { return };
    // The result exists already and is not touched, whatever happens inside.
    let _contained = catch_unwind(AssertUnwindSafe(|| hand_out(running, end)));
}

fn hand_out<T, E>(running: Running, end: &End<'_, T, E>) {
    let backend = Arc::clone(&running.backend);
    let Attached {
        mut facts,
        span,
        collector,
    } = running.finish();
    let total = backend.clock().since(facts.started);
    let (outcome, error) = read_end(end, &mut facts);
    if error.is_some() || collector.is_some() || backend.wants_correlation_id() {
        facts.correlation_id();
    }
    let record = AcquisitionRecord::new(facts, outcome, total, error);
    backend.finished(&record);
    if let Some(span) = span {
        span.finished(&record);
    }
    if let Some(collector) = collector {
        collector.keep(&record);
    }
}

/// Outcome and codes, by the documented precedence.
fn read_end<T, E>(end: &End<'_, T, E>, facts: &mut Facts) -> (Outcome, Option<Box<ErrorInfo>>) {
    match end {
        End::Returned(Ok(token), Reading { token: read, .. }) => {
            if let Some(info) = read.and_then(|read| contained(|| read(token))) {
                facts.token(&info);
            }
            (Outcome::Ok, None)
        }
        End::Returned(
            Err(error),
            Reading {
                error: describe, ..
            },
        ) => {
            let described = contained(|| describe(error)).unwrap_or_default();
            (
                Outcome::Error,
                Some(Box::new(merged(described, facts, type_name::<E>()))),
            )
        }
        End::Dropped(Outcome::Panicked) => (
            Outcome::Panicked,
            Some(Box::new(ErrorInfo::new(PANICKED_CODE))),
        ),
        End::Dropped(_) => (
            Outcome::Cancelled,
            Some(Box::new(ErrorInfo::new(CANCELLED_CODE))),
        ),
    }
}

/// Runs code of the SDK whose panic must not cost the record.
fn contained<T>(code: impl FnOnce() -> T) -> Option<T> {
    let told = |_| Diagnostic::DescriptionPanicked.tell();
    catch_unwind(AssertUnwindSafe(code)).map_err(told).ok()
}

/// A note in the body, then the description of the error, then HTTP facts, then the type's name.
fn merged(described: ErrorInfo, facts: &Facts, type_name: &'static str) -> ErrorInfo {
    let mut info = described;
    if let Some(rare) = &facts.rare {
        info = rare.error.clone().or(info);
        if let Some(class) = rare.http.transport {
            info = info.or(ErrorInfo::new(class.code()).or(ErrorInfo::transport(class)));
        }
    }
    info.or(ErrorInfo::new(short_name(type_name)))
}

/// `Error` of `some_crate::module::Error<T>`.
fn short_name(type_name: &'static str) -> &'static str {
    let path = type_name.split('<').next().unwrap_or(type_name);
    path.rsplit("::")
        .next()
        .unwrap_or(path)
        .trim_start_matches(['&', '(', '['])
}

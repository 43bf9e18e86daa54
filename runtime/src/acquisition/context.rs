//! The current acquisition of a thread: set while its future is polled or dropped.

use std::cell::RefCell;
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::active::{ActiveAcquisition, Shared};
use super::backend::Backend;
use super::clock::{ClockSource, Moment};
use super::collector::Collector;
use super::context_stack::{ContextStack, Enclosing, Frame, Memory, Suspension};
use super::id::AcquisitionId;
use super::pool::Slot;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::stack::{ExitPolicy, Left, Ticket};
use crate::wire::ClientRequestId;

thread_local! {
    /// Without a destructor, so that acquisitions can use it even while the thread ends.
    static CONTEXT: RefCell<ManuallyDrop<ContextStack>> =
        const { RefCell::new(ManuallyDrop::new(ContextStack::EMPTY)) };
    /// Has the destructor that the stack lacks.
    static AT_EXIT: AtExit = const { AtExit };
}

/// Frees the memory of the stack when the thread ends.
struct AtExit;

impl Drop for AtExit {
    fn drop(&mut self) {
        let left = with_stack(|stack| {
            stack.set_memory(Memory::Ending);
            stack.take_all()
        });
        contained(|| drop(left));
    }
}

/// Runs `act` on the stack; `None` if the stack is borrowed by a caller.
#[inline]
fn with_stack<T>(act: impl FnOnce(&mut ContextStack) -> T) -> Option<T> {
    let in_stack = |stack: &RefCell<ManuallyDrop<ContextStack>>| {
        let stack = stack.try_borrow_mut();
        stack.ok().map(|mut slot| act(&mut slot))
    };
    CONTEXT.try_with(in_stack).ok().flatten()
}

/// Runs `act` on the stack, which may own memory from now on.
#[inline]
fn with_owning_stack<T>(act: impl FnOnce(&mut ContextStack) -> T) -> Option<T> {
    with_stack(|stack| {
        if stack.memory() == Memory::None {
            // Fails while the thread ends.
            let is_owned = AT_EXIT.try_with(|_| ()).is_ok();
            stack.set_memory(if is_owned {
                Memory::Owned
            } else {
                Memory::Ending
            });
        }
        act(stack)
    })
}

/// Hides everything on the stack of this thread until it is dropped.
pub(super) struct Suspended {
    /// None if another suspension already hides everything.
    ticket: Option<Ticket>,
}

impl Suspended {
    const NOTHING: Self = Self { ticket: None };

    const fn at(ticket: Ticket) -> Self {
        let ticket = Some(ticket);
        Self { ticket }
    }

    /// Leaves the frame to the owner of the ticket.
    fn into_ticket(mut self) -> Option<Ticket> {
        self.ticket.take()
    }
}

impl Drop for Suspended {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            resume(ticket, |_| {});
        }
    }
}

/// Ends a suspension after running `act` on the stack.
#[inline]
fn resume(ticket: Ticket, act: impl FnOnce(&mut ContextStack)) {
    let is_resumed = with_stack(|stack| {
        act(stack);
        stack.resume(ticket)
    });
    if is_resumed == Some(false) {
        drop_above(ticket);
        with_stack(|stack| stack.resume(ticket));
    }
}

/// Runs foreign code without a current acquisition, and catches its panic.
///
/// What it records and acquires must not land on the acquisition for which it runs, nor on an
/// enclosing one. Returns `None` if it panicked, or if it recursed too deep.
pub(crate) fn with_suspended<T>(code: impl FnOnce() -> T) -> Option<T> {
    let _suspended = match with_owning_stack(ContextStack::suspend) {
        Some(Suspension::New(ticket)) => Suspended::at(ticket),
        Some(Suspension::Existing) | None => Suspended::NOTHING,
        Some(Suspension::TooDeep) => return None,
    };
    contained(code)
}

/// Returns whether foreign code runs on this thread, for which nothing is current.
pub(super) fn is_suspended() -> bool {
    with_stack(ContextStack::is_suspended).unwrap_or(true)
}

/// Returns the current time; a custom clock is foreign code.
#[inline]
pub(crate) fn now(clock: &ClockSource) -> Option<Moment> {
    if clock.is_custom() {
        with_suspended(|| clock.read()).flatten()
    } else {
        clock.read()
    }
}

/// Returns date and time; a custom clock is foreign code.
pub(crate) fn wall(clock: &ClockSource) -> Option<SystemTime> {
    if clock.is_custom() {
        with_suspended(|| clock.read_wall()).flatten()
    } else {
        clock.read_wall()
    }
}

/// Returns the time from `start` until now, if both are known.
#[inline]
pub(super) fn since(start: Option<Moment>, clock: &ClockSource) -> Option<Duration> {
    start.and_then(|start| now(clock).map(|now| now.since(start)))
}

/// Logs a diagnostic; the subscriber is foreign code.
pub(super) fn emit(diagnostic: Diagnostic) {
    with_suspended(|| diagnostic.emit());
}

/// Drops the frames above this one, whose guards were leaked or held across an await.
#[cold]
fn drop_above(ticket: Ticket) {
    let leaked = with_stack(|stack| stack.leaked(ticket));
    // Dropping them may run foreign destructors.
    with_suspended(|| drop(leaked));
}

/// Removes the frame of a guard, and what leaves with it.
#[inline]
fn leave(ticket: Ticket, policy: ExitPolicy) -> Option<Frame> {
    with_stack(|stack| stack.leave_top(ticket))?.or_else(|| leave_covered(ticket, policy))
}

#[cold]
fn leave_covered(ticket: Ticket, policy: ExitPolicy) -> Option<Frame> {
    let Left { own, above } = with_stack(|stack| stack.leave(ticket, policy))?;
    with_suspended(|| drop(above));
    own
}

/// Runs `act` on the current acquisition, if there is one.
pub(super) fn with_current<T>(act: impl FnOnce(&mut ActiveAcquisition) -> T) -> Option<T> {
    with_stack(|stack| stack.current().map(act)).flatten()
}

/// Runs `act` on this acquisition, if it is active here; another may be current inside of it.
pub(super) fn with_one<T>(
    identity: AcquisitionId,
    act: impl FnOnce(&mut ActiveAcquisition) -> T,
) -> Option<T> {
    let act_on = |stack: &mut ContextStack| {
        let mut acquisitions = stack.acquisitions();
        acquisitions
            .find(|acquisition| acquisition.identity() == Some(identity))
            .map(act)
    };
    with_stack(act_on).flatten()
}

/// Returns the id of the acquisition that triggers an independent one here.
pub(crate) fn parent_id() -> Option<ClientRequestId> {
    with_stack(ContextStack::parent_id).flatten()
}

/// Returns the current acquisition in a form that may leave its task.
pub(super) fn share_current() -> Option<Arc<Shared>> {
    with_current(ActiveAcquisition::share)
}

/// Returns what encloses a new acquisition, and suspends it until the new one is entered.
///
/// Foreign code runs in between. None inside an acquisition that the new one merges into: an active
/// one under `merge_into`.
#[inline]
pub(super) fn begin(merge_into: Option<&dyn Backend>) -> Option<(Enclosing, Suspended)> {
    match with_owning_stack(|stack| stack.begin(merge_into)) {
        Some(begun) => begun.map(|(found, ticket)| (found, Suspended::at(ticket))),
        None => Some((Enclosing::default(), Suspended::NOTHING)),
    }
}

/// Returns the collector for a `capture` or a handle that begins here.
pub(super) fn enclosing_collector() -> Option<Arc<Collector>> {
    with_stack(|stack| stack.top_level_collector()).flatten()
}

/// An acquisition that is current during one poll.
pub(super) enum Entered {
    /// In the frame with this ticket.
    Frame(Ticket),
    /// Without a stack the acquisition stays here, and is not current.
    Held(Box<Slot>),
    /// Nothing: it has left.
    Left,
}

impl Entered {
    /// Enters an acquisition, replacing the suspension under which it began.
    #[inline]
    pub(super) fn begun(slot: Box<Slot>, suspended: Suspended) -> Self {
        enter_span(&slot);
        match suspended.into_ticket() {
            Some(ticket) => enter_at(ticket, slot),
            None => enter(slot),
        }
    }

    /// Enters an acquisition again.
    pub(super) fn resumed(slot: Box<Slot>) -> Self {
        enter_span(&slot);
        enter(slot)
    }

    /// Takes the acquisition back at the end of the poll; none if it has ended.
    #[inline]
    pub(super) fn leave(&mut self) -> Option<Box<Slot>> {
        match mem::replace(self, Self::Left) {
            Self::Frame(ticket) => leave(ticket, ExitPolicy::UnwindTo)?.into_slot(),
            Self::Held(slot) => Some(slot),
            Self::Left => None,
        }
        .inspect(|slot| exit_span(slot))
    }

    /// Ends the acquisition.
    #[inline]
    pub(super) fn end(&mut self) -> Option<Ended> {
        match mem::replace(self, Self::Left) {
            Self::Frame(ticket) => end(ticket),
            Self::Held(slot) => Some(Ended::of(slot)),
            Self::Left => None,
        }
        .inspect(|ended| exit_span(&ended.slot))
    }
}

/// Enters the span of an acquisition; the subscriber is foreign code.
#[inline]
fn enter_span(slot: &Slot) {
    if let Some(span) = slot.get().and_then(ActiveAcquisition::span) {
        with_suspended(|| span.enter());
    }
}

#[inline]
fn exit_span(slot: &Slot) {
    if let Some(span) = slot.get().and_then(ActiveAcquisition::span) {
        with_suspended(|| span.exit());
    }
}

/// Makes an acquisition current, unless there is no stack.
fn enter(slot: Box<Slot>) -> Entered {
    let mut held = Some(slot);
    let ticket = with_owning_stack(|stack| held.take().map(|slot| stack.enter(slot))).flatten();
    entered(ticket, held)
}

/// Replaces the suspension under which an acquisition began by the acquisition.
#[inline]
fn enter_at(ticket: Ticket, slot: Box<Slot>) -> Entered {
    let mut held = Some(slot);
    with_stack(|stack| stack.enter_at(ticket, &mut held));
    if held.is_some() {
        drop_above(ticket);
        with_stack(|stack| stack.enter_at(ticket, &mut held));
    }
    entered(Some(ticket), held)
}

#[inline]
fn entered(ticket: Option<Ticket>, held: Option<Box<Slot>>) -> Entered {
    match (held, ticket) {
        (Some(slot), _) => Entered::Held(slot),
        (None, Some(ticket)) => Entered::Frame(ticket),
        (None, None) => Entered::Left,
    }
}

/// Makes an acquisition current until [`end_dropping`], while its future is dropped.
///
/// Without a stack it ends at once.
pub(super) fn enter_dropping(slot: Box<Slot>) -> Option<Ended> {
    match enter(slot) {
        Entered::Held(slot) => Some(Ended::of(slot)),
        Entered::Frame(_) | Entered::Left => None,
    }
}

/// Takes back what [`enter_dropping`] made current.
pub(super) fn end_dropping() -> Option<Ended> {
    end(with_stack(|stack| stack.drop_outcome()).flatten()?)
}

/// An acquisition that has ended; everything is suspended while foreign code is notified.
pub(super) struct Ended {
    pub(super) slot: Box<Slot>,
    suspended: Suspended,
}

impl Ended {
    /// An acquisition that was not current anywhere.
    const fn of(slot: Box<Slot>) -> Self {
        Self {
            slot,
            suspended: Suspended::NOTHING,
        }
    }

    /// Returns the vacant slot to the pool of this thread.
    #[inline]
    pub(super) fn recycle(self) {
        let Self { slot, suspended } = self;
        let mut vacant = Some(slot);
        match suspended.into_ticket() {
            Some(ticket) => resume(ticket, |stack| stack.keep(&mut vacant)),
            None => keep(vacant),
        }
    }
}

/// Removes an acquisition, and leaves a suspension in its frame.
#[inline]
fn end(ticket: Ticket) -> Option<Ended> {
    let mut slot = with_stack(|stack| stack.end(ticket))?;
    if slot.is_none() {
        drop_above(ticket);
        slot = with_stack(|stack| stack.end(ticket))?;
    }
    Some(Ended {
        slot: slot?,
        suspended: Suspended::at(ticket),
    })
}

/// Returns a vacant slot to the pool of this thread.
fn keep(mut vacant: Option<Box<Slot>>) {
    with_stack(|stack| stack.keep(&mut vacant));
}

/// A shared acquisition and a collector that are active until this is dropped.
pub(super) struct EnteredShared {
    ticket: Option<Ticket>,
    policy: ExitPolicy,
}

impl EnteredShared {
    pub(super) fn new(
        shared: Option<&Arc<Shared>>,
        collector: Option<&Arc<Collector>>,
        policy: ExitPolicy,
    ) -> Self {
        Self {
            ticket: with_owning_stack(|stack| stack.enter_shared(shared, collector, policy)),
            policy,
        }
    }
}

impl Drop for EnteredShared {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        // Vacated outside the borrow of the stack, because its destructors may run foreign code.
        let left = leave(ticket, self.policy);
        if let Some(mut slot) = left.and_then(Frame::into_slot) {
            slot.vacate();
            keep(Some(slot));
        }
    }
}

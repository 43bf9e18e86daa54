//! The current acquisition of a thread: set while its future is polled or dropped.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::active::{ActiveAcquisition, Identity, Shared};
use super::capture::Collector;
use super::context_stack::{ContextStack, Enclosing, Frame, Memory, Suspension};
use crate::contained::contained;
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
    identity: Identity,
    act: impl FnOnce(&mut ActiveAcquisition) -> T,
) -> Option<T> {
    let act_on = |stack: &mut ContextStack| {
        let mut acquisitions = stack.acquisitions();
        acquisitions
            .find(|running| running.identity() == Some(identity))
            .map(act)
    };
    with_stack(act_on).flatten()
}

/// Returns the id of the acquisition that triggers an independent one.
pub(super) fn parent_id() -> Option<ClientRequestId> {
    with_stack(ContextStack::parent_id).flatten()
}

/// Returns what encloses a new acquisition, and suspends it until the new one is entered.
///
/// Foreign code runs in between. None inside an acquisition that absorbs the new one.
pub(super) fn begin(
    absorbs: impl FnOnce(&ActiveAcquisition) -> bool,
) -> Option<(Enclosing, Suspended)> {
    match with_owning_stack(|stack| stack.begin(absorbs)) {
        Some(begun) => begun.map(|(found, ticket)| (found, Suspended::at(ticket))),
        None => Some((Enclosing::default(), Suspended::NOTHING)),
    }
}

/// Returns the collector for a `capture` or a handle that begins here.
pub(super) fn enclosing_collector() -> Option<Arc<Collector>> {
    with_stack(|stack| stack.top_level_collector()).flatten()
}

/// An acquisition that is current during one poll, and returns to its future after it.
pub(super) struct Entered<'a> {
    home: &'a mut Option<Box<ActiveAcquisition>>,
    /// None while the future holds the acquisition.
    ticket: Option<Ticket>,
}

impl<'a> Entered<'a> {
    /// Enters an acquisition, replacing the suspension under which it began.
    pub(super) fn new(
        running: Box<ActiveAcquisition>,
        home: &'a mut Option<Box<ActiveAcquisition>>,
        suspended: Option<Suspended>,
    ) -> Self {
        running.enter_span();
        *home = Some(running);
        // Without a stack the acquisition stays with its future, and is not current.
        let ticket = match suspended.and_then(Suspended::into_ticket) {
            Some(ticket) => {
                enter_at(ticket, home);
                Some(ticket)
            }
            None => enter(home),
        };
        Self { home, ticket }
    }

    /// Ends the acquisition.
    #[inline]
    pub(super) fn end(&mut self) -> Option<Ended> {
        let Some(ticket) = self.ticket.take() else {
            return self.home.take().map(Ended::of);
        };
        let ended = end(ticket)?;
        ended.running.exit_span();
        Some(ended)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let left = leave(ticket, ExitPolicy::UnwindTo);
            *self.home = left.and_then(Frame::into_running);
        }
        if let Some(running) = &*self.home {
            running.exit_span();
        }
    }
}

/// Makes an acquisition current, unless there is no stack.
fn enter(home: &mut Option<Box<ActiveAcquisition>>) -> Option<Ticket> {
    with_owning_stack(|stack| Some(stack.enter(home.take()?))).flatten()
}

/// Replaces the suspension under which an acquisition began by the acquisition.
#[inline]
fn enter_at(ticket: Ticket, home: &mut Option<Box<ActiveAcquisition>>) {
    with_stack(|stack| stack.enter_at(ticket, home));
    if home.is_some() {
        drop_above(ticket);
        with_stack(|stack| stack.enter_at(ticket, home));
    }
}

/// Makes an acquisition current until [`end_dropping`], while its future is dropped.
///
/// Without a stack it ends at once.
pub(super) fn enter_dropping(running: Box<ActiveAcquisition>) -> Option<Ended> {
    let mut running = Some(running);
    enter(&mut running);
    running.map(Ended::of)
}

/// Takes back what [`enter_dropping`] made current.
pub(super) fn end_dropping() -> Option<Ended> {
    end(with_stack(|stack| stack.drop_outcome()).flatten()?)
}

/// An acquisition that has ended; everything is suspended while foreign code is notified.
pub(super) struct Ended {
    pub(super) running: Box<ActiveAcquisition>,
    suspended: Suspended,
}

impl Ended {
    /// An acquisition that was not current anywhere.
    const fn of(running: Box<ActiveAcquisition>) -> Self {
        Self {
            running,
            suspended: Suspended::NOTHING,
        }
    }

    /// Empties the box; dropping the last `Telemetry` may run foreign destructors.
    pub(super) fn empty(&mut self) {
        *self.running = ActiveAcquisition::default();
    }

    /// Returns the empty box to the pool of this thread.
    pub(super) fn recycle(self) {
        let Self { running, suspended } = self;
        let mut empty = Some(running);
        match suspended.into_ticket() {
            Some(ticket) => resume(ticket, |stack| stack.keep(&mut empty)),
            None => keep(&mut empty),
        }
    }
}

/// Removes an acquisition, and leaves a suspension in its frame.
#[inline]
fn end(ticket: Ticket) -> Option<Ended> {
    let mut running = with_stack(|stack| stack.end(ticket))?;
    if running.is_none() {
        drop_above(ticket);
        running = with_stack(|stack| stack.end(ticket))?;
    }
    Some(Ended {
        running: running?,
        suspended: Suspended::at(ticket),
    })
}

/// Returns an empty box to the pool of this thread.
fn keep(empty: &mut Option<Box<ActiveAcquisition>>) {
    with_stack(|stack| stack.keep(empty));
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
        // Emptied outside the borrow of the stack, because its destructors may run foreign code.
        let left = leave(ticket, self.policy);
        if let Some(mut running) = left.and_then(Frame::into_running) {
            *running = ActiveAcquisition::default();
            keep(&mut Some(running));
        }
    }
}

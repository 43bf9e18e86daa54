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
    /// Without a destructor, so that acquisitions find it also while the thread ends.
    static SLOT: RefCell<ManuallyDrop<ContextStack>> =
        const { RefCell::new(ManuallyDrop::new(ContextStack::EMPTY)) };
    /// Has the destructor that the slot lacks.
    static AT_EXIT: AtExit = const { AtExit };
}

/// Gives the memory of the slot back when the thread ends.
struct AtExit;

impl Drop for AtExit {
    fn drop(&mut self) {
        let left = with_slot(|slot| {
            slot.set_memory(Memory::Ending);
            slot.take_all()
        });
        contained(|| drop(left));
    }
}

/// Runs `act` on the slot; `None` if the slot is in use further up.
#[inline]
fn with_slot<T>(act: impl FnOnce(&mut ContextStack) -> T) -> Option<T> {
    let in_slot = |slot: &RefCell<ManuallyDrop<ContextStack>>| {
        let slot = slot.try_borrow_mut();
        slot.ok().map(|mut slot| act(&mut slot))
    };
    SLOT.try_with(in_slot).ok().flatten()
}

/// Runs `act` on the slot, which may own memory from now on.
#[inline]
fn with_owning_slot<T>(act: impl FnOnce(&mut ContextStack) -> T) -> Option<T> {
    with_slot(|slot| {
        if slot.memory() == Memory::None {
            // This fails while the thread ends.
            let is_owned = AT_EXIT.try_with(|_| ()).is_ok();
            slot.set_memory(if is_owned {
                Memory::Owned
            } else {
                Memory::Ending
            });
        }
        act(slot)
    })
}

/// Nothing is in force on this thread until this is dropped.
pub(super) struct Suspended {
    /// None if something else keeps everything out of force.
    ticket: Option<Ticket>,
}

impl Suspended {
    const NOTHING: Self = Self { ticket: None };

    const fn at(ticket: Ticket) -> Self {
        let ticket = Some(ticket);
        Self { ticket }
    }

    /// Leaves the frame to whoever takes the ticket.
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

/// Puts into force again what a suspension covers, and does something more with the slot.
#[inline]
fn resume(ticket: Ticket, act: impl FnOnce(&mut ContextStack)) {
    let is_resumed = with_slot(|slot| {
        act(slot);
        slot.resume(ticket)
    });
    if is_resumed == Some(false) {
        drop_above(ticket);
        with_slot(|slot| slot.resume(ticket));
    }
}

/// Runs code of others: with nothing in force, and its panic ends here.
///
/// What it notes and acquires must not land on the acquisition for which it runs, nor on the one
/// around that. Returns `None` if it panicked, or was called by itself too often.
pub(crate) fn with_suspended<T>(code: impl FnOnce() -> T) -> Option<T> {
    let _suspended = match with_owning_slot(ContextStack::suspend) {
        Some(Suspension::New(ticket)) => Suspended::at(ticket),
        Some(Suspension::There) | None => Suspended::NOTHING,
        Some(Suspension::TooDeep) => return None,
    };
    contained(code)
}

/// Drops the frames above this one, whose guards were leaked or kept over an await.
#[cold]
fn drop_above(ticket: Ticket) {
    let leaked = with_slot(|slot| slot.leaked(ticket));
    // The last owner of what is in them drops code of others.
    with_suspended(|| drop(leaked));
}

/// Takes out the frame of a guard, and what goes with it.
#[inline]
fn leave(ticket: Ticket, policy: ExitPolicy) -> Option<Frame> {
    with_slot(|slot| slot.leave_top(ticket))?.or_else(|| leave_covered(ticket, policy))
}

#[cold]
fn leave_covered(ticket: Ticket, policy: ExitPolicy) -> Option<Frame> {
    let Left { own, above } = with_slot(|slot| slot.leave(ticket, policy))?;
    with_suspended(|| drop(above));
    own
}

/// Runs `act` on the current acquisition, if there is one.
pub(super) fn with_current<T>(act: impl FnOnce(&mut ActiveAcquisition) -> T) -> Option<T> {
    with_slot(|slot| slot.current().map(act)).flatten()
}

/// Runs `act` on this acquisition, if it is in force here; others may be current inside of it.
pub(super) fn with_one<T>(
    identity: Identity,
    act: impl FnOnce(&mut ActiveAcquisition) -> T,
) -> Option<T> {
    let act_on = |slot: &mut ContextStack| {
        let mut acquisitions = slot.acquisitions();
        acquisitions
            .find(|running| running.identity() == Some(identity))
            .map(act)
    };
    with_slot(act_on).flatten()
}

/// Id of the acquisition that an independent one is triggered by.
pub(super) fn parent_id() -> Option<ClientRequestId> {
    with_slot(ContextStack::parent_id).flatten()
}

/// Looks around; nothing is in force until the acquisition is entered, because code of others runs.
///
/// None inside an acquisition that takes the new one in.
pub(super) fn begin(
    absorbs: impl FnOnce(&ActiveAcquisition) -> bool,
) -> Option<(Enclosing, Suspended)> {
    match with_owning_slot(|slot| slot.begin(absorbs)) {
        Some(begun) => begun.map(|(found, ticket)| (found, Suspended::at(ticket))),
        None => Some((Enclosing::default(), Suspended::NOTHING)),
    }
}

/// Collector for an `capture` or a handle that begins here.
pub(super) fn enclosing_collector() -> Option<Arc<Collector>> {
    with_slot(|slot| slot.top_level_collector()).flatten()
}

/// An acquisition that is current for the length of one poll, and goes back home after it.
pub(super) struct Entered<'a> {
    home: &'a mut Option<Box<ActiveAcquisition>>,
    /// None while the acquisition is at home.
    ticket: Option<Ticket>,
}

impl<'a> Entered<'a> {
    /// Enters an acquisition, in the place of what was suspended for its beginning.
    pub(super) fn new(
        running: Box<ActiveAcquisition>,
        home: &'a mut Option<Box<ActiveAcquisition>>,
        suspended: Option<Suspended>,
    ) -> Self {
        running.enter_span();
        *home = Some(running);
        // Without a slot the acquisition waits at home, current for nobody.
        let ticket = match suspended.and_then(Suspended::into_ticket) {
            Some(ticket) => {
                enter_at(ticket, home);
                Some(ticket)
            }
            None => enter(home),
        };
        Self { home, ticket }
    }

    /// Takes the acquisition away from here for good.
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

/// Makes an acquisition current, unless there is no slot.
fn enter(home: &mut Option<Box<ActiveAcquisition>>) -> Option<Ticket> {
    with_owning_slot(|slot| Some(slot.enter(home.take()?))).flatten()
}

/// Puts an acquisition in the place of the suspension under which it began.
#[inline]
fn enter_at(ticket: Ticket, home: &mut Option<Box<ActiveAcquisition>>) {
    with_slot(|slot| slot.enter_at(ticket, home));
    if home.is_some() {
        drop_above(ticket);
        with_slot(|slot| slot.enter_at(ticket, home));
    }
}

/// Makes an acquisition current until [`end_dropping`]: its future is about to be dropped.
///
/// Without a slot it ends at once.
pub(super) fn enter_dropping(running: Box<ActiveAcquisition>) -> Option<Ended> {
    let mut running = Some(running);
    enter(&mut running);
    running.map(Ended::of)
}

/// Takes back what [`enter_dropping`] made current.
pub(super) fn end_dropping() -> Option<Ended> {
    end(with_slot(|slot| slot.drop_outcome()).flatten()?)
}

/// An acquisition that has ended; nothing is in force while code of others learns of it.
pub(super) struct Ended {
    pub(super) running: Box<ActiveAcquisition>,
    suspended: Suspended,
}

impl Ended {
    /// One that was current nowhere.
    const fn of(running: Box<ActiveAcquisition>) -> Self {
        Self {
            running,
            suspended: Suspended::NOTHING,
        }
    }

    /// Empties the box; the last owner of a `Telemetry` drops code of others.
    pub(super) fn empty(&mut self) {
        *self.running = ActiveAcquisition::default();
    }

    /// Keeps the empty box for the next acquisition on this thread.
    pub(super) fn recycle(self) {
        let Self { running, suspended } = self;
        let mut empty = Some(running);
        match suspended.into_ticket() {
            Some(ticket) => resume(ticket, |slot| slot.keep(&mut empty)),
            None => keep(&mut empty),
        }
    }
}

/// Takes an acquisition out for good.
#[inline]
fn end(ticket: Ticket) -> Option<Ended> {
    let mut running = with_slot(|slot| slot.end(ticket))?;
    if running.is_none() {
        drop_above(ticket);
        running = with_slot(|slot| slot.end(ticket))?;
    }
    Some(Ended {
        running: running?,
        suspended: Suspended::at(ticket),
    })
}

/// Keeps an empty box for the next acquisition on this thread.
fn keep(empty: &mut Option<Box<ActiveAcquisition>>) {
    with_slot(|slot| slot.keep(empty));
}

/// A shared acquisition and a collector that are in force until this is dropped.
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
            ticket: with_owning_slot(|slot| slot.enter_shared(shared, collector, policy)),
            policy,
        }
    }
}

impl Drop for EnteredShared {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        // What was in it goes outside of the slot, since its last owner may run code of others.
        let left = leave(ticket, self.policy);
        if let Some(mut running) = left.and_then(Frame::into_running) {
            *running = ActiveAcquisition::default();
            keep(&mut Some(running));
        }
    }
}

//! The current acquisition of a thread: set while its future is polled or dropped.

use std::cell::RefCell;
use std::sync::Arc;

use super::observe::Collector;
use super::running::{Running, Seat, Shared};

thread_local! {
    static SLOT: RefCell<Slot> = const { RefCell::new(Slot::EMPTY) };
}

/// Most seats that a thread keeps for later; more would only follow a burst of nested calls.
const MAX_SPARE: usize = 8;

/// The current acquisition, and the ones whose polls are under way further up the stack.
struct Slot {
    current: Option<Seat>,
    outer: Vec<Seat>,
    spare: Vec<Seat>,
    collector: Option<Arc<Collector>>,
}

impl Slot {
    const EMPTY: Self = Self {
        current: None,
        outer: Vec::new(),
        spare: Vec::new(),
        collector: None,
    };

    fn running(&self) -> Option<&Running> {
        self.current.as_ref().and_then(Seat::running)
    }

    fn running_mut(&mut self) -> Option<&mut Running> {
        self.current.as_mut().and_then(Seat::running_mut)
    }

    /// Makes an acquisition current and returns how many lie under it.
    fn enter(&mut self, seat: &mut Option<Seat>) -> usize {
        if let Some(covered) = self.current.take() {
            self.outer.push(covered);
        }
        self.current = seat.take();
        self.outer.len()
    }

    /// Takes the current acquisition out and uncovers the one below.
    fn leave(&mut self, depth: usize) -> Option<Seat> {
        // What lies above was entered by a handle whose guard was leaked or kept over an await.
        while self.outer.len() > depth {
            self.current = self.outer.pop();
        }
        let left = self.current.take();
        if depth > 0 {
            self.current = self.outer.pop();
        }
        left
    }

    /// Takes out the acquisition whose future is being dropped.
    fn leave_dropping(&mut self) -> Option<Seat> {
        let drops = |seat: &Seat| seat.running().is_some_and(|running| running.dropping);
        if self.current.as_ref().is_some_and(drops) {
            return self.leave(self.outer.len());
        }
        let depth = self.outer.iter().rposition(drops)?;
        self.leave(depth)
    }

    /// None inside an acquisition of the same `observe`: what begins there is not at its top level.
    fn top_level_collector(&self) -> Option<Arc<Collector>> {
        let collector = self.collector.as_ref()?;
        let taken = self.running().and_then(Running::collector);
        (!taken.is_some_and(|taken| Arc::ptr_eq(taken, collector))).then(|| Arc::clone(collector))
    }

    fn forget_borrowed(&mut self, shared: &Arc<Shared>) {
        let is_it = |seat: &Seat| {
            seat.running()
                .is_some_and(|running| running.borrows(shared))
        };
        if self.current.as_ref().is_some_and(is_it) {
            self.current = self.outer.pop();
        } else if let Some(at) = self.outer.iter().rposition(is_it) {
            self.outer.remove(at);
        }
    }
}

/// Runs `act` on the slot; `None` while the thread ends, or if the slot is in use further up.
fn with_slot<T>(act: impl FnOnce(&mut Slot) -> T) -> Option<T> {
    let in_slot = |slot: &RefCell<Slot>| slot.try_borrow_mut().ok().map(|mut slot| act(&mut slot));
    SLOT.try_with(in_slot).ok().flatten()
}

/// Runs `act` on the current acquisition, if there is one.
pub(crate) fn with_current<T>(act: impl FnOnce(&mut Running) -> T) -> Option<T> {
    with_slot(|slot| slot.running_mut().map(act)).flatten()
}

/// What an acquisition finds when it begins.
pub(crate) struct Surroundings<T> {
    /// What the enclosing acquisition says, if there is one.
    pub(crate) enclosing: Option<T>,
    /// Collector of the innermost `observe` that this is at the top level of.
    pub(crate) collector: Option<Arc<Collector>>,
    /// Where it can sit.
    pub(crate) seat: Option<Seat>,
}

/// Looks around, and asks the enclosing acquisition.
pub(crate) fn surroundings<T>(ask: impl FnOnce(&mut Running) -> T) -> Surroundings<T> {
    let look = |slot: &mut Slot| Surroundings {
        collector: slot.top_level_collector(),
        enclosing: slot.running_mut().map(ask),
        seat: slot.spare.pop(),
    };
    with_slot(look).unwrap_or(Surroundings {
        enclosing: None,
        collector: None,
        seat: None,
    })
}

/// Keeps an empty seat for the next acquisition on this thread.
pub(crate) fn recycle(seat: Seat) {
    let mut seat = Some(seat);
    let _full = with_slot(|slot| {
        if slot.spare.len() < MAX_SPARE {
            slot.spare.extend(seat.take());
        }
    });
}

/// Collector for an `observe` or a handle that begins here.
pub(crate) fn enclosing_collector() -> Option<Arc<Collector>> {
    with_slot(|slot| slot.top_level_collector()).flatten()
}

/// An acquisition that is current for the length of one poll, and goes back home after it.
pub(crate) struct Entered<'a> {
    home: &'a mut Option<Seat>,
    depth: usize,
    left: bool,
}

impl<'a> Entered<'a> {
    pub(crate) fn new(seat: Seat, home: &'a mut Option<Seat>) -> Self {
        if let Some(running) = seat.running() {
            running.enter_span();
        }
        let mut seat = Some(seat);
        let depth = with_slot(|slot| slot.enter(&mut seat)).unwrap_or(0);
        if seat.is_some() {
            // The thread is ending: the acquisition waits at home, current for nobody.
            *home = seat;
        }
        Self {
            home,
            depth,
            left: false,
        }
    }

    /// Takes the acquisition away from here for good.
    pub(crate) fn leave(mut self) -> Option<Seat> {
        self.go_home();
        self.home.take()
    }

    fn go_home(&mut self) {
        self.left = true;
        if let Some(seat) = with_slot(|slot| slot.leave(self.depth)).flatten() {
            *self.home = Some(seat);
        }
        if let Some(running) = self.home.as_ref().and_then(Seat::running) {
            running.exit_span();
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if !self.left {
            self.go_home();
        }
    }
}

/// Makes an acquisition current until [`leave_dropping`]: its future is about to be dropped.
pub(crate) fn enter_dropping(mut seat: Seat) {
    if let Some(running) = seat.running_mut() {
        running.dropping = true;
    }
    let mut seat = Some(seat);
    let _entered = with_slot(|slot| slot.enter(&mut seat));
}

/// Takes back what [`enter_dropping`] made current.
pub(crate) fn leave_dropping() -> Option<Seat> {
    with_slot(Slot::leave_dropping).flatten()
}

/// Makes a shared acquisition and a collector current, and says what to put back.
pub(crate) fn enter_shared(
    shared: Option<&Arc<Shared>>,
    collector: Option<Arc<Collector>>,
) -> Option<Arc<Collector>> {
    with_slot(|slot| {
        if let Some(shared) = shared {
            let mut seat = slot.spare.pop().unwrap_or_default();
            seat.take_place(Running::borrowed(shared));
            slot.enter(&mut Some(seat));
        }
        std::mem::replace(&mut slot.collector, collector)
    })
    .flatten()
}

/// Undoes [`enter_shared`], also if guards were dropped in another order.
pub(crate) fn leave_shared(shared: Option<&Arc<Shared>>, collector: Option<Arc<Collector>>) {
    // The replaced collector is dropped outside the borrow, since that may run code of others.
    let _replaced = with_slot(|slot| {
        if let Some(shared) = shared {
            slot.forget_borrowed(shared);
        }
        std::mem::replace(&mut slot.collector, collector)
    });
}

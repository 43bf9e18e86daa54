//! The current acquisition of a thread: set while its future is polled or dropped.

use std::cell::RefCell;
use std::sync::Arc;

use super::observe::Collector;
use super::state::{Running, Shared};

thread_local! {
    static SLOT: RefCell<Slot> = const { RefCell::new(Slot::EMPTY) };
}

/// The current acquisition by value, and the ones whose polls are under way further up the stack.
struct Slot {
    current: Option<Running>,
    outer: Vec<Running>,
    collector: Option<Arc<Collector>>,
}

impl Slot {
    const EMPTY: Self = Self {
        current: None,
        outer: Vec::new(),
        collector: None,
    };

    /// Makes an acquisition current and returns how many lie under it.
    fn enter(&mut self, running: &mut Option<Running>) -> usize {
        if let Some(covered) = self.current.take() {
            self.outer.push(covered);
        }
        self.current = running.take();
        self.outer.len()
    }

    /// Takes the current acquisition out and uncovers the one below.
    fn leave(&mut self, depth: usize) -> Option<Running> {
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
    fn leave_dropping(&mut self) -> Option<Running> {
        if self
            .current
            .as_ref()
            .is_some_and(|running| running.dropping)
        {
            return self.leave(self.outer.len());
        }
        let depth = self.outer.iter().rposition(|running| running.dropping)?;
        self.leave(depth)
    }

    /// None inside an acquisition of the same `observe`: what begins there is not at its top level.
    fn top_level_collector(&self) -> Option<Arc<Collector>> {
        let collector = self.collector.as_ref()?;
        let taken = self.current.as_ref().and_then(Running::collector);
        (!taken.is_some_and(|taken| Arc::ptr_eq(taken, collector))).then(|| Arc::clone(collector))
    }

    fn forget_borrowed(&mut self, shared: &Arc<Shared>) {
        let is_it = |running: &Running| running.borrows(shared);
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
    with_slot(|slot| slot.current.as_mut().map(act)).flatten()
}

/// What an acquisition finds around it when it begins.
pub(crate) struct Surroundings<T> {
    /// What the enclosing acquisition says, if there is one.
    pub(crate) enclosing: Option<T>,
    /// Collector of the innermost `observe` that this is at the top level of.
    pub(crate) collector: Option<Arc<Collector>>,
}

/// Looks around, and asks the enclosing acquisition.
pub(crate) fn surroundings<T>(ask: impl FnOnce(&mut Running) -> T) -> Surroundings<T> {
    let look = |slot: &mut Slot| Surroundings {
        collector: slot.top_level_collector(),
        enclosing: slot.current.as_mut().map(ask),
    };
    with_slot(look).unwrap_or(Surroundings {
        enclosing: None,
        collector: None,
    })
}

/// Collector for an `observe` or a handle that begins here.
pub(crate) fn enclosing_collector() -> Option<Arc<Collector>> {
    with_slot(|slot| slot.top_level_collector()).flatten()
}

/// An acquisition that is current for the length of one poll, and goes back to its owner after it.
pub(crate) struct Entered<'a> {
    home: &'a mut Option<Running>,
    depth: Option<usize>,
}

impl<'a> Entered<'a> {
    pub(crate) fn new(home: &'a mut Option<Running>) -> Self {
        if let Some(running) = home.as_ref() {
            running.enter_span();
        }
        let depth = with_slot(|slot| slot.enter(home));
        Self { home, depth }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if let Some(depth) = self.depth {
            *self.home = with_slot(|slot| slot.leave(depth)).flatten();
        }
        if let Some(running) = self.home.as_ref() {
            running.exit_span();
        }
    }
}

/// Makes an acquisition current until [`leave_dropping`]: its future is about to be dropped.
pub(crate) fn enter_dropping(mut running: Running) {
    running.dropping = true;
    let mut running = Some(running);
    let _entered = with_slot(|slot| slot.enter(&mut running));
}

/// Takes back what [`enter_dropping`] made current.
pub(crate) fn leave_dropping() -> Option<Running> {
    with_slot(Slot::leave_dropping).flatten()
}

/// Makes a shared acquisition and a collector current, and says what to put back.
pub(crate) fn enter_shared(
    shared: Option<&Arc<Shared>>,
    collector: Option<Arc<Collector>>,
) -> Option<Arc<Collector>> {
    with_slot(|slot| {
        if let Some(shared) = shared {
            slot.enter(&mut Some(Running::borrowed(shared)));
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

//! The current acquisition of a thread: set while its future is polled or dropped.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use super::observe::Collector;
use super::running::{Identity, Running, Shared};

thread_local! {
    static SLOT: RefCell<Slot> = const { RefCell::new(Slot::EMPTY) };
}

/// Most boxes that a thread keeps for later; more would only follow a burst of nested calls.
const MAX_SPARE: usize = 8;

/// What is in force on a thread: acquisitions and collectors, the innermost last.
struct Slot {
    current: Option<Layer>,
    outer: Vec<Layer>,
    collecting: Vec<Collecting>,
    #[expect(clippy::vec_box, reason = "the boxes are what is kept")]
    spare: Vec<Box<Running>>,
    tickets: u64,
}

/// What is in force, while something else is.
#[derive(Default)]
struct Around {
    current: Option<Layer>,
    outer: Vec<Layer>,
    collecting: Vec<Collecting>,
}

/// Names one entry of a thread; later ones have greater tickets, and none is used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ticket(u64);

/// An acquisition that is current, or was before others came over it.
struct Layer {
    ticket: Ticket,
    running: Box<Running>,
}

/// A collector that gets what begins here.
struct Collecting {
    ticket: Ticket,
    collector: Arc<Collector>,
}

impl Slot {
    const EMPTY: Self = Self {
        current: None,
        outer: Vec::new(),
        collecting: Vec::new(),
        spare: Vec::new(),
        tickets: 0,
    };

    fn running_mut(&mut self) -> Option<&mut Running> {
        self.current.as_mut().map(|layer| &mut *layer.running)
    }

    fn draw(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    /// Makes an acquisition current.
    fn enter(&mut self, running: Box<Running>) -> Ticket {
        let ticket = self.draw();
        self.cover(Layer { ticket, running });
        ticket
    }

    fn cover(&mut self, layer: Layer) {
        if let Some(covered) = self.current.replace(layer) {
            self.outer.push(covered);
        }
    }

    /// Takes an acquisition out, and whatever came over it.
    fn leave(&mut self, ticket: Ticket) -> Option<Box<Running>> {
        // What came later was entered by handles whose guards were leaked or kept over an await.
        while self.current.as_ref().is_some_and(|it| it.ticket > ticket) {
            self.current = self.outer.pop();
        }
        while self.collecting.last().is_some_and(|it| it.ticket > ticket) {
            self.collecting.pop();
        }
        let left = self.current.take_if(|it| it.ticket == ticket)?;
        self.current = self.outer.pop();
        Some(left.running)
    }

    /// Takes out the acquisition whose future is being dropped.
    fn leave_dropping(&mut self) -> Option<Box<Running>> {
        let drops = |layer: &&Layer| layer.running.dropping.is_some();
        let layers = self.current.iter().chain(self.outer.iter().rev());
        let ticket = layers.into_iter().find(drops)?.ticket;
        self.leave(ticket)
    }

    /// None inside an acquisition of the same `observe`: what begins there is not at its top level.
    fn top_level_collector(&self) -> Option<Arc<Collector>> {
        let collector = &self.collecting.last()?.collector;
        let has_it = |layer: &Layer| {
            let taken = layer.running.collector();
            taken.is_some_and(|taken| Arc::ptr_eq(taken, collector))
        };
        let is_inside = self.current.iter().chain(&self.outer).any(has_it);
        (!is_inside).then(|| Arc::clone(collector))
    }

    /// Takes out what a handle made current, wherever it lies by now.
    fn remove(&mut self, ticket: Ticket) -> Option<Box<Running>> {
        if let Some(layer) = self.current.take_if(|it| it.ticket == ticket) {
            self.current = self.outer.pop();
            return Some(layer.running);
        }
        let at = self.outer.iter().rposition(|it| it.ticket == ticket)?;
        Some(self.outer.remove(at).running)
    }

    fn remove_collector(&mut self, ticket: Ticket) -> Option<Arc<Collector>> {
        let at = self.collecting.iter().rposition(|it| it.ticket == ticket)?;
        Some(self.collecting.remove(at).collector)
    }
}

/// Runs `act` on the slot; `None` while the thread ends, or if the slot is in use further up.
fn with_slot<T>(act: impl FnOnce(&mut Slot) -> T) -> Option<T> {
    let in_slot = |slot: &RefCell<Slot>| slot.try_borrow_mut().ok().map(|mut slot| act(&mut slot));
    SLOT.try_with(in_slot).ok().flatten()
}

/// Runs `act` with nothing in force: what it notes must not land on an enclosing acquisition.
pub(crate) fn aside(act: impl FnOnce()) {
    let exchange = |around: &mut Around| {
        let _none = with_slot(|slot| {
            mem::swap(&mut slot.current, &mut around.current);
            mem::swap(&mut slot.outer, &mut around.outer);
            mem::swap(&mut slot.collecting, &mut around.collecting);
        });
    };
    let is_anything = with_slot(|slot| slot.current.is_some() || !slot.collecting.is_empty());
    if is_anything != Some(true) {
        return act();
    }
    let mut around = Around::default();
    exchange(&mut around);
    act();
    // What `act` left behind goes outside of the slot.
    exchange(&mut around);
}

/// Runs `act` on the current acquisition, if there is one.
pub(crate) fn with_current<T>(act: impl FnOnce(&mut Running) -> T) -> Option<T> {
    with_slot(|slot| slot.running_mut().map(act)).flatten()
}

/// Runs `act` on this acquisition, if it is in force here; others may be current inside of it.
pub(crate) fn with_one(identity: Identity, act: impl FnOnce(&mut Running)) {
    let _elsewhere = with_slot(|slot| {
        let mut layers = slot.current.iter_mut().chain(&mut slot.outer);
        layers
            .find(|layer| layer.running.identity() == identity)
            .map(|layer| act(&mut layer.running))
    });
}

/// What an acquisition finds when it begins.
pub(crate) struct Surroundings<T> {
    /// What the enclosing acquisition says, if there is one.
    pub(crate) enclosing: Option<T>,
    /// Collector of the innermost `observe` that this is at the top level of.
    pub(crate) collector: Option<Arc<Collector>>,
    /// Where it can begin.
    pub(crate) place: Option<Box<Running>>,
}

/// Looks around, and asks the enclosing acquisition.
pub(crate) fn surroundings<T>(ask: impl FnOnce(&mut Running) -> T) -> Surroundings<T> {
    let look = |slot: &mut Slot| Surroundings {
        collector: slot.top_level_collector(),
        enclosing: slot.running_mut().map(ask),
        place: slot.spare.pop(),
    };
    with_slot(look).unwrap_or(Surroundings {
        enclosing: None,
        collector: None,
        place: None,
    })
}

/// Keeps the box for the next acquisition on this thread.
pub(crate) fn recycle(mut over: Box<Running>) {
    *over = Running::default();
    let mut place = Some(over);
    let _full = with_slot(|slot| {
        if slot.spare.len() < MAX_SPARE {
            slot.spare.extend(place.take());
        }
    });
}

/// Collector for an `observe` or a handle that begins here.
pub(crate) fn enclosing_collector() -> Option<Arc<Collector>> {
    with_slot(|slot| slot.top_level_collector()).flatten()
}

/// An acquisition that is current for the length of one poll, and goes back home after it.
pub(crate) struct Entered<'a> {
    home: &'a mut Option<Box<Running>>,
    /// None while the acquisition is at home.
    ticket: Option<Ticket>,
}

impl<'a> Entered<'a> {
    pub(crate) fn new(running: Box<Running>, home: &'a mut Option<Box<Running>>) -> Self {
        running.enter_span();
        *home = Some(running);
        // While the thread ends there is no slot: the acquisition waits at home, current for nobody.
        let ticket = with_slot(|slot| home.take().map(|running| slot.enter(running))).flatten();
        Self { home, ticket }
    }

    /// Takes the acquisition away from here for good.
    pub(crate) fn leave(&mut self) -> Option<Box<Running>> {
        self.go_home();
        self.home.take()
    }

    fn go_home(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            *self.home = with_slot(|slot| slot.leave(ticket)).flatten();
        }
        if let Some(running) = &*self.home {
            running.exit_span();
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.go_home();
    }
}

/// Makes an acquisition current until [`leave_dropping`]: its future is about to be dropped.
///
/// While the thread ends there is no slot, and the acquisition is handed back.
pub(crate) fn enter_dropping(running: Box<Running>) -> Option<Box<Running>> {
    let mut running = Some(running);
    let _entered = with_slot(|slot| running.take().map(|running| slot.enter(running)));
    running
}

/// Takes back what [`enter_dropping`] made current.
pub(crate) fn leave_dropping() -> Option<Box<Running>> {
    with_slot(Slot::leave_dropping).flatten()
}

/// A shared acquisition and a collector that are in force until this is dropped.
pub(crate) struct EnteredShared {
    ticket: Option<Ticket>,
    reach: Reach,
}

/// What goes together with an [`EnteredShared`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing else: guards may be dropped in any order.
    Itself,
    /// Whatever was left over it, because the poll that it was for is over.
    Poll,
}

impl EnteredShared {
    pub(crate) fn new(
        shared: Option<&Arc<Shared>>,
        collector: Option<&Arc<Collector>>,
        reach: Reach,
    ) -> Self {
        let enter = |slot: &mut Slot| {
            let ticket = slot.draw();
            if let Some(shared) = shared {
                let mut running = slot.spare.pop().unwrap_or_default();
                running.borrow(shared);
                slot.cover(Layer { ticket, running });
            }
            slot.collecting
                .extend(collector.map(|collector| Collecting {
                    ticket,
                    collector: Arc::clone(collector),
                }));
            ticket
        };
        Self {
            ticket: with_slot(enter),
            reach,
        }
    }
}

impl Drop for EnteredShared {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let leave = |slot: &mut Slot| {
            let running = match self.reach {
                Reach::Itself => slot.remove(ticket),
                Reach::Poll => slot.leave(ticket),
            };
            (running, slot.remove_collector(ticket))
        };
        // Both go outside of the slot, since the last owner of either may run code of others.
        if let Some((Some(running), _collector)) = with_slot(leave) {
            recycle(running);
        }
    }
}

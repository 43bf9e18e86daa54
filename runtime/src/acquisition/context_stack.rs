//! The stack of acquisitions and collectors of one thread, as data.

use std::mem;
use std::sync::Arc;

use super::active::{ActiveAcquisition, Shared};
use super::backend::Backend;
use super::collector::Collector;
use super::pool::{Pool, Slot};
use super::state::{ColdState, State};
use crate::stack::{ExitPolicy, Left, Ticket, TicketStack};
use crate::wire::ClientRequestId;

/// The deepest level whose acquisitions are reported to foreign code.
///
/// What that code acquires is one level deeper. So an observer is notified of what it acquires
/// itself, and an observer that acquires a token on every call terminates.
const MAX_LEVEL: u8 = 1;

/// The stack of a thread.
pub(super) struct ContextStack {
    frames: TicketStack<Frame>,
    pool: Pool,
    /// The number of suspensions, that is, of nested calls into foreign code.
    level: u8,
    memory: Memory,
}

/// Who frees the memory of the stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// Nobody, because the stack owns none yet.
    None,
    /// A destructor when the thread ends.
    Owned,
    /// Nobody: the thread is ending, and nothing may be kept.
    Ending,
}

/// What is active on a thread, or a suspension that hides everything below.
///
/// Frames are updated in place: copying what was just written stalls the processor.
pub(super) enum Frame {
    /// An acquisition whose future is polled or dropped here.
    Own(Box<Slot>),
    /// What a handle or a `capture` makes active here.
    Entered {
        slot: Option<Box<Slot>>,
        collector: Option<Arc<Collector>>,
        policy: ExitPolicy,
    },
    /// Foreign code runs, and everything below is hidden.
    Suspension,
}

/// What encloses an acquisition when it begins.
#[derive(Default)]
pub(super) struct Enclosing {
    /// The state that names the enclosing acquisition as the parent, if there is one.
    ///
    /// In a box already: an id that is copied right after it was written stalls the processor.
    pub(super) cold: Option<Box<ColdState>>,
    /// The collector of the innermost `capture`, if this is at its top level.
    pub(super) collector: Option<Arc<Collector>>,
    /// Whether foreign code is not notified of it.
    pub(super) is_quiet: bool,
    /// The vacant memory for it.
    pub(super) slot: Box<Slot>,
}

impl Frame {
    /// Whether everything below is hidden.
    const fn is_suspension(&self) -> bool {
        matches!(self, Self::Suspension)
    }

    /// Whether its guard may have been leaked long ago; a poll removes everything at its end.
    const fn may_be_leaked(&self) -> bool {
        matches!(
            self,
            Self::Entered {
                policy: ExitPolicy::Own,
                ..
            }
        )
    }

    fn acquisition(&self) -> Option<&ActiveAcquisition> {
        match self {
            Self::Own(slot) => slot.get(),
            Self::Entered { slot, .. } => slot.as_deref()?.get(),
            Self::Suspension => None,
        }
    }

    fn acquisition_mut(&mut self) -> Option<&mut ActiveAcquisition> {
        match self {
            Self::Own(slot) => slot.get_mut(),
            Self::Entered { slot, .. } => slot.as_deref_mut()?.get_mut(),
            Self::Suspension => None,
        }
    }

    const fn collector(&self) -> Option<&Arc<Collector>> {
        match self {
            Self::Entered { collector, .. } => collector.as_ref(),
            Self::Own(_) | Self::Suspension => None,
        }
    }

    pub(super) fn into_slot(self) -> Option<Box<Slot>> {
        match self {
            Self::Own(slot) => Some(slot),
            Self::Entered { slot, .. } => slot,
            Self::Suspension => None,
        }
    }
}

impl ContextStack {
    pub(super) const EMPTY: Self = Self {
        frames: TicketStack::new(),
        pool: Pool::EMPTY,
        level: 0,
        memory: Memory::None,
    };

    /// The active frames, the innermost first.
    fn in_force(&self) -> impl Iterator<Item = &Frame> {
        self.frames
            .iter()
            .take_while(|frame| !frame.is_suspension())
    }

    /// The active frames, the innermost first.
    fn in_force_mut(&mut self) -> impl Iterator<Item = &mut Frame> {
        let frames = self.frames.iter_mut();
        frames.take_while(|frame| !frame.is_suspension())
    }

    /// The active acquisitions, the innermost first.
    pub(super) fn acquisitions(&mut self) -> impl Iterator<Item = &mut ActiveAcquisition> {
        self.in_force_mut().filter_map(Frame::acquisition_mut)
    }

    #[inline]
    pub(super) fn current(&mut self) -> Option<&mut ActiveAcquisition> {
        self.acquisitions().next()
    }

    pub(super) const fn memory(&self) -> Memory {
        self.memory
    }

    pub(super) const fn set_memory(&mut self, memory: Memory) {
        self.memory = memory;
    }

    /// Removes everything that owns memory, for the end of the thread.
    pub(super) fn take_all(&mut self) -> (Vec<Frame>, Pool) {
        self.level = 0;
        (self.frames.take_all(), self.pool.take_all())
    }

    /// Makes an acquisition current.
    pub(super) fn enter(&mut self, slot: Box<Slot>) -> Ticket {
        self.frames.push(Frame::Own(slot))
    }

    /// Makes an acquisition current, replacing the suspension under which it began.
    ///
    /// It stays in `held` if there are leaked frames above; [remove](Self::leaked) them first.
    #[inline]
    pub(super) fn enter_at(&mut self, ticket: Ticket, held: &mut Option<Box<Slot>>) {
        if let Some(frame) = self.frames.top_at(ticket)
            && let Some(slot) = held.take()
        {
            *frame = Frame::Own(slot);
            self.level = self.level.saturating_sub(1);
        }
    }

    /// Removes an acquisition, and turns its frame into a suspension.
    ///
    /// None if there are leaked frames above; [remove](Self::leaked) them first.
    #[inline]
    pub(super) fn end(&mut self, ticket: Ticket) -> Option<Box<Slot>> {
        let frame = self.frames.top_at(ticket)?;
        let ended = mem::replace(frame, Frame::Suspension);
        self.level = self.level.saturating_add(1);
        ended.into_slot()
    }

    /// Removes the frames above this one, whose guards were leaked or held across an await.
    #[cold]
    pub(super) fn leaked(&mut self, ticket: Ticket) -> Vec<Frame> {
        let leaked = self.frames.pop_above(ticket);
        let suspensions = leaked.iter().filter(|frame| frame.is_suspension());
        let suspensions = u8::try_from(suspensions.count()).unwrap_or(u8::MAX);
        self.level = self.level.saturating_sub(suspensions);
        leaked
    }

    /// Ends a suspension.
    ///
    /// False if there are leaked frames above; [remove](Self::leaked) them first.
    #[inline]
    pub(super) fn resume(&mut self, ticket: Ticket) -> bool {
        let is_resumed = self.frames.drop_at(ticket);
        if is_resumed {
            self.level = self.level.saturating_sub(1);
            self.give_back();
        }
        is_resumed
    }

    pub(super) fn enter_shared(
        &mut self,
        shared: Option<&Arc<Shared>>,
        collector: Option<&Arc<Collector>>,
        policy: ExitPolicy,
    ) -> Ticket {
        let slot = shared.map(|shared| {
            let mut slot = self.pool.take();
            slot.fill(ActiveAcquisition::of_shared(shared));
            slot
        });
        self.frames.push(Frame::Entered {
            slot,
            collector: collector.map(Arc::clone),
            policy,
        })
    }

    /// Removes a frame that is not a suspension, if it is the innermost one.
    #[inline]
    pub(super) fn leave_top(&mut self, ticket: Ticket) -> Option<Frame> {
        let frame = self.frames.top_at(ticket)?;
        let left = mem::replace(frame, Frame::Suspension);
        self.frames.drop_at(ticket);
        self.give_back();
        Some(left)
    }

    /// Removes a frame that is not a suspension, at any depth.
    #[cold]
    pub(super) fn leave(&mut self, ticket: Ticket, policy: ExitPolicy) -> Left<Frame> {
        let above = match policy {
            ExitPolicy::UnwindTo => self.leaked(ticket),
            ExitPolicy::Own => Vec::new(),
        };
        let left = self.frames.leave(ticket, ExitPolicy::Own);
        self.give_back();
        Left { above, ..left }
    }

    /// Frees unused memory while the thread ends, because nobody else would.
    fn give_back(&mut self) {
        if self.memory == Memory::Ending {
            self.frames.shrink();
        }
    }

    /// The frame of the acquisition whose future is being dropped.
    pub(super) fn drop_outcome(&self) -> Option<Ticket> {
        self.frames.find(|frame| {
            let acquisition = frame.acquisition();
            acquisition.is_some_and(|acquisition| acquisition.drop_outcome.is_some())
        })
    }

    #[inline]
    fn push_suspension(&mut self) -> Ticket {
        self.level = self.level.saturating_add(1);
        self.frames.push_with(|| Frame::Suspension)
    }

    /// Returns whether foreign code runs at the moment.
    pub(super) fn is_suspended(&mut self) -> bool {
        self.frames.top().is_some_and(Frame::is_suspension)
    }

    /// Hides everything while foreign code runs.
    pub(super) fn suspend(&mut self) -> Suspension {
        let is_suspended = self.is_suspended();
        let level = self.level.saturating_add(u8::from(!is_suspended));
        if level > MAX_LEVEL + 1 {
            Suspension::TooDeep
        } else if is_suspended {
            Suspension::Existing
        } else {
            Suspension::New(self.push_suspension())
        }
    }

    /// The frame of the innermost active acquisition.
    fn enclosing(&mut self) -> Option<&mut Frame> {
        let mut in_force = self.in_force_mut();
        in_force.find(|frame| frame.acquisition().is_some())
    }

    /// The id of the acquisition that triggers an independent one here.
    pub(super) fn parent_id(&mut self) -> Option<ClientRequestId> {
        parent_id_of(self.enclosing()?)
    }

    /// Returns what encloses a new acquisition, and suspends it while the new one begins.
    ///
    /// None inside an acquisition that the new one merges into: an active one under `merge_into`.
    #[inline]
    pub(super) fn begin(
        &mut self,
        merge_into: Option<&dyn Backend>,
    ) -> Option<(Enclosing, Ticket)> {
        let (mut cold, mut collector) = (None, None);
        if self.frames.top().is_some_and(|top| !top.is_suspension()) {
            if let Some(enclosing) = self.enclosing() {
                if let (Some(acquisition), Some(backend)) = (enclosing.acquisition(), merge_into)
                    && acquisition.absorbs(backend)
                {
                    return None;
                }
                cold = parent_id_of(enclosing).map(ColdState::with_parent);
            }
            collector = self.top_level_collector();
        }
        let enclosing = Enclosing {
            cold,
            collector,
            is_quiet: self.level > MAX_LEVEL,
            slot: self.pool.take(),
        };
        Some((enclosing, self.push_suspension()))
    }

    /// The collector of the innermost `capture`, unless an acquisition of it is active.
    ///
    /// What begins inside that acquisition is not at the top level of the `capture`.
    pub(super) fn top_level_collector(&self) -> Option<Arc<Collector>> {
        let collector = self.in_force().find_map(Frame::collector)?;
        let has_it = |frame: &Frame| {
            let acquisition = frame.acquisition();
            let taken = acquisition.and_then(ActiveAcquisition::collector);
            taken.is_some_and(|taken| Arc::ptr_eq(taken, collector))
        };
        (!self.in_force().any(has_it)).then(|| Arc::clone(collector))
    }

    /// Returns a vacant slot to the pool.
    #[inline]
    pub(super) fn keep(&mut self, vacant: &mut Option<Box<Slot>>) {
        if self.memory != Memory::Ending {
            self.pool.keep(vacant);
        }
    }
}

/// Whether foreign code may run, and under which suspension.
pub(super) enum Suspension {
    /// A new suspension with this ticket.
    New(Ticket),
    /// The suspension that is already on top.
    Existing,
    /// Foreign code recursed too deep and must not run.
    TooDeep,
}

/// None for a finished acquisition whose guard may have been leaked: nothing may run for it.
fn parent_id_of(frame: &mut Frame) -> Option<ClientRequestId> {
    let may_be_leaked = frame.may_be_leaked();
    let acquisition = frame.acquisition_mut()?;
    let is_parent = !may_be_leaked || !acquisition.is_finished();
    is_parent.then(|| acquisition.read(State::correlation_id))
}

//! The stack of acquisitions and collectors of one thread, as data.

use std::mem;
use std::sync::Arc;

use super::active::{ActiveAcquisition, Shared};
use super::capture::Collector;
use super::state::State;
use crate::stack::{ExitPolicy, Left, Ticket, TicketStack};
use crate::wire::ClientRequestId;

/// Maximum number of pooled boxes per thread; only a burst of nested calls would need more.
const MAX_POOLED: usize = 8;

/// The deepest level whose acquisitions are reported to foreign code.
///
/// What that code acquires is one level deeper. So an observer is notified of what it acquires
/// itself, and an observer that acquires a token on every call terminates.
const MAX_LEVEL: u8 = 1;

/// The stack of a thread.
pub(super) struct ContextStack {
    frames: TicketStack<Frame>,
    #[expect(clippy::vec_box, reason = "the pool exists to reuse the boxes")]
    pool: Vec<Box<ActiveAcquisition>>,
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

/// An acquisition, a collector or both; or a suspension that hides everything below.
///
/// Frames are updated in place: copying what was just written stalls the processor.
pub(super) struct Frame {
    running: Option<Box<ActiveAcquisition>>,
    collector: Option<Arc<Collector>>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An acquisition whose future is polled or dropped here.
    Own,
    /// What a handle or a `capture` makes active here.
    Entered(ExitPolicy),
    /// Foreign code runs, and everything below is hidden.
    Suspension,
}

/// What encloses an acquisition when it begins.
#[derive(Default)]
pub(super) struct Enclosing {
    /// The id of the enclosing acquisition, if there is one.
    pub(super) parent: Option<ClientRequestId>,
    /// The collector of the innermost `capture`, if this is at its top level.
    pub(super) collector: Option<Arc<Collector>>,
    /// Whether foreign code is not notified of it.
    pub(super) is_quiet: bool,
    /// An empty box from the pool.
    pub(super) pooled: Option<Box<ActiveAcquisition>>,
}

impl Frame {
    const SUSPENSION: Self = Self {
        running: None,
        collector: None,
        kind: Kind::Suspension,
    };

    const fn own(running: Box<ActiveAcquisition>) -> Self {
        Self {
            running: Some(running),
            collector: None,
            kind: Kind::Own,
        }
    }

    /// Whether everything below is hidden.
    const fn is_suspension(&self) -> bool {
        matches!(self.kind, Kind::Suspension)
    }

    /// Whether its guard may have been leaked long ago; a poll removes everything at its end.
    const fn may_be_leaked(&self) -> bool {
        matches!(self.kind, Kind::Entered(ExitPolicy::Own))
    }

    pub(super) fn into_running(self) -> Option<Box<ActiveAcquisition>> {
        self.running
    }
}

impl ContextStack {
    pub(super) const EMPTY: Self = Self {
        frames: TicketStack::new(),
        pool: Vec::new(),
        level: 0,
        memory: Memory::None,
    };

    /// The active frames, the innermost first.
    fn in_force(&self) -> impl Iterator<Item = &Frame> {
        self.frames
            .iter()
            .take_while(|frame| !frame.is_suspension())
    }

    /// The active acquisitions, the innermost first.
    pub(super) fn acquisitions(&mut self) -> impl Iterator<Item = &mut ActiveAcquisition> {
        let frames = self.frames.iter_mut();
        frames
            .take_while(|frame| !frame.is_suspension())
            .filter_map(|frame| frame.running.as_deref_mut())
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
    #[expect(clippy::vec_box, reason = "the pool exists to reuse the boxes")]
    pub(super) fn take_all(&mut self) -> (Vec<Frame>, Vec<Box<ActiveAcquisition>>) {
        self.level = 0;
        (self.frames.take_all(), mem::take(&mut self.pool))
    }

    /// Makes an acquisition current.
    pub(super) fn enter(&mut self, running: Box<ActiveAcquisition>) -> Ticket {
        self.frames.push(Frame::own(running))
    }

    /// Makes an acquisition current, replacing the suspension under which it began.
    ///
    /// It stays with its future if there are leaked frames above; [remove](Self::leaked) them first.
    #[inline]
    pub(super) fn enter_at(&mut self, ticket: Ticket, home: &mut Option<Box<ActiveAcquisition>>) {
        if let Some(frame) = self.frames.top_at(ticket) {
            frame.running = home.take();
            frame.kind = Kind::Own;
            self.level = self.level.saturating_sub(1);
        }
    }

    /// Removes an acquisition, and turns its frame into a suspension.
    ///
    /// None if there are leaked frames above; [remove](Self::leaked) them first.
    #[inline]
    pub(super) fn end(&mut self, ticket: Ticket) -> Option<Box<ActiveAcquisition>> {
        let frame = self.frames.top_at(ticket)?;
        frame.kind = Kind::Suspension;
        self.level = self.level.saturating_add(1);
        frame.running.take()
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
        let borrowed = |shared| {
            let mut running = self.pool.pop().unwrap_or_default();
            running.borrow(shared);
            running
        };
        let running = shared.map(borrowed);
        self.frames.push(Frame {
            running,
            collector: collector.map(Arc::clone),
            kind: Kind::Entered(policy),
        })
    }

    /// Removes a frame that is not a suspension, if it is the innermost one.
    #[inline]
    pub(super) fn leave_top(&mut self, ticket: Ticket) -> Option<Frame> {
        let frame = self.frames.top_at(ticket)?;
        let left = Frame {
            running: frame.running.take(),
            collector: frame.collector.take(),
            kind: frame.kind,
        };
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
            let running = frame.running.as_deref();
            running.is_some_and(|running| running.drop_outcome.is_some())
        })
    }

    fn push_suspension(&mut self) -> Ticket {
        self.level = self.level.saturating_add(1);
        self.frames.push(Frame::SUSPENSION)
    }

    /// Hides everything while foreign code runs.
    pub(super) fn suspend(&mut self) -> Suspension {
        let is_suspended = self.frames.top().is_some_and(Frame::is_suspension);
        let level = self.level.saturating_add(u8::from(!is_suspended));
        if level > MAX_LEVEL + 1 {
            Suspension::TooDeep
        } else if is_suspended {
            Suspension::Existing
        } else {
            Suspension::New(self.push_suspension())
        }
    }

    /// The innermost active acquisition, and whether its guard may have been leaked.
    fn enclosing(&mut self) -> Option<(&mut ActiveAcquisition, bool)> {
        let frames = self.frames.iter_mut();
        let mut in_force = frames.take_while(|frame| !frame.is_suspension());
        in_force.find_map(|frame| {
            let may_be_leaked = frame.may_be_leaked();
            Some((frame.running.as_deref_mut()?, may_be_leaked))
        })
    }

    /// The id of the acquisition that triggers an independent one here.
    pub(super) fn parent_id(&mut self) -> Option<ClientRequestId> {
        parent_id_of(self.enclosing()?)
    }

    /// Returns what encloses a new acquisition, and suspends it while the new one begins.
    ///
    /// None inside an acquisition that absorbs the new one.
    #[inline]
    pub(super) fn begin(
        &mut self,
        absorbs: impl FnOnce(&ActiveAcquisition) -> bool,
    ) -> Option<(Enclosing, Ticket)> {
        let (mut parent, mut collector) = (None, None);
        if self.frames.top().is_some_and(|top| !top.is_suspension()) {
            parent = match self.enclosing() {
                Some((running, _)) if absorbs(running) => return None,
                Some(enclosing) => parent_id_of(enclosing),
                None => None,
            };
            collector = self.top_level_collector();
        }
        let enclosing = Enclosing {
            parent,
            collector,
            is_quiet: self.level > MAX_LEVEL,
            pooled: self.pool.pop(),
        };
        Some((enclosing, self.push_suspension()))
    }

    /// The collector of the innermost `capture`, unless an acquisition of it is active.
    ///
    /// What begins inside that acquisition is not at the top level of the `capture`.
    pub(super) fn top_level_collector(&self) -> Option<Arc<Collector>> {
        let collector = self.in_force().find_map(|frame| frame.collector.as_ref())?;
        let has_it = |frame: &Frame| {
            let taken = frame
                .running
                .as_deref()
                .and_then(ActiveAcquisition::collector);
            taken.is_some_and(|taken| Arc::ptr_eq(taken, collector))
        };
        (!self.in_force().any(has_it)).then(|| Arc::clone(collector))
    }

    /// Returns an empty box to the pool, if the pool has capacity.
    pub(super) fn keep(&mut self, empty: &mut Option<Box<ActiveAcquisition>>) {
        if self.pool.len() < MAX_POOLED && self.memory != Memory::Ending {
            self.pool.extend(empty.take());
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
fn parent_id_of(
    (running, may_be_leaked): (&mut ActiveAcquisition, bool),
) -> Option<ClientRequestId> {
    let is_parent = !may_be_leaked || !running.is_finished();
    is_parent.then(|| running.read(State::correlation_id))
}

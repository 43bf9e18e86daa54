//! What is in force on a thread: a stack whose frames may leave in any order.

use std::mem;
use std::num::NonZeroU64;

/// Frames of one thread, each of which leaves by its own ticket.
///
/// Guards belong to their owners: they are dropped out of order, kept over an await, or leaked. So a
/// guard names the frame that it entered, instead of putting back what it found.
pub(crate) struct TicketStack<T> {
    /// Apart from the others, because most threads have one frame at a time.
    top: Option<Entry<T>>,
    below: Vec<Entry<T>>,
    last: Option<Ticket>,
}

/// Names one frame; later frames have greater tickets, and a thread never uses one twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(NonZeroU64);

impl Ticket {
    const fn after(last: Option<Self>) -> Self {
        match last {
            Some(Self(last)) => Self(last.saturating_add(1)),
            None => Self(NonZeroU64::MIN),
        }
    }
}

struct Entry<T> {
    ticket: Ticket,
    value: T,
}

/// What leaves together with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitPolicy {
    /// Nothing else: guards may be dropped in any order.
    Own,
    /// Also what lies above it: the poll that it was for is over, so the guards above are leaked or
    /// kept over an await.
    UnwindTo,
}

/// What left a stack; drop it where the stack is not borrowed, because it may run code of others.
#[must_use = "it must not be dropped while the stack is borrowed"]
pub(crate) struct Left<T> {
    /// The frame itself; `None` if it had left before.
    pub(crate) own: Option<T>,
    /// What lay above it.
    pub(crate) above: Vec<T>,
}

impl<T> TicketStack<T> {
    pub(crate) const fn new() -> Self {
        Self {
            top: None,
            below: Vec::new(),
            last: None,
        }
    }

    pub(crate) fn top(&self) -> Option<&T> {
        self.top.as_ref().map(|entry| &entry.value)
    }

    fn entries(&self) -> impl Iterator<Item = &Entry<T>> {
        self.top.iter().chain(self.below.iter().rev())
    }

    /// The values, the innermost first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries().map(|entry| &entry.value)
    }

    /// The values, the innermost first.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let entries = self.top.iter_mut().chain(self.below.iter_mut().rev());
        entries.map(|entry| &mut entry.value)
    }

    /// Ticket of the innermost frame with such a value.
    pub(crate) fn find(&self, is_it: impl Fn(&T) -> bool) -> Option<Ticket> {
        let found = self.entries().find(|entry| is_it(&entry.value))?;
        Some(found.ticket)
    }

    pub(crate) fn push(&mut self, value: T) -> Ticket {
        let ticket = *self.last.insert(Ticket::after(self.last));
        // To copy what was written just now, the processor would wait.
        if self.top.is_some() {
            self.below.extend(self.top.take());
        }
        self.top = Some(Entry { ticket, value });
        ticket
    }

    /// The value of this frame, if it is the innermost one.
    #[inline]
    pub(crate) fn top_at(&mut self, ticket: Ticket) -> Option<&mut T> {
        let top = self.top.as_mut().filter(|top| top.ticket == ticket)?;
        Some(&mut top.value)
    }

    /// Drops this frame where it lies, if it is the innermost one; it must hold nothing of others.
    #[inline]
    pub(crate) fn drop_at(&mut self, ticket: Ticket) -> bool {
        let is_top = self.top_at(ticket).is_some();
        if is_top {
            self.top = None;
            self.uncover();
        }
        is_top
    }

    /// Takes out everything above this frame, which is the innermost one afterwards.
    pub(crate) fn pop_above(&mut self, ticket: Ticket) -> Vec<T> {
        let mut above = Vec::new();
        while let Some(entry) = self.top.take_if(|top| top.ticket > ticket) {
            above.push(entry.value);
            self.uncover();
        }
        above
    }

    pub(crate) fn leave(&mut self, ticket: Ticket, policy: ExitPolicy) -> Left<T> {
        let above = match policy {
            ExitPolicy::Own => Vec::new(),
            ExitPolicy::UnwindTo => self.pop_above(ticket),
        };
        let own = self.pop(ticket).or_else(|| self.remove_below(ticket));
        Left { own, above }
    }

    /// Takes everything out, and gives the memory back.
    pub(crate) fn take_all(&mut self) -> Vec<T> {
        let below = mem::take(&mut self.below);
        let entries = below.into_iter().chain(self.top.take());
        entries.map(|entry| entry.value).collect()
    }

    /// Gives memory back that is not in use.
    pub(crate) fn shrink(&mut self) {
        self.below.shrink_to_fit();
    }

    fn pop(&mut self, ticket: Ticket) -> Option<T> {
        let entry = self.top.take_if(|top| top.ticket == ticket)?;
        self.uncover();
        Some(entry.value)
    }

    fn remove_below(&mut self, ticket: Ticket) -> Option<T> {
        let is_it = |entry: &Entry<T>| entry.ticket == ticket;
        let at = self.below.iter().rposition(is_it)?;
        Some(self.below.remove(at).value)
    }

    fn uncover(&mut self) {
        if !self.below.is_empty() {
            self.top = self.below.pop();
        }
    }
}

//! A stack whose frames may leave in any order.

use std::mem;
use std::num::NonZeroU64;

/// The frames of one thread, each of which is removed by its ticket.
///
/// Guards may be dropped out of order, held across an await, or leaked. So a guard identifies the
/// frame that it entered, instead of restoring the previous one.
pub(crate) struct TicketStack<T> {
    /// Separate from the others, because most threads have one frame at a time.
    top: Option<Entry<T>>,
    below: Vec<Entry<T>>,
    /// The ticket of the next frame.
    next: Ticket,
}

/// Identifies one frame; later frames have greater tickets, and a thread never reuses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(NonZeroU64);

struct Entry<T> {
    ticket: Ticket,
    value: T,
}

/// Which frames leave together with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitPolicy {
    /// Only the frame: guards may be dropped in any order.
    Own,
    /// Also the frames above it: its poll has ended, so their guards were leaked or are held across
    /// an await.
    UnwindTo,
}

/// Frames that left a stack.
///
/// Drop them while the stack is not borrowed, because that may run foreign code.
#[must_use = "must not be dropped while the stack is borrowed"]
pub(crate) struct Left<T> {
    /// The frame itself; `None` if it was removed before.
    pub(crate) own: Option<T>,
    /// The frames above it.
    pub(crate) above: Vec<T>,
}

impl<T> TicketStack<T> {
    pub(crate) const fn new() -> Self {
        Self {
            top: None,
            below: Vec::new(),
            next: Ticket(NonZeroU64::MIN),
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

    /// Returns the ticket of the innermost frame that matches.
    pub(crate) fn find(&self, is_it: impl Fn(&T) -> bool) -> Option<Ticket> {
        let found = self.entries().find(|entry| is_it(&entry.value))?;
        Some(found.ticket)
    }

    #[inline]
    pub(crate) fn push(&mut self, value: T) -> Ticket {
        self.push_with(|| value)
    }

    /// Like [`push`](Self::push), and writes the value to its final place: copying what was just
    /// written stalls the processor.
    #[inline]
    pub(crate) fn push_with(&mut self, value: impl FnOnce() -> T) -> Ticket {
        if self.top.is_some() {
            self.cover();
        }
        let ticket = self.next;
        self.next = Ticket(ticket.0.saturating_add(1));
        self.top.get_or_insert_with(|| Entry {
            ticket,
            value: value(),
        });
        ticket
    }

    /// Returns the value of this frame, if it is the innermost one.
    #[inline]
    pub(crate) fn top_at(&mut self, ticket: Ticket) -> Option<&mut T> {
        let top = self.top.as_mut().filter(|top| top.ticket == ticket)?;
        Some(&mut top.value)
    }

    /// Drops this frame in place, if it is the innermost one; it must not own foreign values.
    #[inline]
    pub(crate) fn drop_at(&mut self, ticket: Ticket) -> bool {
        let is_top = self.top_at(ticket).is_some();
        if is_top {
            self.top = None;
            self.uncover();
        }
        is_top
    }

    /// Removes everything above this frame.
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

    /// Removes everything, and frees the memory.
    pub(crate) fn take_all(&mut self) -> Vec<T> {
        let below = mem::take(&mut self.below);
        let entries = below.into_iter().chain(self.top.take());
        entries.map(|entry| entry.value).collect()
    }

    /// Frees unused memory.
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

    #[cold]
    fn cover(&mut self) {
        self.below.extend(self.top.take());
    }

    fn uncover(&mut self) {
        if !self.below.is_empty() {
            self.top = self.below.pop();
        }
    }
}

//! Reused memory for the acquisitions of one thread.

use std::mem;

use super::active::ActiveAcquisition;

/// Maximum number of pooled slots per thread; only a burst of nested calls would need more.
const MAX_POOLED: usize = 8;

/// The memory of one acquisition, which is vacant only in the pool and at both ends of a call.
///
/// An acquisition stays in its slot: each poll moves a pointer between the future and the thread's
/// stack, not the state.
#[derive(Default)]
pub(super) struct Slot(Option<ActiveAcquisition>);

impl Slot {
    #[inline]
    pub(super) const fn get(&self) -> Option<&ActiveAcquisition> {
        self.0.as_ref()
    }

    #[inline]
    pub(super) const fn get_mut(&mut self) -> Option<&mut ActiveAcquisition> {
        self.0.as_mut()
    }

    /// Begins an acquisition; inlined, so that its fields are written to their final place.
    #[inline]
    pub(super) fn fill(&mut self, acquisition: ActiveAcquisition) {
        self.0 = Some(acquisition);
    }

    /// Drops the acquisition; the last reference to a `Telemetry` may run foreign destructors.
    #[inline]
    pub(super) fn vacate(&mut self) {
        self.0 = None;
    }
}

/// The vacant slots of one thread.
pub(super) struct Pool {
    #[expect(clippy::vec_box, reason = "the pool exists to reuse the boxes")]
    slots: Vec<Box<Slot>>,
}

impl Pool {
    pub(super) const EMPTY: Self = Self { slots: Vec::new() };

    #[inline]
    pub(super) fn take(&mut self) -> Box<Slot> {
        self.slots.pop().unwrap_or_default()
    }

    /// Keeps a vacant slot, if there is capacity.
    #[inline]
    pub(super) fn keep(&mut self, vacant: &mut Option<Box<Slot>>) {
        if self.slots.len() < MAX_POOLED
            && let Some(slot) = vacant.take()
        {
            self.slots.push(slot);
        }
    }

    /// Removes all slots, to free their memory.
    pub(super) fn take_all(&mut self) -> Self {
        mem::replace(self, Self::EMPTY)
    }
}

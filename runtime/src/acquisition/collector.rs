//! The records that one `capture` collects.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::record::AcquisitionRecord;

/// Collects the records of one `capture`.
pub(crate) struct Collector {
    /// That of the enclosing `capture`.
    outer: Option<Arc<Self>>,
    kept: Mutex<Kept>,
}

impl Drop for Collector {
    /// Drops a chain in a loop: each may be the last owner of the next, and recursion would overflow
    /// the stack.
    fn drop(&mut self) {
        let mut next = self.outer.take();
        while let Some(mut last) = next.and_then(Arc::into_inner) {
            next = last.outer.take();
        }
    }
}

#[derive(Default)]
struct Kept {
    records: Vec<AcquisitionRecord>,
    dropped: usize,
    /// Whether the `capture` has ended, so that later records are dropped.
    is_closed: bool,
}

impl Collector {
    /// Creates the collector of a `capture` inside the one with the collector `outer`.
    pub(super) fn inside(mut outer: Option<Arc<Self>>) -> Arc<Self> {
        // A handle may bring a collector that has ended, whose outer one has ended, too, and so on.
        while let Some(ended) = outer.take_if(|outer| outer.lock().is_closed) {
            outer.clone_from(&ended.outer);
        }
        Arc::new(Self {
            outer,
            kept: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a record here and in every enclosing `capture`.
    pub(super) fn keep(&self, record: &AcquisitionRecord) {
        let mut collector = Some(self);
        while let Some(this) = collector {
            this.lock().keep(record);
            collector = this.outer.as_deref();
        }
    }

    /// Takes the records and the number of dropped ones at the end of the `capture`.
    pub(super) fn close(&self) -> (Vec<AcquisitionRecord>, usize) {
        let mut kept = self.lock();
        kept.is_closed = true;
        (mem::take(&mut kept.records), kept.dropped)
    }
}

impl Kept {
    fn keep(&mut self, record: &AcquisitionRecord) {
        if self.is_closed {
            return;
        }
        if self.records.len() < AcquisitionRecord::MAX_CAPTURED {
            self.records.push(record.clone());
        } else {
            self.dropped += 1;
        }
    }
}

//! The last few records of one `Telemetry`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::acquisition::AcquisitionRecord;

/// A ring of finished records; with capacity zero it keeps none and costs nothing.
#[derive(Debug)]
pub(crate) struct RecentRecords {
    capacity: usize,
    records: Mutex<VecDeque<AcquisitionRecord>>,
}

impl RecentRecords {
    pub(crate) const fn new(capacity: usize) -> Self {
        Self {
            capacity,
            records: Mutex::new(VecDeque::new()),
        }
    }

    pub(crate) const fn is_kept(&self) -> bool {
        self.capacity > 0
    }

    pub(crate) fn keep(&self, record: &AcquisitionRecord) {
        if !self.is_kept() {
            return;
        }
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() >= self.capacity {
            records.pop_front();
        }
        records.push_back(record.clone());
    }

    pub(crate) fn read(&self) -> Vec<AcquisitionRecord> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.iter().cloned().collect()
    }
}

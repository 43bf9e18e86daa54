//! The latest acquisitions, each with the version that added it.

use std::collections::VecDeque;

use serde_json::value::RawValue;

/// Acquisitions in one message at most.
const IN_MESSAGE: usize = 200;

/// A bounded list of serialized acquisitions.
pub(crate) struct Ring {
    capacity: usize,
    entries: VecDeque<(u64, Box<RawValue>)>,
    /// Acquisitions so far, with those that are no longer kept.
    count: u64,
}

/// The acquisitions that a page has not seen.
pub(crate) struct News {
    pub(crate) entries: Vec<Box<RawValue>>,
    /// Those that it will never see.
    pub(crate) skipped: u64,
}

impl Ring {
    pub(crate) const fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: VecDeque::new(),
            count: 0,
        }
    }

    /// Returns the number of the next acquisition, from 1.
    pub(crate) const fn next(&self) -> u64 {
        self.count + 1
    }

    pub(crate) fn push(&mut self, version: u64, entry: Box<RawValue>) {
        if self.entries.len() >= self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back((version, entry));
        self.count += 1;
    }

    /// Returns the newest entries that were added after this version, oldest first.
    pub(crate) fn since(&self, version: u64) -> News {
        let from = self.entries.partition_point(|(since, _)| *since <= version);
        let new = self.entries.len() - from;
        let skipped = new.saturating_sub(IN_MESSAGE);
        let shown = self.entries.range(from + skipped..);
        News {
            entries: shown.map(|(_, entry)| entry.clone()).collect(),
            skipped: u64::try_from(skipped).unwrap_or(u64::MAX),
        }
    }
}

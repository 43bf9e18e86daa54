//! The latest acquisitions, each with the version that added it.

use std::collections::VecDeque;

use serde_json::value::RawValue;

/// Acquisitions in one message at most.
const IN_MESSAGE: usize = 200;

/// Versions for which the number of acquisitions is known.
const VERSIONS: usize = 1024;

/// A bounded list of serialized acquisitions.
///
/// Plain cache hits are kept apart, so that many hits do not displace the few failures.
pub(crate) struct Ring {
    capacity: usize,
    hits: VecDeque<Slot>,
    others: VecDeque<Slot>,
    /// Acquisitions so far, with those that are no longer kept.
    count: u64,
    /// That count at the end of each recent version that added some.
    counts: VecDeque<(u64, u64)>,
    /// That count at the end of the last version that is not in the list.
    count_before: u64,
}

struct Slot {
    number: u64,
    version: u64,
    entry: Box<RawValue>,
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
            hits: VecDeque::new(),
            others: VecDeque::new(),
            count: 0,
            counts: VecDeque::new(),
            count_before: 0,
        }
    }

    /// Returns the number of the next acquisition, from 1.
    pub(crate) const fn next(&self) -> u64 {
        self.count + 1
    }

    pub(crate) fn push(&mut self, version: u64, is_plain_hit: bool, entry: Box<RawValue>) {
        if self.hits.len() + self.others.len() >= self.capacity {
            self.make_room();
        }
        self.count += 1;
        let slot = Slot {
            number: self.count,
            version,
            entry,
        };
        if is_plain_hit {
            self.hits.push_back(slot);
        } else {
            self.others.push_back(slot);
        }
        self.remember(version);
    }

    /// Drops the oldest entry of the kind that has more than its half.
    fn make_room(&mut self) {
        let is_full_of_hits = self.hits.len() * 2 >= self.capacity;
        if is_full_of_hits || self.others.pop_front().is_none() {
            self.hits.pop_front();
        }
    }

    fn remember(&mut self, version: u64) {
        if let Some((last, count)) = self.counts.back_mut()
            && *last == version
        {
            *count = self.count;
            return;
        }
        self.counts.push_back((version, self.count));
        if self.counts.len() > VERSIONS
            && let Some((_, count)) = self.counts.pop_front()
        {
            self.count_before = count;
        }
    }

    /// Returns how many acquisitions there were at the end of a version.
    fn count_at(&self, version: u64) -> u64 {
        if version == 0 {
            return 0;
        }
        let mut newest_first = self.counts.iter().rev();
        let known = newest_first.find(|(end, _)| *end <= version);
        known.map_or(self.count_before, |(_, count)| *count)
    }

    /// Returns the newest entries that were added after this version, oldest first.
    pub(crate) fn since(&self, version: u64) -> News {
        let news = |slots: &VecDeque<Slot>| {
            slots.len() - slots.partition_point(|slot| slot.version <= version)
        };
        let (hits, others) = (news(&self.hits), news(&self.others));
        let others = others.min(IN_MESSAGE - hits.min(IN_MESSAGE / 2));
        let hits = hits.min(IN_MESSAGE - others);
        let newest_hits = self.hits.range(self.hits.len() - hits..);
        let newest_others = self.others.range(self.others.len() - others..);
        let mut shown: Vec<&Slot> = newest_hits.chain(newest_others).collect();
        shown.sort_unstable_by_key(|slot| slot.number);
        let added = self.count - self.count_at(version);
        News {
            skipped: added.saturating_sub(shown.len() as u64),
            entries: shown.iter().map(|slot| slot.entry.clone()).collect(),
        }
    }
}

//! A limit that no single source of values can use up.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use crate::acquisition::AcquisitionRecord;

/// How many sources are counted apart; sources whose hashes agree share a count.
const BUCKETS: usize = 64;

/// A source may hold at most this many times of what is still free: four fifths, if it is alone.
const WEIGHT: usize = 4;

/// Where new values come from: one function of the SDK, asking one authority.
///
/// A server chooses its error codes. One that never repeats itself would otherwise take the room of
/// all the others, once and for all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    api: &'a str,
    host: &'a str,
}

/// Counts what is in use, for each source and in all.
#[derive(Debug)]
pub(super) struct Quota {
    limit: usize,
    used: AtomicUsize,
    by_source: [AtomicU16; BUCKETS],
}

impl<'a> Source<'a> {
    pub(super) fn of(record: &'a AcquisitionRecord) -> Self {
        Self {
            api: record.api().name(),
            host: record.endpoint_host().unwrap_or_default(),
        }
    }

    fn bucket(self) -> usize {
        fnv(&[self.api, "\0", self.host]) % BUCKETS
    }
}

impl Quota {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
            by_source: [const { AtomicU16::new(0) }; BUCKETS],
        }
    }

    /// Takes one for this source; false if it has had its share.
    pub(super) fn take(&self, source: Source<'_>) -> bool {
        let Some(own) = self.by_source.get(source.bucket()) else {
            return false;
        };
        let held = usize::from(own.load(Ordering::Relaxed));
        let claim = |used: usize| {
            let free = self.limit.saturating_sub(used);
            (held < free.saturating_mul(WEIGHT)).then_some(used + 1)
        };
        let order = Ordering::Relaxed;
        let is_taken = self.used.fetch_update(order, order, claim).is_ok();
        if is_taken {
            own.fetch_add(1, Ordering::Relaxed);
        }
        is_taken
    }

    /// Gives back what another thread turned out to have taken for the same value.
    pub(super) fn give_back(&self, source: Source<'_>) {
        if let Some(own) = self.by_source.get(source.bucket()) {
            own.fetch_sub(1, Ordering::Relaxed);
            self.used.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// FNV-1a: the texts are short, and a guessed collision only costs its author the bucket `other`.
pub(super) fn fnv(parts: &[&str]) -> usize {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    usize::try_from(hash >> 8).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::otel) const fn source(host: &str) -> Source<'_> {
        Source { api: "a", host }
    }

    fn taken(quota: &Quota, host: &str) -> usize {
        (0..1_000).filter(|_| quota.take(source(host))).count()
    }

    #[test]
    fn one_source_leaves_a_fifth() {
        let quota = Quota::new(160);
        assert_eq!(taken(&quota, "a"), 128);
        assert_eq!(taken(&quota, "b"), 26);
        assert_eq!(taken(&quota, "a"), 0);
        quota.give_back(source("b"));
        assert_eq!(taken(&quota, "b"), 1);
    }

    #[test]
    fn limit_holds_for_any_number_of_sources() {
        let quota = Quota::new(160);
        let hosts = (0..500).map(|n| n.to_string());
        let all: usize = hosts.map(|host| taken(&quota, &host)).sum();
        assert!(all <= 160, "{all}");
    }
}

//! A limit that no single origin of values can use up.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use super::bounded_table::{Entry, fnv};
use crate::acquisition::AcquisitionRecord;

/// Number of counters; origins whose hashes agree share one.
const BUCKETS: usize = 64;

/// An origin can hold this many times what is still free: four fifths, if it is the only one.
const WEIGHT: usize = 4;

/// The origin of new values: one function of the SDK with one authority.
///
/// A server chooses its error codes. Without shares, one that never repeats a code would permanently
/// use up the capacity of all others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    api: &'a str,
    host: &'a str,
}

/// Counts what is in use, per origin and in total.
#[derive(Debug)]
pub(super) struct Quota {
    limit: usize,
    used: AtomicUsize,
    by_origin: [AtomicU16; BUCKETS],
}

impl<'a> Origin<'a> {
    /// The SDK's own settings, which come from no server.
    pub(super) const SETTINGS: Self = Self { api: "", host: "" };

    pub(super) fn of(record: &'a AcquisitionRecord) -> Self {
        Self::new(record.api().name(), record.endpoint_host())
    }

    pub(super) fn new(api: &'a str, host: Option<&'a str>) -> Self {
        let host = host.unwrap_or_default();
        Self { api, host }
    }

    fn bucket(self) -> usize {
        let hash = fnv(&[self.api, "\0", self.host]);
        usize::try_from(hash >> 8).unwrap_or_default() % BUCKETS
    }
}

impl Quota {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
            by_origin: [const { AtomicU16::new(0) }; BUCKETS],
        }
    }

    /// Inserts a value, unless the share of its origin is used up.
    pub(super) fn admit<'a, T>(
        &self,
        origin: Origin<'_>,
        insert: impl FnOnce() -> Option<Entry<'a, T>>,
    ) -> Option<Entry<'a, T>> {
        if !self.claim(origin) {
            return None;
        }
        let inserted = insert();
        if !inserted.as_ref().is_some_and(|entry| entry.is_new) {
            self.release(origin);
        }
        inserted
    }

    /// Claims one unit for this origin; returns false if its share is used up.
    fn claim(&self, origin: Origin<'_>) -> bool {
        let Some(of_origin) = self.by_origin.get(origin.bucket()) else {
            return false;
        };
        let held = usize::from(of_origin.load(Ordering::Relaxed));
        let next = |used: usize| {
            let free = self.limit.saturating_sub(used);
            (held < free.saturating_mul(WEIGHT)).then_some(used + 1)
        };
        let order = Ordering::Relaxed;
        let is_claimed = self.used.fetch_update(order, order, next).is_ok();
        if is_claimed {
            of_origin.fetch_add(1, Ordering::Relaxed);
        }
        is_claimed
    }

    /// Releases a unit after another thread claimed one for the same value.
    fn release(&self, origin: Origin<'_>) {
        if let Some(of_origin) = self.by_origin.get(origin.bucket()) {
            of_origin.fetch_sub(1, Ordering::Relaxed);
            self.used.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::otel) const fn origin(host: &str) -> Origin<'_> {
        Origin { api: "a", host }
    }

    fn claimed(quota: &Quota, host: &str) -> usize {
        (0..1_000).filter(|_| quota.claim(origin(host))).count()
    }

    #[test]
    fn one_origin_leaves_a_fifth() {
        let quota = Quota::new(160);
        assert_eq!(claimed(&quota, "a"), 128);
        assert_eq!(claimed(&quota, "b"), 26);
        assert_eq!(claimed(&quota, "a"), 0);
        quota.release(origin("b"));
        assert_eq!(claimed(&quota, "b"), 1);
    }

    #[test]
    fn limit_holds_for_any_number_of_origins() {
        let quota = Quota::new(160);
        let hosts = (0..500).map(|n| n.to_string());
        let all: usize = hosts.map(|host| claimed(&quota, &host)).sum();
        assert!(all <= 160, "{all}");
    }
}

//! An insert-only hash table of limited capacity; finding a value takes no lock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A hash table with open addressing, whose values stay where they are as long as it lives.
///
/// Crates of concurrent maps find a value through a guard or a shard lock, and have no limit.
#[derive(Debug)]
pub(super) struct BoundedTable<T> {
    /// Allocated with the first value; most clients never see a caller or a failure.
    slots: OnceLock<Box<[OnceLock<T>]>>,
    shift: u32,
    capacity: usize,
    used: AtomicUsize,
}

/// A value in a table.
pub(super) struct Entry<'a, T> {
    pub(super) value: &'a T,
    /// Its slot, which never changes.
    pub(super) at: usize,
    /// Whether this call inserted it.
    pub(super) is_new: bool,
}

impl<T> BoundedTable<T> {
    pub(super) const fn new(capacity: usize) -> Self {
        Self {
            slots: OnceLock::new(),
            shift: u64::BITS - Self::slots(capacity).trailing_zeros(),
            capacity,
            used: AtomicUsize::new(0),
        }
    }

    /// At least one and a half times the capacity, so that a search soon reaches an empty slot.
    const fn slots(capacity: usize) -> usize {
        (capacity + capacity / 2).next_power_of_two()
    }

    /// Returns the value with this hash that matches.
    #[inline]
    pub(super) fn find(&self, hash: u64, matches: impl Fn(&T) -> bool) -> Option<Entry<'_, T>> {
        let slots = &**self.slots.get()?;
        let home = self.home(hash);
        for probes in 0..slots.len() {
            let at = (home + probes) & (slots.len() - 1);
            let value = slots.get(at)?.get()?;
            if matches(value) {
                let is_new = false;
                return Some(Entry { value, at, is_new });
            }
        }
        None
    }

    /// Inserts a value, or returns the one that another thread inserted meanwhile, unless full.
    pub(super) fn insert(
        &self,
        hash: u64,
        matches: impl Fn(&T) -> bool,
        make: impl Fn() -> T,
    ) -> Option<Entry<'_, T>> {
        let order = Ordering::Relaxed;
        let next = |used| (used < self.capacity).then_some(used + 1);
        if self.used.fetch_update(order, order, next).is_err() {
            return self.find(hash, matches);
        }
        let empty = || {
            let slots = 0..Self::slots(self.capacity);
            slots.map(|_| OnceLock::new()).collect()
        };
        let slots = &**self.slots.get_or_init(empty);
        let home = self.home(hash);
        for probes in 0..slots.len() {
            let at = (home + probes) & (slots.len() - 1);
            let mut is_new = false;
            // The thread that loses the race for an empty slot finds the winner's value in it.
            let value = slots.get(at)?.get_or_init(|| {
                is_new = true;
                make()
            });
            if matches(value) {
                if !is_new {
                    self.used.fetch_sub(1, order);
                }
                return Some(Entry { value, at, is_new });
            }
        }
        None
    }

    /// Returns the value in a slot.
    pub(super) fn get(&self, at: usize) -> Option<&T> {
        self.slots.get()?.get(at)?.get()
    }

    #[cfg(feature = "otel-bound")]
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        let slots = self.slots.get().into_iter().flatten();
        slots.filter_map(OnceLock::get)
    }

    /// Returns the slot at which a search begins.
    #[inline]
    fn home(&self, hash: u64) -> usize {
        // Multiplication mixes the upper bits best.
        let mixed = hash.wrapping_mul(SPREAD);
        usize::try_from(mixed >> self.shift).unwrap_or_default()
    }
}

/// An odd number without a pattern: 2⁶⁴ divided by the golden ratio.
pub(super) const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// FNV-1a: the texts are short, and a forged collision only makes its author's value `other`.
pub(super) fn fnv(parts: &[&str]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_hashes_are_told_apart() {
        let table = BoundedTable::new(10);
        let at = |n: u64| {
            let entry = table.insert(7, |known| *known == n, || n);
            entry.map(|entry| entry.at)
        };
        let slots: Vec<_> = (0..10).map(at).collect();
        assert_eq!((0..10).map(at).collect::<Vec<_>>(), slots);
        assert!(slots.iter().all(Option::is_some));
    }
}

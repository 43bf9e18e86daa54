//! Attribute sets that were needed before, found again by the key they are made of.

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::KeyValue;

#[cfg(feature = "otel-bound")]
use super::bound::Handles;
use super::catalog::{COUNT, Id};
use super::interner::MAX_APIS;
use super::quota::{Quota, Source};
use super::series_key::SeriesKey;

/// Most series that are kept in full detail; one source may have four fifths of them.
const DETAILED: usize = 1_200;

/// The first of them, which is all that most clients ever have; they lie close together.
const FIRST: usize = 64;

/// Most series without the texts of others and the status.
const OVERFLOW: usize = 160;

/// Series that are left to each API when all else is full, and to the APIs beyond the bound.
const RESERVED: usize = SeriesKey::RESERVED_PER_API * (MAX_APIS + 1);

// The SDK allows each instrument 2000 attribute sets.
const _: () = assert!(DETAILED + OVERFLOW + RESERVED < 2_000);

/// Series that stay as long as the instruments; finding one takes no lock.
pub(super) struct SeriesCache {
    first: Region,
    more: OnceLock<Region>,
    overflow: OnceLock<Region>,
    reserved: OnceLock<Region>,
    quota: Quota,
}

/// Up to a certain number of series.
struct Region {
    /// Half as many again at least, so that a search soon meets an empty one.
    slots: Box<[OnceLock<Box<CachedSeries>>]>,
    shift: u32,
    capacity: usize,
    used: AtomicUsize,
}

/// What is prepared for one kind of acquisition.
pub(super) struct CachedSeries {
    pub(super) key: SeriesKey,
    packed: u64,
    attributes: [OnceLock<Box<[KeyValue]>>; COUNT],
    #[cfg(feature = "otel-bound")]
    pub(super) handles: Handles,
}

impl SeriesCache {
    pub(super) fn new() -> Self {
        Self {
            first: Region::new(FIRST),
            more: OnceLock::new(),
            overflow: OnceLock::new(),
            reserved: OnceLock::new(),
            quota: Quota::new(DETAILED),
        }
    }

    /// The entry for these key, if there is one in full detail.
    #[inline]
    pub(super) fn find(&self, key: &SeriesKey) -> Option<&CachedSeries> {
        let key = HashedKey::new(key);
        self.first.find(&key).or_else(|| self.find_more(&key))
    }

    #[cold]
    fn find_more(&self, key: &HashedKey<'_>) -> Option<&CachedSeries> {
        self.more.get()?.find(key)
    }

    /// A new entry in full detail; none if the source has had its share of them.
    pub(super) fn add(&self, key: &SeriesKey, source: Source<'_>) -> Option<&CachedSeries> {
        if let Some(entry) = self.find(key) {
            return Some(entry);
        }
        if !self.quota.take(source) {
            return None;
        }
        let key = HashedKey::new(key);
        let in_more = || self.more.get_or_init(|| Region::new(DETAILED)).add(&key);
        let (entry, is_new) = self.first.add(&key).or_else(in_more)?;
        if !is_new {
            self.quota.give_back(source);
        }
        Some(entry)
    }

    /// The entry for an acquisition of which there are too many kinds.
    pub(super) fn overflowed(&self, key: &SeriesKey) -> Option<&CachedSeries> {
        let overflow = key.overflow();
        let region = self.overflow.get_or_init(|| Region::new(OVERFLOW));
        region.find_or_add(&HashedKey::new(&overflow)).or_else(|| {
            let region = self.reserved.get_or_init(|| Region::new(RESERVED));
            region.find_or_add(&HashedKey::new(&key.reserved()))
        })
    }

    #[cfg(feature = "otel-bound")]
    pub(super) fn entries(&self) -> impl Iterator<Item = &CachedSeries> {
        let later = [&self.more, &self.overflow, &self.reserved];
        let later = later.into_iter().filter_map(OnceLock::get);
        let slots = std::iter::once(&self.first).chain(later);
        let slots = slots.flat_map(|region| &*region.slots);
        slots.filter_map(|slot| slot.get().map(|entry| &**entry))
    }
}

impl Region {
    fn new(capacity: usize) -> Self {
        let slots = (capacity + capacity / 2).next_power_of_two();
        Self {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
            shift: u64::BITS - slots.trailing_zeros(),
            capacity,
            used: AtomicUsize::new(0),
        }
    }

    /// The slot in which the entry may lie after so many others were looked at.
    #[inline]
    fn slot(&self, key: &HashedKey<'_>, step: usize) -> Option<&OnceLock<Box<CachedSeries>>> {
        // The upper bits of a product are the mixed ones.
        let home = usize::try_from(key.hash >> self.shift).unwrap_or_default();
        self.slots.get((home + step) & (self.slots.len() - 1))
    }

    #[inline]
    fn find(&self, key: &HashedKey<'_>) -> Option<&CachedSeries> {
        for step in 0..self.slots.len() {
            let entry = self.slot(key, step)?.get()?;
            if key.names(entry) {
                return Some(entry);
            }
        }
        None
    }

    /// A new entry, or the one that another thread made meanwhile; none if the region is full.
    fn add(&self, key: &HashedKey<'_>) -> Option<(&CachedSeries, bool)> {
        let claim = |used| (used < self.capacity).then_some(used + 1);
        let order = Ordering::Relaxed;
        self.used.fetch_update(order, order, claim).ok()?;
        for step in 0..self.slots.len() {
            let mut is_new = false;
            // Whoever comes second to an empty slot finds the first one's entry in it.
            let entry = self.slot(key, step)?.get_or_init(|| {
                is_new = true;
                Box::new(CachedSeries::new(key))
            });
            if key.names(entry) {
                if !is_new {
                    self.used.fetch_sub(1, Ordering::Relaxed);
                }
                return Some((entry, is_new));
            }
        }
        None
    }

    fn find_or_add(&self, key: &HashedKey<'_>) -> Option<&CachedSeries> {
        let added = || self.add(key).map(|(entry, _)| entry);
        self.find(key).or_else(added)
    }
}

/// By what an entry is found.
struct HashedKey<'a> {
    series: &'a SeriesKey,
    packed: u64,
    hash: u64,
}

impl<'a> HashedKey<'a> {
    #[inline]
    fn new(series: &'a SeriesKey) -> Self {
        let packed = series.packed();
        Self {
            series,
            packed,
            hash: hash(series.api, packed),
        }
    }

    #[inline]
    fn names(&self, entry: &CachedSeries) -> bool {
        entry.packed == self.packed && ptr::eq(entry.key.api, self.series.api)
    }
}

impl CachedSeries {
    fn new(key: &HashedKey<'_>) -> Self {
        Self {
            key: *key.series,
            packed: key.packed,
            attributes: [const { OnceLock::new() }; COUNT],
            #[cfg(feature = "otel-bound")]
            handles: Handles::new(),
        }
    }

    /// Attributes of one metric that were prepared before.
    pub(super) fn prepared(&self, id: Id) -> Option<&[KeyValue]> {
        self.attributes.get(id.index())?.get().map(|made| &**made)
    }

    /// Keeps the attributes of one metric.
    pub(super) fn prepare(&self, id: Id, attributes: Vec<KeyValue>) -> &[KeyValue] {
        let slot = self.attributes.get(id.index());
        slot.map_or(&[], |slot| slot.get_or_init(|| attributes.into()))
    }
}

/// The name of an API counts by its address: its text would take longer than the rest of the search.
#[inline]
fn hash(api: &'static str, packed: u64) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let address = u64::try_from(api.as_ptr().addr()).unwrap_or_default();
    (packed.wrapping_mul(SPREAD) ^ address).wrapping_mul(SPREAD)
}

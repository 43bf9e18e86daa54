//! A cache of the attribute sets in use, found by the key that they are built from.

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::KeyValue;

#[cfg(feature = "otel-bound")]
use super::bound::BoundInstruments;
use super::catalog::{COUNT, MetricId};
use super::interner::MAX_APIS;
use super::quota::{Origin, Quota};
use super::series_key::SeriesKey;

/// Maximum number of series in full detail; one origin can claim four fifths of them.
const DETAILED: usize = 1_200;

/// Capacity of the first segment: all that most clients ever need, close together in memory.
const FIRST: usize = 64;

/// Maximum number of series without status and texts from outside.
const OVERFLOW: usize = 160;

/// Series reserved for each API when all else is full, and for the APIs beyond the limit.
const RESERVED: usize = SeriesKey::RESERVED_PER_API * (MAX_APIS + 1);

// The SDK allows each instrument 2000 attribute sets.
const _: () = assert!(DETAILED + OVERFLOW + RESERVED < 2_000);

/// A cache of series that live as long as the instruments; finding one takes no lock.
pub(super) struct SeriesCache {
    first: Segment,
    more: OnceLock<Segment>,
    overflow: OnceLock<Segment>,
    reserved: OnceLock<Segment>,
    quota: Quota,
}

/// A hash table of limited capacity, with open addressing.
struct Segment {
    /// At least one and a half times the capacity, so that a search soon reaches an empty slot.
    slots: Box<[OnceLock<Box<CachedSeries>>]>,
    shift: u32,
    capacity: usize,
    used: AtomicUsize,
}

/// A series: a key with the attributes built from it.
pub(super) struct CachedSeries {
    pub(super) key: SeriesKey,
    packed: u64,
    attributes: [OnceLock<Box<[KeyValue]>>; COUNT],
    #[cfg(feature = "otel-bound")]
    pub(super) bound: BoundInstruments,
}

impl SeriesCache {
    pub(super) fn new() -> Self {
        Self {
            first: Segment::new(FIRST),
            more: OnceLock::new(),
            overflow: OnceLock::new(),
            reserved: OnceLock::new(),
            quota: Quota::new(DETAILED),
        }
    }

    /// Returns the entry for this key, if there is one in full detail.
    #[inline]
    pub(super) fn find(&self, key: &SeriesKey) -> Option<&CachedSeries> {
        let key = HashedKey::new(key);
        self.first.find(&key).or_else(|| self.find_more(&key))
    }

    #[cold]
    fn find_more(&self, key: &HashedKey<'_>) -> Option<&CachedSeries> {
        self.more.get()?.find(key)
    }

    /// Adds an entry in full detail, unless the origin has used up its share.
    pub(super) fn add(&self, key: &SeriesKey, origin: Origin<'_>) -> Option<&CachedSeries> {
        if let Some(entry) = self.find(key) {
            return Some(entry);
        }
        if !self.quota.claim(origin) {
            return None;
        }
        let key = HashedKey::new(key);
        let in_more = || self.more.get_or_init(|| Segment::new(DETAILED)).add(&key);
        let (entry, is_new) = self.first.add(&key).or_else(in_more)?;
        if !is_new {
            self.quota.release(origin);
        }
        Some(entry)
    }

    /// Returns the entry for a series beyond the limit.
    pub(super) fn overflowed(&self, key: &SeriesKey) -> Option<&CachedSeries> {
        let overflow = key.overflow();
        let segment = self.overflow.get_or_init(|| Segment::new(OVERFLOW));
        segment.find_or_add(&HashedKey::new(&overflow)).or_else(|| {
            let segment = self.reserved.get_or_init(|| Segment::new(RESERVED));
            segment.find_or_add(&HashedKey::new(&key.reserved()))
        })
    }

    #[cfg(feature = "otel-bound")]
    pub(super) fn entries(&self) -> impl Iterator<Item = &CachedSeries> {
        let later = [&self.more, &self.overflow, &self.reserved];
        let later = later.into_iter().filter_map(OnceLock::get);
        let slots = std::iter::once(&self.first).chain(later);
        let slots = slots.flat_map(|segment| &*segment.slots);
        slots.filter_map(|slot| slot.get().map(|entry| &**entry))
    }
}

impl Segment {
    fn new(capacity: usize) -> Self {
        let slots = (capacity + capacity / 2).next_power_of_two();
        Self {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
            shift: u64::BITS - slots.trailing_zeros(),
            capacity,
            used: AtomicUsize::new(0),
        }
    }

    /// Returns the slot to look at after this number of probes.
    #[inline]
    fn slot(&self, key: &HashedKey<'_>, probes: usize) -> Option<&OnceLock<Box<CachedSeries>>> {
        // Multiplication mixes the upper bits best.
        let home_slot = usize::try_from(key.hash >> self.shift).unwrap_or_default();
        self.slots
            .get((home_slot + probes) & (self.slots.len() - 1))
    }

    #[inline]
    fn find(&self, key: &HashedKey<'_>) -> Option<&CachedSeries> {
        for probes in 0..self.slots.len() {
            let entry = self.slot(key, probes)?.get()?;
            if key.matches(entry) {
                return Some(entry);
            }
        }
        None
    }

    /// Adds an entry, or returns the one that another thread added meanwhile, unless full.
    fn add(&self, key: &HashedKey<'_>) -> Option<(&CachedSeries, bool)> {
        let next = |used| (used < self.capacity).then_some(used + 1);
        let order = Ordering::Relaxed;
        self.used.fetch_update(order, order, next).ok()?;
        for probes in 0..self.slots.len() {
            let mut is_new = false;
            // The thread that loses the race for an empty slot finds the winner's entry in it.
            let entry = self.slot(key, probes)?.get_or_init(|| {
                is_new = true;
                Box::new(CachedSeries::new(key))
            });
            if key.matches(entry) {
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

/// A key with its hash.
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
    fn matches(&self, entry: &CachedSeries) -> bool {
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
            bound: BoundInstruments::new(),
        }
    }

    /// Returns the cached attributes of one metric.
    pub(super) fn cached(&self, id: MetricId) -> Option<&[KeyValue]> {
        self.attributes
            .get(id.index())?
            .get()
            .map(|cached| &**cached)
    }

    /// Caches the attributes of one metric.
    pub(super) fn cache(&self, id: MetricId, attributes: Vec<KeyValue>) -> &[KeyValue] {
        let slot = self.attributes.get(id.index());
        slot.map_or(&[], |slot| slot.get_or_init(|| attributes.into()))
    }
}

/// Hashes the API name by address: hashing its text would take longer than the rest of the search.
#[inline]
fn hash(api: &'static str, packed: u64) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let address = u64::try_from(api.as_ptr().addr()).unwrap_or_default();
    (packed.wrapping_mul(SPREAD) ^ address).wrapping_mul(SPREAD)
}

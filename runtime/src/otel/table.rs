//! Attribute sets that were needed before, found again by the facets they are made of.

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::KeyValue;

#[cfg(feature = "otel-bound")]
use super::bound::Handles;
use super::catalog::{COUNT, Id};
use super::dictionary::MAX_APIS;
use super::facets::Facets;
use super::quota::{Quota, Source};

/// Most series that are kept in full detail; one source may have four fifths of them.
const DETAILED: usize = 1_200;

/// The first of them, which is all that most clients ever have; they lie close together.
const FIRST: usize = 64;

/// Most series without the texts of others and the status.
const COARSE: usize = 160;

/// Series that are left to each API when all else is full, and to the APIs beyond the bound.
const OVERFLOW: usize = Facets::OVERFLOWS * (MAX_APIS + 1);

// The SDK allows each instrument 2000 attribute sets.
const _: () = assert!(DETAILED + COARSE + OVERFLOW < 2_000);

/// Series that stay as long as the instruments; finding one takes no lock.
pub(super) struct Table {
    first: Region,
    more: OnceLock<Region>,
    coarse: OnceLock<Region>,
    overflow: OnceLock<Region>,
    quota: Quota,
}

/// Up to a certain number of series.
struct Region {
    /// Half as many again at least, so that a search soon meets an empty one.
    slots: Box<[OnceLock<Box<Entry>>]>,
    shift: u32,
    capacity: usize,
    used: AtomicUsize,
}

/// What is prepared for one kind of acquisition.
pub(super) struct Entry {
    pub(super) facets: Facets,
    packed: u64,
    attributes: [OnceLock<Box<[KeyValue]>>; COUNT],
    #[cfg(feature = "otel-bound")]
    pub(super) handles: Handles,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            first: Region::new(FIRST),
            more: OnceLock::new(),
            coarse: OnceLock::new(),
            overflow: OnceLock::new(),
            quota: Quota::new(DETAILED),
        }
    }

    /// The entry for these facets, if there is one in full detail.
    #[inline]
    pub(super) fn find(&self, facets: &Facets) -> Option<&Entry> {
        let key = Key::new(facets);
        self.first.find(&key).or_else(|| self.find_more(&key))
    }

    #[cold]
    fn find_more(&self, key: &Key<'_>) -> Option<&Entry> {
        self.more.get()?.find(key)
    }

    /// A new entry in full detail; none if the source has had its share of them.
    pub(super) fn add(&self, facets: &Facets, source: Source<'_>) -> Option<&Entry> {
        if let Some(entry) = self.find(facets) {
            return Some(entry);
        }
        if !self.quota.take(source) {
            return None;
        }
        let key = Key::new(facets);
        let in_more = || self.more.get_or_init(|| Region::new(DETAILED)).add(&key);
        let (entry, is_new) = self.first.add(&key).or_else(in_more)?;
        if !is_new {
            self.quota.give_back(source);
        }
        Some(entry)
    }

    /// The entry for an acquisition of which there are too many kinds.
    pub(super) fn crowded(&self, facets: &Facets) -> Option<&Entry> {
        let coarse = facets.coarse();
        let region = self.coarse.get_or_init(|| Region::new(COARSE));
        region.find_or_add(&Key::new(&coarse)).or_else(|| {
            let region = self.overflow.get_or_init(|| Region::new(OVERFLOW));
            region.find_or_add(&Key::new(&facets.overflow()))
        })
    }

    #[cfg(feature = "otel-bound")]
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        let later = [&self.more, &self.coarse, &self.overflow];
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
    fn slot(&self, key: &Key<'_>, step: usize) -> Option<&OnceLock<Box<Entry>>> {
        // The upper bits of a product are the mixed ones.
        let home = usize::try_from(key.hash >> self.shift).unwrap_or_default();
        self.slots.get((home + step) & (self.slots.len() - 1))
    }

    #[inline]
    fn find(&self, key: &Key<'_>) -> Option<&Entry> {
        for step in 0..self.slots.len() {
            let entry = self.slot(key, step)?.get()?;
            if key.names(entry) {
                return Some(entry);
            }
        }
        None
    }

    /// A new entry, or the one that another thread made meanwhile; none if the region is full.
    fn add(&self, key: &Key<'_>) -> Option<(&Entry, bool)> {
        let claim = |used| (used < self.capacity).then_some(used + 1);
        let order = Ordering::Relaxed;
        self.used.fetch_update(order, order, claim).ok()?;
        for step in 0..self.slots.len() {
            let mut is_new = false;
            // Whoever comes second to an empty slot finds the first one's entry in it.
            let entry = self.slot(key, step)?.get_or_init(|| {
                is_new = true;
                Box::new(Entry::new(key))
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

    fn find_or_add(&self, key: &Key<'_>) -> Option<&Entry> {
        let added = || self.add(key).map(|(entry, _)| entry);
        self.find(key).or_else(added)
    }
}

/// By what an entry is found.
struct Key<'a> {
    facets: &'a Facets,
    packed: u64,
    hash: u64,
}

impl<'a> Key<'a> {
    #[inline]
    fn new(facets: &'a Facets) -> Self {
        let packed = facets.packed();
        Self {
            facets,
            packed,
            hash: hash(facets.api, packed),
        }
    }

    #[inline]
    fn names(&self, entry: &Entry) -> bool {
        entry.packed == self.packed && ptr::eq(entry.facets.api, self.facets.api)
    }
}

impl Entry {
    fn new(key: &Key<'_>) -> Self {
        Self {
            facets: *key.facets,
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

//! Attribute sets that were needed before, found again by the facets they are made of.

use std::ptr;
use std::sync::OnceLock;

use opentelemetry::KeyValue;

#[cfg(feature = "otel-bound")]
use super::bound::Handles;
use super::catalog::{COUNT, Id};
use super::facets::Facets;

/// Number of places: half of the 2000 attribute sets that the SDK allows each instrument.
const PLACES: usize = 1 << PLACE_BITS;

const PLACE_BITS: u32 = 10;

/// How far from its place an entry may lie; past that the table counts as full.
const MAX_STEPS: usize = 16;

/// Entries that stay as long as the instruments; finding one takes no lock.
pub(super) struct Table(Box<[OnceLock<Box<Entry>>]>);

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
        Self((0..PLACES).map(|_| OnceLock::new()).collect())
    }

    /// The entry for these facets, made on first need; none if there is no room for it.
    #[inline]
    pub(super) fn entry(&self, facets: &Facets) -> Option<&Entry> {
        let packed = facets.packed();
        let start = place(facets.api, packed);
        for step in 0..MAX_STEPS {
            let slot = self.0.get((start + step) % PLACES)?;
            // Whoever comes second to a free place finds the first one's entry in it.
            let entry = slot.get_or_init(|| Box::new(Entry::new(*facets, packed)));
            if entry.packed == packed && ptr::eq(entry.facets.api, facets.api) {
                return Some(entry);
            }
        }
        None
    }

    #[cfg(feature = "otel-bound")]
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0
            .iter()
            .filter_map(|slot| slot.get().map(|entry| &**entry))
    }
}

impl Entry {
    fn new(facets: Facets, packed: u64) -> Self {
        Self {
            facets,
            packed,
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

/// Where an entry belongs; the name of an API counts by its address, which is as good as its text.
fn place(api: &'static str, packed: u64) -> usize {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let address = u64::try_from(api.as_ptr().addr()).unwrap_or_default();
    let mixed = (packed.wrapping_mul(SPREAD) ^ address).wrapping_mul(SPREAD);
    usize::try_from(mixed >> (u64::BITS - PLACE_BITS)).unwrap_or_default()
}

//! A cache of the attribute sets in use, found by the key that they are built from.

use std::ptr;
use std::sync::OnceLock;

use opentelemetry::KeyValue;

#[cfg(feature = "otel-bound")]
use super::bound::BoundInstruments;
use super::bounded_table::{BoundedTable, Entry, SPREAD};
use super::catalog::PerMetric;
use super::interner::MAX_APIS;
use super::quota::{Origin, Quota};
use super::series_key::SeriesKey;

/// Maximum number of series in full detail; one origin can claim four fifths of them.
const DETAILED: usize = 1_200;

/// Capacity of the first table: all that most clients ever need, close together in memory.
const FIRST: usize = 64;

/// Maximum number of series without status and texts from outside.
const OVERFLOW: usize = 160;

/// Series reserved for each API when all else is full, and for the APIs beyond the limit.
const RESERVED: usize = SeriesKey::RESERVED_PER_API * (MAX_APIS + 1);

// The SDK allows each instrument 2000 attribute sets.
const _: () = assert!(DETAILED + OVERFLOW + RESERVED < 2_000);

/// A cache of series that live as long as the instruments; finding one takes no lock.
pub(super) struct SeriesCache {
    first: Table,
    more: Table,
    overflow: Table,
    reserved: Table,
    quota: Quota,
}

type Table = BoundedTable<Box<CachedSeries>>;

/// A series: a key with the attributes built from it.
pub(super) struct CachedSeries {
    pub(super) key: SeriesKey,
    packed: u64,
    pub(super) attributes: PerMetric<OnceLock<Box<[KeyValue]>>>,
    #[cfg(feature = "otel-bound")]
    pub(super) bound: BoundInstruments,
}

impl SeriesCache {
    pub(super) const fn new() -> Self {
        Self {
            first: Table::new(FIRST),
            more: Table::new(DETAILED),
            overflow: Table::new(OVERFLOW),
            reserved: Table::new(RESERVED),
            quota: Quota::new(DETAILED),
        }
    }

    /// Returns the series with this key, if there is one in full detail.
    #[inline]
    pub(super) fn find(&self, key: &SeriesKey) -> Option<&CachedSeries> {
        let key = HashedKey::new(key);
        key.find_in(&self.first).or_else(|| self.find_more(&key))
    }

    #[cold]
    fn find_more(&self, key: &HashedKey<'_>) -> Option<&CachedSeries> {
        key.find_in(&self.more)
    }

    /// Adds a series in full detail, unless the origin has used up its share.
    pub(super) fn add(&self, key: &SeriesKey, origin: Origin<'_>) -> Option<&CachedSeries> {
        if let Some(series) = self.find(key) {
            return Some(series);
        }
        let key = HashedKey::new(key);
        let insert = || {
            let in_first = key.insert_into(&self.first);
            in_first.or_else(|| key.insert_into(&self.more))
        };
        let entry = self.quota.admit(origin, insert)?;
        Some(entry.value)
    }

    /// Returns the series for a key beyond the limit.
    pub(super) fn overflowed(&self, key: &SeriesKey) -> Option<&CachedSeries> {
        let overflow = HashedKey::new(&key.overflow()).find_or_insert_into(&self.overflow);
        overflow.or_else(|| HashedKey::new(&key.reserved()).find_or_insert_into(&self.reserved))
    }

    #[cfg(feature = "otel-bound")]
    pub(super) fn series(&self) -> impl Iterator<Item = &CachedSeries> {
        let tables = [&self.first, &self.more, &self.overflow, &self.reserved];
        tables
            .into_iter()
            .flat_map(Table::values)
            .map(|series| &**series)
    }
}

/// A key with its hash.
struct HashedKey<'a> {
    key: &'a SeriesKey,
    packed: u64,
    hash: u64,
}

impl<'a> HashedKey<'a> {
    #[inline]
    fn new(key: &'a SeriesKey) -> Self {
        let packed = key.packed();
        // The API name by address: hashing its text would take longer than the rest of the search.
        let address = u64::try_from(key.api.as_ptr().addr()).unwrap_or_default();
        Self {
            key,
            packed,
            hash: packed.wrapping_mul(SPREAD) ^ address,
        }
    }

    #[inline]
    fn matches(&self, series: &CachedSeries) -> bool {
        series.packed == self.packed && ptr::eq(series.key.api, self.key.api)
    }

    #[inline]
    fn find_in<'t>(&self, table: &'t Table) -> Option<&'t CachedSeries> {
        let entry = table.find(self.hash, |known| self.matches(known))?;
        Some(entry.value)
    }

    fn insert_into<'t>(&self, table: &'t Table) -> Option<Entry<'t, Box<CachedSeries>>> {
        table.insert(self.hash, |known| self.matches(known), || self.series())
    }

    fn find_or_insert_into<'t>(&self, table: &'t Table) -> Option<&'t CachedSeries> {
        let inserted = || Some(&**self.insert_into(table)?.value);
        self.find_in(table).or_else(inserted)
    }

    fn series(&self) -> Box<CachedSeries> {
        Box::new(CachedSeries {
            key: *self.key,
            packed: self.packed,
            attributes: PerMetric::new(|_| OnceLock::new()),
            #[cfg(feature = "otel-bound")]
            bound: BoundInstruments::new(),
        })
    }
}

//! A guard that measures one lookup in a cache.

use std::fmt;

use super::clock::Moment;
use super::id::AcquisitionId;
use super::timer::update;
use crate::cache::{CacheLevel, CacheLookup, RecordedLookup};

/// A guard that measures a cache lookup until its result is known.
///
/// Returned by [`time_cache_lookup`](crate::Acquisition::time_cache_lookup). [`hit`](Self::hit),
/// [`miss`](Self::miss) or [`error`](Self::error) ends the lookup. A guard that is dropped before, as in
/// a cancelled acquisition, records no lookup: nobody knows how it would have ended. Its time counts as
/// time in the cache all the same.
///
/// Times of guards that overlap count once in the time in the cache. Like a
/// [`Timer`](super::Timer), end it in its acquisition.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Acquisition, CacheLevel};
///
/// # fn read(_: &str) -> std::io::Result<Option<String>> { Ok(None) }
/// fn cached_token(key: &str) -> Option<String> {
///     let lookup = Acquisition::current().time_cache_lookup(CacheLevel::L2Cache);
///     match read(key) {
///         Ok(Some(token)) => {
///             lookup.hit();
///             Some(token)
///         }
///         Ok(None) => {
///             lookup.miss();
///             None
///         }
///         Err(_) => {
///             lookup.error();
///             None
///         }
///     }
/// }
/// # assert_eq!(cached_token("key"), None);
/// ```
#[must_use = "the lookup is recorded when its result is"]
pub struct CacheLookupTimer {
    level: CacheLevel,
    /// The acquisition that it measures; none if it was created outside an acquisition, or has ended.
    owner: Option<AcquisitionId>,
    started: Option<Moment>,
}

impl CacheLookupTimer {
    pub(super) fn start(level: CacheLevel) -> Self {
        let mut started = None;
        let owner = update(None, |state, now| {
            started = now;
            state.in_cache().start(now);
        });
        Self {
            level,
            owner,
            started,
        }
    }

    /// Records that the cache held a usable token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// Acquisition::current().time_cache_lookup(CacheLevel::L1Cache).hit();
    /// ```
    pub fn hit(mut self) {
        self.end(Some(CacheLookup::Hit));
    }

    /// Records that the cache held no usable token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// Acquisition::current().time_cache_lookup(CacheLevel::L1Cache).miss();
    /// ```
    pub fn miss(mut self) {
        self.end(Some(CacheLookup::Miss));
    }

    /// Records that the cache could not be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Acquisition, CacheLevel};
    ///
    /// Acquisition::current().time_cache_lookup(CacheLevel::L2Cache).error();
    /// ```
    pub fn error(mut self) {
        self.end(Some(CacheLookup::Error));
    }

    fn end(&mut self, result: Option<CacheLookup>) {
        let Self {
            level,
            ref mut owner,
            started,
        } = *self;
        let Some(owner) = owner.take() else { return };
        update(Some(owner), |state, now| {
            state.in_cache().stop(now);
            if let Some(result) = result {
                let duration = started.and_then(|started| Some(now?.since(started)));
                state.cache_lookup(RecordedLookup::new(level, result, duration));
            }
        });
    }
}

impl Drop for CacheLookupTimer {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl fmt::Debug for CacheLookupTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheLookupTimer")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

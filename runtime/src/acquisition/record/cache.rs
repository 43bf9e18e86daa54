//! The facts of the cache, and where the token came from.

use super::AcquisitionRecord;
use crate::cache::{CacheLevel, CacheRefreshReason, RecordedLookup, TokenSource};

impl AcquisitionRecord {
    /// Returns where the token came from.
    ///
    /// Returns what the SDK recorded, except a cache hit before a token response. Otherwise, if a
    /// token was returned: the identity provider if a token request succeeded or was polled, or the
    /// default source.
    #[must_use]
    pub fn token_source(&self) -> Option<TokenSource> {
        let responded = self.http().is_some_and(|http| http.responded);
        let inferred = if responded {
            Some(TokenSource::IdentityProvider)
        } else {
            self.state.default_source
        };
        self.state
            .source
            .or_else(|| inferred.filter(|_| self.is_ok()))
    }

    /// Returns the cache that held the token; absent when none did.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.cache_level() {
    ///         println!("found in {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cache_level(&self) -> Option<CacheLevel> {
        self.state.level
    }

    /// Returns why a cached token did not suffice, if the cache was consulted.
    ///
    /// Unless the SDK recorded a reason, it is [`NotApplicable`](CacheRefreshReason::NotApplicable)
    /// for a recorded cache hit, and
    /// [`ProactivelyRefreshed`](CacheRefreshReason::ProactivelyRefreshed) for any other background
    /// acquisition.
    #[must_use]
    pub fn refresh_reason(&self) -> Option<CacheRefreshReason> {
        self.state.refresh_reason()
    }

    /// Returns whether an old token was returned because its refresh failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.is_stale() {
    ///         println!("the refresh failed; the old token is still valid");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.state.stale
    }

    /// Returns the first eight lookups in caches that the SDK recorded, in their order.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    /// use token_telemetry::cache::CacheLookup;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     for lookup in record.cache_lookups() {
    ///         if lookup.result() == CacheLookup::Error {
    ///             println!("{} could not be read", lookup.level());
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cache_lookups(&self) -> &[RecordedLookup] {
        self.cold().map_or(&[], |cold| &cold.cache_lookups.kept)
    }

    /// Returns the number of recorded lookups in caches.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{} lookups", record.cache_lookup_count());
    /// }
    /// ```
    #[must_use]
    pub fn cache_lookup_count(&self) -> u32 {
        self.cold().map_or(0, |cold| cold.cache_lookups.count)
    }

    /// Returns the number of access tokens in the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.cached_token_count() {
    ///         println!("{value} tokens in the cache");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cached_token_count(&self) -> Option<u64> {
        self.rare()?.cached_token_count
    }

    /// Returns whether the cache is written to a store outside the process.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.cache_serialized() {
    ///         println!("cache serialized: {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cache_serialized(&self) -> Option<bool> {
        self.cold()?.cache_serialized
    }

    /// Returns whether the cache also serves the older ADAL format.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.legacy_cache() {
    ///         println!("ADAL format: {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn legacy_cache(&self) -> Option<bool> {
        self.cold()?.legacy_cache
    }
}

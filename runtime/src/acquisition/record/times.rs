//! How long the acquisition and its parts took.

use std::time::{Duration, SystemTime};

use super::AcquisitionRecord;
use crate::acquisition::clock::Moment;

impl AcquisitionRecord {
    /// Returns the time from the first poll to the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_total() {
    ///         println!("took {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_total(&self) -> Option<Duration> {
        self.total
    }

    /// Returns date and time of the first poll.
    ///
    /// Calculated from the end, so that a change of the system's time does not matter. Absent if no
    /// observer, span or `capture` received the record, and none was kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(moment) = record.started_at() {
    ///         println!("started at {moment:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn started_at(&self) -> Option<SystemTime> {
        self.ended_at?.checked_sub(self.total?)
    }

    /// Returns date and time of the end.
    ///
    /// Absent if no observer, span or `capture` received the record, and none was kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(moment) = record.ended_at() {
    ///         println!("ended at {moment:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn ended_at(&self) -> Option<SystemTime> {
        self.ended_at
    }

    /// Returns the moment of the first poll; absent without a clock.
    pub(crate) fn started(&self) -> Option<Moment> {
        self.state.started
    }

    /// Returns the time spent in requests.
    ///
    /// Summed over all attempts and [purposes](crate::Purpose).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_in_http() {
    ///         println!("{value:?} in HTTP");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_in_http(&self) -> Option<Duration> {
        self.http()?.duration
    }

    /// Returns the time waited before requests because a server asked for it.
    ///
    /// That is the time from a response with status 429 or 503, or with a `Retry-After`, to the next
    /// request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_throttled() {
    ///         println!("throttled for {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_throttled(&self) -> Option<Duration> {
        self.http()?.throttled
    }

    /// Returns the time spent in the cache.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_in_cache() {
    ///         println!("{value:?} in the cache");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_in_cache(&self) -> Option<Duration> {
        self.state.in_cache.total()
    }

    /// Returns the time spent on post-processing the token.
    ///
    /// For example, on signing a proof of possession.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_in_extension() {
    ///         println!("{value:?} for signing");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_in_extension(&self) -> Option<Duration> {
        self.cold()?.in_extension.total()
    }

    /// Returns the time spent waiting for another caller's refresh.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.duration_waiting() {
    ///         println!("waited {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn duration_waiting(&self) -> Option<Duration> {
        self.state.waited()
    }
}

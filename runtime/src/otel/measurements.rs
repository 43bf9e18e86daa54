//! Decides which metrics record an acquisition, and with what duration.

use std::time::Duration;

use super::catalog::MetricId;
use super::metrics::MetricsConfig;
use super::msal_net::MsalNetRelease;
use super::series_key::SeriesKey;
use crate::acquisition::AcquisitionRecord;
use crate::cache::{CacheLevel, TokenSource};

/// The measurements of one acquisition.
///
/// A counter counts 1 and ignores the duration.
pub(super) struct Measurements<'a> {
    pub(super) config: MetricsConfig,
    pub(super) record: &'a AcquisitionRecord,
    pub(super) key: &'a SeriesKey,
}

impl Measurements<'_> {
    /// Calls a function for each metric with its duration, those of the MSAL set first.
    pub(super) fn for_each_measurement(&self, mut measure: impl FnMut(MetricId, Duration)) {
        if self.config.msal() && self.key.is_ok() {
            self.msal_success(&mut measure);
        } else if self.config.msal() && self.record.error().is_some() {
            self.msal_failure(&mut measure);
        }
        if self.config.conventions {
            self.conventions(&mut measure);
        }
    }

    fn msal_success(&self, measure: &mut impl FnMut(MetricId, Duration)) {
        let record = self.record;
        measure(MetricId::Success, Duration::ZERO);
        if !record.is_background() {
            self.msal_user_facing(measure);
        }
        if self.key.source == Some(TokenSource::IdentityProvider)
            && let Some(time) = self.http_of_success()
        {
            self.measure_versions(MetricId::InHttp, MetricId::InHttpV2, time, measure);
        }
        if let Some(time) = self.or_zero(record.remaining_lifetime()) {
            measure(MetricId::RemainingLifetime, time);
        }
    }

    /// Returns the time in token requests of an acquisition that returned a new token.
    fn http_of_success(&self) -> Option<Duration> {
        let is_lost = self.config.msal_net == Some(MsalNetRelease::V4_84);
        if is_lost && self.record.is_background() {
            // That release never filled in the result of a background refresh.
            return Some(Duration::ZERO);
        }
        self.or_zero(self.record.duration_in_http())
    }

    /// Measures the durations that a caller waited for.
    fn msal_user_facing(&self, measure: &mut impl FnMut(MetricId, Duration)) {
        if let Some(total) = self.or_zero(self.record.duration_total()) {
            self.measure_versions(MetricId::Total, MetricId::TotalV2, total, measure);
            if self.key.level == CacheLevel::L1Cache {
                measure(MetricId::InL1Cache, total);
            }
        }
        if self.key.level == CacheLevel::L2Cache
            && let Some(time) = self.or_zero(self.record.duration_in_cache())
        {
            measure(MetricId::InL2Cache, time);
        }
        if let Some(time) = self.or_zero(self.record.duration_in_extension()) {
            measure(MetricId::InExtension, time);
        }
    }

    fn msal_failure(&self, measure: &mut impl FnMut(MetricId, Duration)) {
        measure(MetricId::Failure, Duration::ZERO);
        if !self.config.extended {
            return;
        }
        if !self.record.is_background()
            && let Some(total) = self.or_zero(self.record.duration_total())
        {
            measure(MetricId::TotalV2, total);
        }
        let shortest = if self.config.msal_net.is_some() {
            // MSAL.NET checks whether its count of milliseconds is above zero.
            Duration::from_millis(1)
        } else {
            Duration::from_nanos(1)
        };
        if let Some(time) = self
            .record
            .duration_in_http()
            .filter(|time| *time >= shortest)
        {
            measure(MetricId::InHttpV2, time);
        }
    }

    fn conventions(&self, measure: &mut impl FnMut(MetricId, Duration)) {
        let record = self.record;
        if let Some(total) = record.duration_total() {
            let metric = if record.is_background() {
                MetricId::RefreshDuration
            } else {
                MetricId::AcquisitionDuration
            };
            measure(metric, total);
        }
        if let Some(time) = record.remaining_lifetime().filter(|_| record.is_ok()) {
            measure(MetricId::TokenRemainingLifetime, time);
        }
    }

    /// Returns the duration, or a zero as in MSAL.NET if it was not measured.
    fn or_zero(&self, time: Option<Duration>) -> Option<Duration> {
        match time {
            None if self.config.msal_net.is_some() => Some(Duration::ZERO),
            measured => measured,
        }
    }

    /// Measures a duration in the histogram of the base set, the extended set, or both.
    #[inline]
    fn measure_versions(
        &self,
        base: MetricId,
        extended: MetricId,
        time: Duration,
        measure: &mut impl FnMut(MetricId, Duration),
    ) {
        if self.config.base {
            measure(base, time);
        }
        if self.config.extended {
            measure(extended, time);
        }
    }
}

//! Which metrics one acquisition is recorded in, and with what time.

use std::time::Duration;

use super::catalog::Id;
use super::metrics::MetricsConfig;
use super::series_key::SeriesKey;
use crate::acquisition::AcquisitionRecord;
use crate::cache::{CacheLevel, TokenSource};

/// The metrics that one acquisition is recorded in.
///
/// A counter counts one; the time beside it is not looked at.
pub(super) struct Measurements<'a> {
    pub(super) sets: MetricsConfig,
    pub(super) record: &'a AcquisitionRecord,
    pub(super) key: &'a SeriesKey,
}

impl Measurements<'_> {
    /// Interners each metric once, the ones of the MSAL set first.
    pub(super) fn each(&self, mut put: impl FnMut(Id, Duration)) {
        if self.sets.msal() && self.key.is_ok() {
            self.msal_success(&mut put);
        } else if self.sets.msal() {
            self.msal_failure(&mut put);
        }
        if self.sets.conventions {
            self.conventions(&mut put);
        }
    }

    fn msal_success(&self, put: &mut impl FnMut(Id, Duration)) {
        let record = self.record;
        put(Id::Success, Duration::ZERO);
        if !record.is_background() {
            self.msal_user_facing(put);
        }
        if self.key.source == Some(TokenSource::IdentityProvider)
            && let Some(time) = self.measured(record.duration_in_http())
        {
            self.versions((Id::InHttp, Id::InHttpV2), time, put);
        }
        if let Some(time) = self.measured(record.remaining_lifetime()) {
            put(Id::RemainingLifetime, time);
        }
    }

    /// The times that a caller waited for.
    fn msal_user_facing(&self, put: &mut impl FnMut(Id, Duration)) {
        if let Some(total) = self.measured(self.record.duration_total()) {
            self.versions((Id::Total, Id::TotalV2), total, put);
            if self.key.level == CacheLevel::L1Cache {
                put(Id::InL1Cache, total);
            }
        }
        if self.key.level == CacheLevel::L2Cache
            && let Some(time) = self.measured(self.record.duration_in_cache())
        {
            put(Id::InL2Cache, time);
        }
        if let Some(time) = self.measured(self.record.duration_in_extension()) {
            put(Id::InExtension, time);
        }
    }

    fn msal_failure(&self, put: &mut impl FnMut(Id, Duration)) {
        put(Id::Failure, Duration::ZERO);
        if !self.sets.extended {
            return;
        }
        if !self.record.is_background()
            && let Some(total) = self.measured(self.record.duration_total())
        {
            put(Id::TotalV2, total);
        }
        let least = if self.sets.msal_net {
            // MSAL.NET asks whether its count of milliseconds is above zero.
            Duration::from_millis(1)
        } else {
            Duration::from_nanos(1)
        };
        if let Some(time) = self.record.duration_in_http().filter(|time| *time >= least) {
            put(Id::InHttpV2, time);
        }
    }

    fn conventions(&self, put: &mut impl FnMut(Id, Duration)) {
        let record = self.record;
        if let Some(total) = record.duration_total() {
            let duration = if record.is_background() {
                Id::RefreshDuration
            } else {
                Id::AcquisitionDuration
            };
            put(duration, total);
        }
        if let Some(time) = record.duration_in_http() {
            put(Id::TokenRequestDuration, time);
        }
        if let Some(time) = record.remaining_lifetime().filter(|_| record.is_ok()) {
            put(Id::TokenRemainingLifetime, time);
        }
    }

    /// The time; where none was measured MSAL.NET has a zero.
    fn measured(&self, time: Option<Duration>) -> Option<Duration> {
        match time {
            None if self.sets.msal_net => Some(Duration::ZERO),
            measured => measured,
        }
    }

    /// One time in the histogram of the base set, the extended set, or both.
    #[inline]
    fn versions(
        &self,
        (base, extended): (Id, Id),
        time: Duration,
        put: &mut impl FnMut(Id, Duration),
    ) {
        if self.sets.base {
            put(base, time);
        }
        if self.sets.extended {
            put(extended, time);
        }
    }
}

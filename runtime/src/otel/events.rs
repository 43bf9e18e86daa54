//! Measurements outside the path of a cache hit, such as one attempt of a token request.
//!
//! They are rare, so their attributes are built each time instead of being cached with a series.

use std::time::Duration;

use opentelemetry::{KeyValue, Value};

use super::attempts::AttemptSet;
use super::attributes::{Attribute, OTHER, OTHER_ERROR, level_name};
use super::catalog::MetricId;
use super::enricher::ExtraAttributes;
use super::quota::Origin;
use super::recorder::MetricsRecorder;
use super::suppression::is_suppressed;
use crate::acquisition::{AcquisitionRecord, Attempt, Outcome};
use crate::cache::{CacheLevel, CacheLookup, RecordedLookup, TokenSource};
use crate::contained::contained;
use crate::credential::{Credential, CredentialKind, ManagedIdentitySource};
use crate::error::ErrorKind;

/// One measurement of a metric of the second set.
///
/// A counter counts 1 and ignores the duration.
pub(crate) struct Event {
    metric: MetricId,
    time: Duration,
    attributes: Vec<KeyValue>,
}

impl Event {
    pub(super) fn counted(metric: MetricId) -> Self {
        Self::timed(metric, Duration::ZERO)
    }

    pub(super) const fn timed(metric: MetricId, time: Duration) -> Self {
        Self {
            metric,
            time,
            attributes: Vec::new(),
        }
    }

    /// Adds an attribute of the metric's row; its values must be bounded.
    pub(super) fn with(mut self, attribute: Attribute, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.attributes
                .push(KeyValue::new(attribute.key, value.into()));
        }
        self
    }

    /// Adds the attributes of an enricher whose keys the metric does not set itself.
    fn beside(mut self, extra: Option<&ExtraAttributes>) -> Self {
        if let Some(extra) = extra {
            self.attributes.extend(extra.beside(self.metric.metric()));
        }
        self
    }
}

/// Records a lookup in a cache.
fn record_lookup(lookup: &RecordedLookup, record_event: impl Fn(Event)) {
    let described = |event: Event| {
        let result = lookup.result().name();
        event
            .with(Attribute::LEVEL, level_name(lookup.level()))
            .with(Attribute::CACHE_RESULT, Some(result))
    };
    record_event(described(Event::counted(MetricId::CacheLookups)));
    if let Some(time) = lookup.duration() {
        let event = Event::timed(MetricId::CacheLookupDuration, time);
        record_event(described(event));
    }
}

/// Returns the time in caches, unless the memory of the process had the token: such a hit has no event.
fn time_in_slow_caches(record: &AcquisitionRecord) -> Option<Duration> {
    let time = record.duration_in_cache();
    time.filter(|_| record.cache_level() != Some(CacheLevel::L1Cache))
}

/// Records the time in caches, whatever the lookups brought.
fn record_time_in_caches(record: &AcquisitionRecord, record_event: impl Fn(Event)) {
    if let Some(time) = time_in_slow_caches(record) {
        let (level, result) = result_of_caches(record);
        let event = Event::timed(MetricId::CacheDuration, time)
            .with(Attribute::LEVEL, level_name(level))
            .with(Attribute::CACHE_RESULT, result.map(CacheLookup::name));
        record_event(event);
    }
}

/// Returns what all lookups of an acquisition came to, and the cache that decided it.
fn result_of_caches(record: &AcquisitionRecord) -> (CacheLevel, Option<CacheLookup>) {
    if record.token_source() == Some(TokenSource::Cache) {
        let level = record.cache_level().unwrap_or(CacheLevel::Unknown);
        return (level, Some(CacheLookup::Hit));
    }
    let last = |result| {
        let mut lookups = record.cache_lookups().iter().rev();
        lookups.find(|lookup| lookup.result() == result)
    };
    if let Some(lookup) = last(CacheLookup::Error).or_else(|| last(CacheLookup::Miss)) {
        return (lookup.level(), Some(lookup.result()));
    }
    let result = match record.outcome() {
        // Nobody knows how a lookup that was dropped would have ended.
        Outcome::Cancelled | Outcome::Panicked => None,
        Outcome::Ok | Outcome::NoToken | Outcome::Pending | Outcome::Error => {
            Some(CacheLookup::Miss)
        }
    };
    (CacheLevel::None, result)
}

impl MetricsRecorder {
    /// Records the events that a finished acquisition contains; a plain hit has none.
    #[inline]
    pub(super) fn record_events(
        &self,
        record: &AcquisitionRecord,
        extra: Option<&ExtraAttributes>,
    ) {
        if !self.records_conventions() {
            return;
        }
        let state = record.state();
        let is_slow = time_in_slow_caches(record).is_some();
        if state.stale || is_slow || state.waited.is_some() || state.cold.is_some() {
            self.record_events_of(record, extra);
        }
    }

    #[cold]
    fn record_events_of(&self, record: &AcquisitionRecord, extra: Option<&ExtraAttributes>) {
        let api = record.api().name();
        let record_event = |event: Event| self.record_event(api, event.beside(extra));
        if record.is_stale() {
            record_event(Event::counted(MetricId::StaleTokens));
        }
        if record.is_expiry_unextended() {
            record_event(Event::counted(MetricId::UnextendedTokens));
        }
        for lookup in record.cache_lookups() {
            record_lookup(lookup, record_event);
        }
        record_time_in_caches(record, record_event);
        if let Some(trigger) = record.trigger() {
            let event = Event::counted(MetricId::TriggeredRefreshes);
            let event = event.with(Attribute::TRIGGER, Some(trigger.name()));
            record_event(event);
        }
        if let Some(credential) = record.credential()
            && record.token_source() != Some(TokenSource::Cache)
        {
            self.record_credential(record, credential, extra);
        }
        if let Some(time) = record.duration_throttled().filter(|time| !time.is_zero()) {
            record_event(Event::timed(MetricId::ThrottledDuration, time));
        }
        if let Some(time) = record.duration_waiting() {
            record_event(Event::timed(MetricId::WaitingDuration, time));
        }
        for error in record.suppressed_errors() {
            let code = self.suppressed_code(record, error);
            let event = Event::counted(MetricId::SuppressedErrors);
            record_event(event.with(Attribute::ERROR_TYPE, Some(code)));
        }
    }

    /// Records how long a credential took.
    ///
    /// By the kind of error instead of the function: with both, the attribute sets would not be
    /// bounded by construction.
    fn record_credential(
        &self,
        record: &AcquisitionRecord,
        credential: Credential,
        extra: Option<&ExtraAttributes>,
    ) {
        let Some(total) = record.duration_total() else {
            return;
        };
        let kind = credential.kind();
        let name = if matches!(kind, CredentialKind::Custom(_)) {
            self.admitted_credential(kind.name())
        } else {
            Some(kind.name())
        };
        let source = kind.managed_identity_source();
        let source = source.map(ManagedIdentitySource::name);
        let error_kind = record.error_kind().map(ErrorKind::name);
        let event = Event::timed(MetricId::CredentialDuration, total)
            .with(Attribute::CREDENTIAL, Some(name.unwrap_or(OTHER_ERROR)))
            .with(Attribute::MANAGED_IDENTITY_SOURCE, source)
            .with(Attribute::ERROR_KIND, error_kind);
        self.record_event_of_client(&event.beside(extra));
    }

    /// Records that a resource rejected a token.
    pub(crate) fn record_rejected_token(&self, status: u16) {
        let error_type = match status {
            401 => "401",
            403 => "403",
            _ => OTHER_ERROR,
        };
        let event = Event::counted(MetricId::RejectedTokens);
        self.record_event_of_client(&event.with(Attribute::ERROR_TYPE, Some(error_type)));
    }

    /// Records an attempt when it is over.
    pub(crate) fn record_attempt(&self, api: &'static str, attempt: &Attempt) {
        let Some(time) = attempt.duration().filter(|_| self.records_conventions()) else {
            return;
        };
        let set = self.attempt_set(api, attempt);
        let event = Event::timed(MetricId::TokenRequestDuration, time)
            .with(Attribute::PURPOSE, Some(set.purpose()))
            .with(Attribute::STATUS, set.status())
            .with(Attribute::ERROR_TYPE, set.error_type())
            .with(Attribute::SERVER, set.server())
            .with(Attribute::RESENDS, set.resends());
        self.record_event(api, event);
    }

    /// Returns the values of an attempt's attributes, of which there is a limit.
    fn attempt_set(&self, api: &'static str, attempt: &Attempt) -> AttemptSet {
        let set = AttemptSet::of(attempt);
        let origin = Origin::new(api, attempt.host());
        let admitted = self.admitted_api(api);
        if admitted.is_some_and(|api| self.attempt_sets.admit(api, &set, origin)) {
            return set;
        }
        self.warn_of_overflow();
        set.overflow()
    }

    /// Records an event of a function of the SDK.
    pub(crate) fn record_event(&self, api: &'static str, event: Event) {
        if self.records_conventions() {
            let api = self.admitted_api(api).unwrap_or(OTHER);
            self.record_event_of_client(&event.with(Attribute::API_NAME, Some(api)));
        }
    }

    /// Records an event that belongs to no function of the SDK.
    pub(super) fn record_event_of_client(&self, event: &Event) {
        if !self.records_conventions() || is_suppressed() {
            return;
        }
        contained(|| {
            let Some(epoch) = self.current_epoch() else {
                return;
            };
            let Some(state) = epoch.state() else { return };
            let instruments = &state.instruments;
            instruments.record(event.metric, event.time, &event.attributes);
        });
    }
}

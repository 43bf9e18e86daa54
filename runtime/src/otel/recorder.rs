//! From a finished acquisition to the instruments.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::attribute_builder::{AttributeBuilder, OTHER};
use super::catalog::{Id, Metric};
use super::enricher::ExtraAttributes;
use super::measurements::Measurements;
use super::metrics::{Metrics, Provider};
use super::provider::{Newest, ProviderEpoch, ProviderEpochs, ProviderState, Timer};
use super::quota::Source;
use super::series_cache::CachedSeries;
use super::series_key::SeriesKey;
use crate::acquisition::{AcquisitionRecord, Moment, Outcome};
use crate::client::ClientInfo;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;

/// How long cache hits may go on before they look for another global provider.
///
/// Every other acquisition looks at once.
pub const PROVIDER_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Records finished acquisitions in OpenTelemetry metrics.
///
/// A [`Telemetry`](crate::Telemetry) has one built in; this is for whoever gets records in another
/// way, such as from [`capture`](crate::capture).
///
/// # Examples
///
/// ```
/// use token_telemetry::otel::{Metrics, MetricsRecorder};
/// use token_telemetry::{AcquisitionRecord, ClientInfo};
///
/// let client = ClientInfo::detect().with_sdk("Contoso.Auth", "1.2.0")?;
/// let recorder = MetricsRecorder::new(Metrics::default(), &client);
/// let forward = |record: &AcquisitionRecord| recorder.finished(record);
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
pub struct MetricsRecorder {
    metrics: Metrics,
    values: AttributeBuilder,
    epochs: ProviderEpochs,
    origin: OnceLock<Moment>,
    provider_check: Timer,
    #[cfg(feature = "otel-bound")]
    rebind_interval: Timer,
    overflowed: AtomicBool,
}

impl MetricsRecorder {
    /// A recorder for acquisitions of this client.
    #[must_use]
    pub fn new(metrics: Metrics, client: &ClientInfo) -> Self {
        let recorder = Self {
            values: AttributeBuilder::new(client, metrics.sets.msal_net),
            epochs: ProviderEpochs::new(),
            origin: OnceLock::new(),
            provider_check: Timer::new(PROVIDER_CHECK_INTERVAL),
            #[cfg(feature = "otel-bound")]
            rebind_interval: Timer::new(super::bound::REBIND_INTERVAL),
            overflowed: AtomicBool::new(false),
            metrics,
        };
        // The global provider may come later; an explicit one is here, and no callback runs yet.
        if let Provider::Explicit(_) = recorder.metrics.provider {
            let _made = recorder.start();
        }
        recorder
    }

    /// Records an acquisition; a panic of the provider or the enricher ends here.
    ///
    /// One that ended with "not yet" is in no metric: it is neither a success nor a failure.
    pub fn finished(&self, record: &AcquisitionRecord) {
        if record.outcome() == Outcome::Pending {
            return;
        }
        contained(|| self.record(record));
    }

    fn record(&self, record: &AcquisitionRecord) {
        let Some(epoch) = self.epoch(record) else {
            return;
        };
        let Some(state) = epoch.state() else { return };
        let key = SeriesKey::of(record, &self.values.names, self.values.msal_net);
        let measurements = Measurements {
            sets: self.metrics.sets,
            record,
            key: &key,
        };
        let entry = state.table.find(&key);
        let entry = entry.or_else(|| self.new_entry(state, &key, record));
        if let Some(enricher) = &self.metrics.enricher {
            let extra = enricher.attributes(record);
            if !extra.is_empty() {
                let key = entry.map_or_else(|| key.reserved(), |entry| entry.key);
                return self.record_with(&extra, &key, state, &measurements);
            }
        }
        match entry {
            Some(entry) => self.record_at(entry, state, &measurements),
            None => self.record_with(
                &ExtraAttributes::default(),
                &key.reserved(),
                state,
                &measurements,
            ),
        }
    }

    /// The entry for a kind of acquisition that is new, or one too many.
    #[cold]
    fn new_entry<'a>(
        &self,
        state: &'a ProviderState,
        key: &SeriesKey,
        record: &AcquisitionRecord,
    ) -> Option<&'a CachedSeries> {
        let admitted = self.values.names.apis.admit(key.api);
        let known = |_: &&str| state.table.add(key, Source::of(record));
        if let Some(entry) = admitted.as_ref().and_then(known) {
            return Some(entry);
        }
        self.tell_of_crowd();
        // By one name for all addresses at which it may lie, lest it take more than its share.
        let key = SeriesKey {
            api: admitted.unwrap_or(OTHER),
            ..*key
        };
        state.table.overflowed(&key)
    }

    fn tell_of_crowd(&self) {
        // The first load keeps a hot path with an overflowed cache from writing to a shared line for ever.
        let is_known = self.overflowed.load(Ordering::Relaxed);
        if !is_known && !self.overflowed.swap(true, Ordering::Relaxed) {
            Diagnostic::TooManyKinds.emit_unthrottled();
        }
    }

    /// Records with attributes that are prepared, or are from now on.
    fn record_at(
        &self,
        entry: &CachedSeries,
        state: &ProviderState,
        measurements: &Measurements<'_>,
    ) {
        #[cfg(feature = "otel-bound")]
        if state.binding.is_trusted() {
            return self.record_bound(entry, state, measurements);
        }
        let instruments = &state.instruments;
        measurements.each(|id, time| {
            if let Some(attributes) = entry.prepared(id) {
                return instruments.record(id, time, attributes);
            }
            let Some(attributes) = self.attributes(id, &entry.key) else {
                return;
            };
            #[cfg(feature = "otel-bound")]
            if state.binding.prove(id, (instruments, time), &attributes) {
                return;
            }
            instruments.record(id, time, entry.prepare(id, attributes));
        });
    }

    #[cfg(feature = "otel-bound")]
    fn record_bound(
        &self,
        entry: &CachedSeries,
        state: &ProviderState,
        measurements: &Measurements<'_>,
    ) {
        let instruments = &state.instruments;
        let mut missing = Vec::new();
        let handles = entry.handles.read();
        measurements.each(|id, time| {
            if !handles.record(id, time) {
                missing.push((id, time));
            }
        });
        drop(handles);
        for (id, time) in missing {
            let Some(attributes) = self.attributes(id, &entry.key) else {
                continue;
            };
            // The value comes first, so that the set never exists without one.
            instruments.record(id, time, &attributes);
            entry.handles.bind(id, instruments, &attributes);
        }
    }

    /// Records with attributes made for this one acquisition.
    fn record_with(
        &self,
        extra: &ExtraAttributes,
        key: &SeriesKey,
        state: &ProviderState,
        measurements: &Measurements<'_>,
    ) {
        measurements.each(|id, time| {
            let Some(metric) = Metric::ALL.get(id.index()) else {
                return;
            };
            let mut attributes = self.values.attributes(metric, key);
            attributes.extend(extra.beside(metric));
            state.instruments.record(id, time, &attributes);
        });
    }

    fn attributes(&self, id: Id, key: &SeriesKey) -> Option<Vec<opentelemetry::KeyValue>> {
        let metric = Metric::ALL.get(id.index())?;
        Some(self.values.attributes(metric, key))
    }

    /// The instruments to use for this record.
    fn epoch(&self, record: &AcquisitionRecord) -> Option<Newest<'_>> {
        let newest = match self.epochs.newest() {
            Some(newest) => newest,
            None => self.start()?,
        };
        // Whatever needed the network can pay for a provider_check; hits share one per interval.
        let is_hit = record.is_ok() && record.attempts() == 0;
        match self.ended(record) {
            Some(now) if is_hit && !self.provider_check.is_due(now) => Some(newest),
            ended => Some(self.look_after(newest, ended)),
        }
    }

    /// Nanoseconds from the first acquisition to the end of this one; none without a clock.
    fn ended(&self, record: &AcquisitionRecord) -> Option<u64> {
        let started = record.started()?;
        let origin = *self.origin.get_or_init(|| started);
        let elapsed = started
            .since(origin)
            .saturating_add(record.duration_total()?);
        u64::try_from(elapsed.as_nanos()).ok()
    }

    /// Makes the first instruments; none where that is not possible now.
    fn start(&self) -> Option<Newest<'_>> {
        let Metrics { provider, sets, .. } = &self.metrics;
        let made = match provider {
            Provider::Off => None,
            _ if !sets.any() => None,
            Provider::Global => ProviderEpoch::from_global(*sets, &self.values),
            Provider::Explicit(provider) => Some(ProviderEpoch::new(provider, *sets, &self.values)),
        };
        // If two threads come here at once both make instruments; the SDK takes them for the same.
        self.epochs.add(None, made?);
        self.epochs.newest()
    }

    /// Follows the global provider, and gives handles back that were kept for long.
    fn look_after<'a>(&'a self, newest: Newest<'a>, ended: Option<u64>) -> Newest<'a> {
        #[cfg(feature = "otel-bound")]
        if ended.is_some_and(|now| self.rebind_interval.is_due(now)) {
            newest.release();
        }
        #[cfg(not(feature = "otel-bound"))]
        let _ = ended;
        if !matches!(self.metrics.provider, Provider::Global) || !newest.is_outdated() {
            return newest;
        }
        let Some(next) = ProviderEpoch::from_global(self.metrics.sets, &self.values) else {
            return newest;
        };
        self.epochs.add(Some(&newest), next);
        #[cfg(feature = "otel-bound")]
        newest.release();
        self.epochs.newest().unwrap_or(newest)
    }
}

impl fmt::Debug for MetricsRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsRecorder")
            .field("metrics", &self.metrics)
            .finish_non_exhaustive()
    }
}

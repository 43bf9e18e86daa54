//! Records finished acquisitions through the instruments.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::StringValue;

use super::attempts::AttemptSets;
use super::attributes::{AttributeBuilder, OTHER, OTHER_ERROR};
use super::catalog::MetricId;
use super::enricher::ExtraAttributes;
use super::gauges::Sources;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
use super::graph_requests::GraphSets;
use super::instruments::InstrumentOptions;
use super::interner::Symbol;
use super::measurements::Measurements;
use super::metrics::{Metrics, Provider};
use super::provider::{Interval, NewestEpoch, ProviderEpoch, ProviderEpochs, ProviderState};
use super::quota::Origin;
use super::series_cache::CachedSeries;
use super::series_key::SeriesKey;
use super::suppression::is_suppressed;
use crate::acquisition::{AcquisitionRecord, Moment, Outcome};
use crate::client::ClientInfo;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::error::ErrorInfo;

/// Interval at which cache hits look up the global provider again.
///
/// Every other acquisition looks it up immediately.
pub const PROVIDER_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// A recorder of finished acquisitions in OpenTelemetry metrics.
///
/// A [`Telemetry`](crate::Telemetry) has one built in. Use this type to record acquisitions that
/// you get in another way, such as from [`capture`](crate::capture).
///
/// # Examples
///
/// ```
/// use token_telemetry::otel::{Metrics, MetricsRecorder};
/// use token_telemetry::{AcquisitionRecord, ClientInfo};
///
/// let client = ClientInfo::detect().with_sdk("Contoso.Auth", "1.2.0")?;
/// let recorder = MetricsRecorder::new(Metrics::default(), &client);
/// let forward = |record: &AcquisitionRecord| recorder.record(record);
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
pub struct MetricsRecorder {
    metrics: Metrics,
    attribute_builder: AttributeBuilder,
    pub(super) attempt_sets: AttemptSets,
    #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
    pub(super) graph_sets: GraphSets,
    /// What gauges read; none for a recorder that only receives records.
    sources: Option<Sources>,
    epochs: ProviderEpochs,
    first_start: OnceLock<Moment>,
    provider_check: Interval,
    #[cfg(feature = "otel-bound")]
    rebind_interval: Interval,
    overflowed: AtomicBool,
    /// Whether nothing is ever recorded, which costs a cache hit one comparison.
    is_off: bool,
}

impl MetricsRecorder {
    /// Creates a recorder for acquisitions of this client.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientInfo;
    /// use token_telemetry::otel::{Metrics, MetricsRecorder};
    ///
    /// let client = ClientInfo::detect().with_sdk("Contoso.Auth", "1.2.0")?;
    /// let recorder = MetricsRecorder::new(Metrics::default(), &client);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn new(metrics: Metrics, client: &ClientInfo) -> Self {
        Self::with_sources(metrics, client, None)
    }

    /// Creates a recorder that also exports what is in flight.
    pub(crate) fn observing(metrics: Metrics, client: &ClientInfo, sources: Sources) -> Self {
        Self::with_sources(metrics, client, Some(sources))
    }

    fn with_sources(metrics: Metrics, client: &ClientInfo, sources: Option<Sources>) -> Self {
        let recorder = Self {
            attribute_builder: AttributeBuilder::new(client, metrics.config.msal_net),
            attempt_sets: AttemptSets::new(),
            #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
            graph_sets: GraphSets::new(),
            sources,
            epochs: ProviderEpochs::new(),
            first_start: OnceLock::new(),
            provider_check: Interval::new(PROVIDER_CHECK_INTERVAL),
            #[cfg(feature = "otel-bound")]
            rebind_interval: Interval::new(super::bound::REBIND_INTERVAL),
            overflowed: AtomicBool::new(false),
            is_off: matches!(metrics.provider, Provider::Off) || !metrics.config.any(),
            metrics,
        };
        // A global provider may be installed later, but an explicit one exists already, and no
        // callback can be running yet.
        if !recorder.is_off && matches!(recorder.metrics.provider, Provider::Explicit(_)) {
            drop(recorder.create_instruments());
        }
        recorder
    }

    /// Returns whether the application reads records to add attributes.
    pub(crate) const fn has_enricher(&self) -> bool {
        !self.is_off && self.metrics.enricher.is_some()
    }

    /// Sets the caller of acquisitions that record none.
    pub(crate) fn with_default_caller(mut self, caller: Option<(&str, &str)>) -> Self {
        let builder = &mut self.attribute_builder;
        if let Some(caller) = caller {
            let interners = &builder.interners;
            let symbol =
                interners.intern_caller(caller, builder.msal_net.is_some(), Origin::SETTINGS);
            builder.interners.default_caller = symbol;
        }
        self
    }

    /// Records an acquisition.
    ///
    /// An acquisition that ended with "not yet" is neither a success nor a failure, so that only its
    /// attempts are recorded: those that the record [keeps](AcquisitionRecord::attempts). One that
    /// returned no token is recorded in the second set only. Nothing is recorded while OpenTelemetry
    /// [suppresses](crate::otel#exporters-that-acquire-tokens) telemetry. A panic of the provider or the
    /// enricher is contained.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::{Metrics, MetricsRecorder};
    /// use token_telemetry::{ClientInfo, capture};
    ///
    /// # async fn sign_in() {}
    /// # futures::executor::block_on(async {
    /// let recorder = MetricsRecorder::new(Metrics::default(), &ClientInfo::detect());
    /// let captured = capture(sign_in()).await;
    /// captured.records.iter().for_each(|record| recorder.record(record));
    /// # });
    /// ```
    pub fn record(&self, record: &AcquisitionRecord) {
        for attempt in record.attempts() {
            self.record_attempt(record.api().name(), attempt);
        }
        self.record_finished(record);
    }

    /// Records an acquisition whose attempts were recorded when they ended.
    pub(crate) fn record_finished(&self, record: &AcquisitionRecord) {
        if self.is_off || self.ignores(record.outcome()) {
            return;
        }
        let extra = contained(|| self.export(record)).flatten();
        self.record_events(record, extra.as_ref());
    }

    /// Returns whether no metric records acquisitions with this outcome.
    fn ignores(&self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Pending => true,
            Outcome::NoToken => !self.metrics.config.conventions,
            Outcome::Ok | Outcome::Error | Outcome::Cancelled | Outcome::Panicked => false,
        }
    }

    /// Records the metrics of an acquisition, and returns the attributes that an enricher adds.
    fn export(&self, record: &AcquisitionRecord) -> Option<ExtraAttributes> {
        let epoch = self.epoch(record)?;
        let state = epoch.state()?;
        // Not any earlier, so that a hit without a provider does not pay for it.
        if is_suppressed() {
            return None;
        }
        let key = SeriesKey::of(
            record,
            &self.attribute_builder.interners,
            self.metrics.config,
        );
        let measurements = Measurements {
            config: self.metrics.config,
            record,
            key: &key,
        };
        let series = state.series.find(&key);
        let series = series.or_else(|| self.new_series(state, &key, record));
        if let Some(enricher) = &self.metrics.enricher {
            let extra = enricher.attributes(record);
            if !extra.is_empty() {
                let key = series.map_or_else(|| key.reserved(), |series| series.key);
                self.record_with(&extra, &key, state, &measurements);
                return Some(extra);
            }
        }
        if let Some(series) = series {
            self.record_at(series, state, &measurements);
        } else {
            let none = ExtraAttributes::default();
            self.record_with(&none, &key.reserved(), state, &measurements);
        }
        None
    }

    /// Returns a series that is new or beyond the limit.
    #[cold]
    fn new_series<'a>(
        &self,
        state: &'a ProviderState,
        key: &SeriesKey,
        record: &AcquisitionRecord,
    ) -> Option<&'a CachedSeries> {
        let admitted = self.attribute_builder.interners.apis.admit(key.api);
        let known = |_: &&str| state.series.add(key, Origin::of(record));
        if let Some(series) = admitted.as_ref().and_then(known) {
            return Some(series);
        }
        self.warn_of_overflow();
        // One name for all addresses at which the same name is stored, since keys compare addresses:
        // otherwise one function would occupy several reserved series.
        let key = SeriesKey {
            api: admitted.unwrap_or(OTHER),
            ..*key
        };
        state.series.overflowed(&key)
    }

    pub(super) fn warn_of_overflow(&self) {
        // The load comes first so that a hot path with an overflowed cache does not keep writing to
        // a shared cache line.
        let is_known = self.overflowed.load(Ordering::Relaxed);
        if !is_known && !self.overflowed.swap(true, Ordering::Relaxed) {
            Diagnostic::TooManySeries.emit_unthrottled();
        }
    }

    /// Records with the cached attributes, which are built on first use.
    fn record_at(
        &self,
        series: &CachedSeries,
        state: &ProviderState,
        measurements: &Measurements<'_>,
    ) {
        #[cfg(feature = "otel-bound")]
        if self.metrics.config.bound {
            return self.record_bound(series, state, measurements);
        }
        measurements.for_each_measurement(|id, time| {
            let attributes = series.attributes.get(id);
            let attributes = attributes.get_or_init(|| self.attributes(id, &series.key).into());
            state.instruments.record(id, time, attributes);
        });
    }

    #[cfg(feature = "otel-bound")]
    fn record_bound(
        &self,
        series: &CachedSeries,
        state: &ProviderState,
        measurements: &Measurements<'_>,
    ) {
        let mut unbound = Vec::new();
        let bound = series.bound.read();
        measurements.for_each_measurement(|id, time| match bound.get(id) {
            Some(instrument) => instrument.record(time),
            None => unbound.push((id, time)),
        });
        drop(bound);
        for (id, time) in unbound {
            let attributes = self.attributes(id, &series.key);
            // Record before binding, so that the attribute set never exists without a value.
            state.instruments.record(id, time, &attributes);
            series.bound.bind(id, &state.instruments, &attributes);
        }
    }

    /// Records with attributes built for this acquisition only.
    fn record_with(
        &self,
        extra: &ExtraAttributes,
        key: &SeriesKey,
        state: &ProviderState,
        measurements: &Measurements<'_>,
    ) {
        measurements.for_each_measurement(|id, time| {
            let mut attributes = self.attributes(id, key);
            attributes.extend(extra.beside(id.metric()));
            state.instruments.record(id, time, &attributes);
        });
    }

    fn attributes(&self, id: MetricId, key: &SeriesKey) -> Vec<opentelemetry::KeyValue> {
        let attributes = id.metric().attributes;
        self.attribute_builder.build(attributes, key)
    }

    /// Returns the epoch whose instruments to use for this record.
    fn epoch(&self, record: &AcquisitionRecord) -> Option<NewestEpoch<'_>> {
        let newest = match self.epochs.newest() {
            Some(newest) => newest,
            None => self.create_instruments()?,
        };
        // An acquisition that used the network can afford the check; hits share one per interval.
        let is_hit = record.error().is_none() && record.attempt_count() == 0;
        match self.ended_at(record) {
            Some(now) if is_hit && !self.provider_check.is_due(now) => Some(newest),
            ended_at => Some(self.maintain(newest, ended_at)),
        }
    }

    /// Returns the nanoseconds from the first acquisition to the end of this one, if measured.
    fn ended_at(&self, record: &AcquisitionRecord) -> Option<u64> {
        let started = record.started()?;
        let first_start = *self.first_start.get_or_init(|| started);
        let elapsed = started
            .since(first_start)
            .saturating_add(record.duration_total()?);
        u64::try_from(elapsed.as_nanos()).ok()
    }

    const fn instrument_options(&self) -> InstrumentOptions<'_> {
        InstrumentOptions {
            config: self.metrics.config,
            descriptions: &self.metrics.descriptions,
            attribute_builder: &self.attribute_builder,
            sources: self.sources.as_ref(),
        }
    }

    /// Creates the first instruments, unless that is impossible at the moment.
    fn create_instruments(&self) -> Option<NewestEpoch<'_>> {
        let options = self.instrument_options();
        let made = match &self.metrics.provider {
            Provider::Off => None,
            Provider::Global => ProviderEpoch::from_global(options),
            Provider::Explicit(provider) => Some(ProviderEpoch::new(provider, options)),
        };
        // Two threads may get here at once and both create instruments; the SDK treats them as the
        // same.
        self.epochs.add(None, made?);
        self.epochs.newest()
    }

    /// Follows the global provider, and releases bound instruments when that is due.
    fn maintain<'a>(&'a self, newest: NewestEpoch<'a>, ended_at: Option<u64>) -> NewestEpoch<'a> {
        #[cfg(feature = "otel-bound")]
        if ended_at.is_some_and(|now| self.rebind_interval.is_due(now)) {
            newest.release();
        }
        #[cfg(not(feature = "otel-bound"))]
        let _ = ended_at;
        if !matches!(self.metrics.provider, Provider::Global) || !newest.is_outdated() {
            return newest;
        }
        let Some(next) = ProviderEpoch::from_global(self.instrument_options()) else {
            return newest;
        };
        self.epochs.add(Some(&newest), next);
        #[cfg(feature = "otel-bound")]
        newest.release();
        self.epochs.newest().unwrap_or(newest)
    }
}

impl MetricsRecorder {
    /// Creates the instruments that show acquisitions in flight, also those of a late provider.
    pub(crate) fn prepare_gauges(&self) {
        if self.records_conventions() {
            drop(self.current_epoch());
        }
    }
}

/// What [`events`](super::events) need.
impl MetricsRecorder {
    pub(super) fn records_conventions(&self) -> bool {
        !self.is_off && self.metrics.config.conventions
    }

    /// Returns the instruments of the provider that is in use now.
    pub(super) fn current_epoch(&self) -> Option<NewestEpoch<'_>> {
        let newest = match self.epochs.newest() {
            Some(newest) => newest,
            None => self.create_instruments()?,
        };
        Some(self.maintain(newest, None))
    }

    /// Returns the code of a suppressed error, unless there are too many codes.
    pub(super) fn suppressed_code(
        &self,
        record: &AcquisitionRecord,
        error: &ErrorInfo,
    ) -> StringValue {
        let interner = &self.attribute_builder.interners.suppressed;
        let (api, origin) = (record.api().name(), Origin::of(record));
        // With the name of the function, because each pair is a series.
        let is_admitted =
            |code: &&str| interner.intern(&[api, "\0", code], origin) != Symbol::OTHER;
        let code = error.code().filter(is_admitted);
        code.map_or_else(|| OTHER_ERROR.into(), |code| code.to_owned().into())
    }

    pub(super) fn admitted_api(&self, api: &'static str) -> Option<&'static str> {
        self.attribute_builder.interners.apis.admit(api)
    }

    pub(super) fn admitted_credential(&self, name: &'static str) -> Option<&'static str> {
        self.attribute_builder.interners.credentials.admit(name)
    }
}

impl fmt::Debug for MetricsRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsRecorder")
            .field("metrics", &self.metrics)
            .finish_non_exhaustive()
    }
}

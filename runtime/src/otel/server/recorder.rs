//! Records what arrived in token requests.

use std::fmt;
use std::sync::{Arc, OnceLock};

use opentelemetry::metrics::{Counter, MeterProvider};
use opentelemetry::{InstrumentationScope, KeyValue, global};

use super::ServerMetrics;
use super::names::Names;
use super::series::{SeriesTable, ServerSeries, StatusClass};
use crate::cache::CacheRefreshReason;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::otel::catalog::{Metric, SCHEMA_URL, SERVER_METER};
use crate::otel::interner::Symbol;
use crate::otel::metrics::Provider;
use crate::otel::provider::{SharedProvider, is_noop};
use crate::otel::quota::Origin;
use crate::otel::suppression::is_suppressed;

/// Failures of one header that are recorded one by one; the rest is recorded at once as `_OTHER`.
///
/// A hostile header holds thousands of them.
const MAX_FAILURES: usize = 64;

/// The greatest number of cache hits in one header that is believed.
const MAX_HITS: u64 = 1 << 32;

/// What one token request reports about its client, and how the server responded.
#[derive(Debug)]
pub(crate) struct ReceivedRequest<'a> {
    pub(crate) sku: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) api: Option<u64>,
    pub(crate) reason: CacheRefreshReason,
    pub(crate) hits: u64,
    /// API ids and error codes.
    pub(crate) failures: Vec<(Option<u64>, &'a str)>,
    /// Headers that cannot be parsed, and why.
    pub(crate) unreadable: Vec<(&'static str, &'static str)>,
    /// Status of the response, if there was one.
    pub(crate) status: Option<u16>,
}

/// A recorder of token requests that arrive at a server.
pub(crate) struct ServerRecorder {
    provider: Provider,
    names: Names,
    /// Created with the first request that finds a provider; none if the provider panicked.
    instruments: OnceLock<Option<Instruments>>,
}

struct Instruments {
    requests: Instrument,
    requests_by_version: Instrument,
    cache_hits: Instrument,
    reported_failures: Instrument,
    unreadable_headers: Instrument,
}

struct Instrument {
    counter: Counter<u64>,
    series: SeriesTable,
}

impl ServerRecorder {
    /// Creates a recorder that also knows the SKUs of other libraries.
    pub(crate) fn new(metrics: ServerMetrics, skus: impl Iterator<Item = &'static str>) -> Self {
        let recorder = Self {
            names: Names::new(&metrics, skus),
            provider: metrics.provider,
            instruments: OnceLock::new(),
        };
        // A global provider may be installed later, but an explicit one exists already.
        if matches!(recorder.provider, Provider::Explicit(_)) {
            recorder.instruments();
        }
        recorder
    }

    /// Records a request, unless OpenTelemetry suppresses telemetry.
    pub(crate) fn record(&self, received: &ReceivedRequest<'_>) {
        if is_suppressed() {
            return;
        }
        if let Some(instruments) = self.instruments() {
            Recording::new(&self.names, received).record(instruments, received);
        }
    }

    fn instruments(&self) -> Option<&Instruments> {
        if let Some(known) = self.instruments.get() {
            return known.as_ref();
        }
        let create = || self.provider().map(|it| Instruments::create(&*it));
        let created = match contained(create) {
            Some(None) => return None,
            Some(created) => created,
            // A provider that panics is not asked again, since every request would pay for a panic.
            None => {
                Diagnostic::ProviderPanicked.emit();
                None
            }
        };
        // Created outside of the cell, so that no thread waits here for locks of the provider.
        self.instruments.get_or_init(|| created).as_ref()
    }

    /// Returns the provider, if one is installed.
    fn provider(&self) -> Option<SharedProvider> {
        match &self.provider {
            Provider::Explicit(provider) => Some(Arc::clone(provider)),
            Provider::Global => Some(global::meter_provider()).filter(|it| !is_noop(&**it)),
            Provider::Off => None,
        }
    }
}

impl Instruments {
    fn create(provider: &dyn MeterProvider) -> Self {
        let scope = InstrumentationScope::builder(SERVER_METER)
            .with_version(env!("CARGO_PKG_VERSION"))
            .with_schema_url(SCHEMA_URL);
        let meter = provider.meter_with_scope(scope.build());
        let create = |metric: Metric| Instrument {
            counter: meter
                .u64_counter(metric.name())
                .with_unit(metric.unit().unwrap_or_default())
                .with_description(metric.description())
                .build(),
            series: SeriesTable::new(),
        };
        Self {
            requests: create(Metric::SERVER_REQUESTS),
            requests_by_version: create(Metric::SERVER_REQUESTS_BY_VERSION),
            cache_hits: create(Metric::SERVER_CACHE_HITS),
            reported_failures: create(Metric::SERVER_REPORTED_FAILURES),
            unreadable_headers: create(Metric::SERVER_UNREADABLE_HEADERS),
        }
    }
}

/// The recording of one request.
struct Recording<'a> {
    names: &'a Names,
    /// Accepted clients have their own share of what is limited, which no stranger can use up.
    origin: Origin<'static>,
    /// The series of the client, to which each metric adds.
    client: ServerSeries,
    version: Symbol,
}

impl<'a> Recording<'a> {
    fn new(names: &'a Names, received: &ReceivedRequest<'_>) -> Self {
        let is_accepted = received.status.is_some_and(|it| (200..400).contains(&it));
        let origin = Origin::new("", is_accepted.then_some("accepted"));
        let sku = names.sku(received.sku);
        Self {
            names,
            origin,
            client: ServerSeries {
                sku,
                ..ServerSeries::EMPTY
            },
            version: names.version(sku, received.version, origin),
        }
    }

    fn record(&self, instruments: &Instruments, received: &ReceivedRequest<'_>) {
        let Self {
            names,
            origin,
            client,
            version,
        } = *self;
        let class = received.status.map(StatusClass::of);
        let request = ServerSeries {
            api: names.api(received.api, origin),
            reason: received.reason,
            class,
            ..client
        };
        self.add(&instruments.requests, request, 1);
        let by_version = ServerSeries {
            version,
            class,
            ..client
        };
        self.add(&instruments.requests_by_version, by_version, 1);
        if received.hits > 0 {
            let hits = ServerSeries { version, ..client };
            self.add(&instruments.cache_hits, hits, received.hits.min(MAX_HITS));
        }
        for unreadable in &received.unreadable {
            let header = ServerSeries {
                unreadable: Some(*unreadable),
                ..client
            };
            self.add(&instruments.unreadable_headers, header, 1);
        }
        self.record_failures(&instruments.reported_failures, &received.failures);
    }

    fn record_failures(&self, instrument: &Instrument, failures: &[(Option<u64>, &str)]) {
        let one_by_one = failures.iter().take(MAX_FAILURES);
        for (api, code) in one_by_one {
            let failure = ServerSeries {
                api: self.names.api(*api, self.origin),
                code: self.names.code(code, self.origin),
                ..self.client
            };
            self.add(instrument, failure, 1);
        }
        let rest = failures.len().saturating_sub(MAX_FAILURES);
        if rest > 0 {
            let others = ServerSeries {
                code: Symbol::OTHER,
                ..self.client
            };
            self.add(instrument, others, u64::try_from(rest).unwrap_or(u64::MAX));
        }
    }

    fn add(&self, instrument: &Instrument, series: ServerSeries, value: u64) {
        let add = |attributes: &[KeyValue]| instrument.counter.add(value, attributes);
        instrument
            .series
            .with_attributes(series, self.names, self.origin, add);
    }
}

impl fmt::Debug for ServerRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerRecorder")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

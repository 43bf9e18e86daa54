//! Providers of foreign types, which are bound once they have proved that they bind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::metrics::{
    BoundCounter, BoundHistogram, BoundSyncInstrument, Counter, Histogram, HistogramBuilder,
    InstrumentBuilder, InstrumentProvider, Meter, MeterProvider, SyncInstrument,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::metrics::{SdkMeterProvider, Temporality};
use token_telemetry::otel::Metrics;

use super::binding::{TEN_HITS, ten_hits};
use crate::otel::collect::Sink;
use crate::otel::{counts, instance};

/// A provider of a foreign type that forwards to the SDK's.
struct Forwarding {
    inner: SdkMeterProvider,
    binds: Option<Arc<AtomicUsize>>,
}

struct ForwardingMeter {
    inner: Meter,
    binds: Option<Arc<AtomicUsize>>,
}

struct ForwardingCounter(Counter<u64>, Option<Arc<AtomicUsize>>);

struct ForwardingHistogram(Histogram<u64>, Option<Arc<AtomicUsize>>);

struct Discarding;

impl MeterProvider for Forwarding {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        Meter::new(Arc::new(ForwardingMeter {
            inner: self.inner.meter_with_scope(scope),
            binds: self.binds.clone(),
        }))
    }
}

impl InstrumentProvider for ForwardingMeter {
    fn u64_counter(&self, builder: InstrumentBuilder<'_, Counter<u64>>) -> Counter<u64> {
        let inner = self.inner.u64_counter(builder.name).build();
        Counter::new(Arc::new(ForwardingCounter(inner, self.binds.clone())))
    }

    fn u64_histogram(&self, builder: HistogramBuilder<'_, Histogram<u64>>) -> Histogram<u64> {
        let inner = self.inner.u64_histogram(builder.name).build();
        Histogram::new(Arc::new(ForwardingHistogram(inner, self.binds.clone())))
    }
}

impl SyncInstrument<u64> for ForwardingCounter {
    fn measure(&self, measurement: u64, attributes: &[KeyValue]) {
        self.0.add(measurement, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<u64> + Send + Sync> {
        match &self.1 {
            None => Box::new(Discarding),
            Some(binds) => {
                binds.fetch_add(1, Ordering::Relaxed);
                Box::new(ForwardingBound::Counter(self.0.bind(attributes)))
            }
        }
    }
}

impl SyncInstrument<u64> for ForwardingHistogram {
    fn measure(&self, measurement: u64, attributes: &[KeyValue]) {
        self.0.record(measurement, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<u64> + Send + Sync> {
        match &self.1 {
            None => Box::new(Discarding),
            Some(binds) => {
                binds.fetch_add(1, Ordering::Relaxed);
                Box::new(ForwardingBound::Histogram(self.0.bind(attributes)))
            }
        }
    }
}

enum ForwardingBound {
    Counter(BoundCounter<u64>),
    Histogram(BoundHistogram<u64>),
}

impl BoundSyncInstrument<u64> for ForwardingBound {
    fn measure(&self, measurement: u64) {
        match self {
            Self::Counter(counter) => counter.add(measurement),
            Self::Histogram(histogram) => histogram.record(measurement),
        }
    }
}

impl BoundSyncInstrument<u64> for Discarding {
    fn measure(&self, _: u64) {}
}

#[test]
fn pretending_provider_stays_unbound() {
    let sink = Sink::new(Temporality::Cumulative);
    let provider = Forwarding {
        inner: sink.provider.clone(),
        binds: None,
    };
    let (telemetry, _clock) = instance("Lab.Auth", Metrics::with_provider(provider));
    ten_hits(&telemetry);
    assert_eq!(counts(&sink.collect()), TEN_HITS);
}

#[test]
fn unknown_provider_bound_after_proof() {
    let sink = Sink::new(Temporality::Cumulative);
    let binds = Arc::new(AtomicUsize::new(0));
    let provider = Forwarding {
        inner: sink.provider.clone(),
        binds: Some(Arc::clone(&binds)),
    };
    let (telemetry, _clock) = instance("Lab.Auth", Metrics::with_provider(provider));
    ten_hits(&telemetry);
    assert_eq!(counts(&sink.collect()), TEN_HITS);
    let after_ten = binds.load(Ordering::Relaxed);
    assert_eq!(after_ten, 4, "one as proof, then one per metric");
    ten_hits(&telemetry);
    assert_eq!(binds.load(Ordering::Relaxed), after_ten);
}

#[test]
fn unbound_uses_stable_api() {
    let sink = Sink::new(Temporality::Cumulative);
    let binds = Arc::new(AtomicUsize::new(0));
    let provider = Forwarding {
        inner: sink.provider.clone(),
        binds: Some(Arc::clone(&binds)),
    };
    let (telemetry, _clock) = instance("Lab.Auth", Metrics::with_provider(provider).unbound());
    ten_hits(&telemetry);
    assert_eq!(counts(&sink.collect()), TEN_HITS);
    assert_eq!(binds.load(Ordering::Relaxed), 0);
}

//! Which providers are bound: an explicit `SdkMeterProvider`, and no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::metrics::{
    BoundSyncInstrument, Counter, Histogram, HistogramBuilder, InstrumentBuilder,
    InstrumentProvider, Meter, MeterProvider, SyncInstrument,
};
use opentelemetry::{InstrumentationScope, KeyValue, global};
use opentelemetry_sdk::metrics::{SdkMeterProvider, Temporality};
use token_telemetry::otel::Metrics;

use super::binding::{TEN_HITS, limited, of_caller, successes, ten_hits};
use crate::otel::collect::Sink;
use crate::otel::global::turn;
use crate::otel::{counts, instance};

/// A provider of a foreign type that forwards to the SDK's, except for bound instruments.
struct Forwarding {
    inner: SdkMeterProvider,
    binds: Arc<AtomicUsize>,
}

struct ForwardingMeter {
    inner: Meter,
    binds: Arc<AtomicUsize>,
}

struct ForwardingInstrument<T> {
    inner: T,
    binds: Arc<AtomicUsize>,
}

struct Discarding;

impl MeterProvider for Forwarding {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        Meter::new(Arc::new(ForwardingMeter {
            inner: self.inner.meter_with_scope(scope),
            binds: Arc::clone(&self.binds),
        }))
    }
}

impl InstrumentProvider for ForwardingMeter {
    fn u64_counter(&self, builder: InstrumentBuilder<'_, Counter<u64>>) -> Counter<u64> {
        Counter::new(Arc::new(ForwardingInstrument {
            inner: self.inner.u64_counter(builder.name).build(),
            binds: Arc::clone(&self.binds),
        }))
    }

    fn u64_histogram(&self, builder: HistogramBuilder<'_, Histogram<u64>>) -> Histogram<u64> {
        Histogram::new(Arc::new(ForwardingInstrument {
            inner: self.inner.u64_histogram(builder.name).build(),
            binds: Arc::clone(&self.binds),
        }))
    }
}

impl SyncInstrument<u64> for ForwardingInstrument<Counter<u64>> {
    fn measure(&self, measurement: u64, attributes: &[KeyValue]) {
        self.inner.add(measurement, attributes);
    }

    fn bind(&self, _: &[KeyValue]) -> Box<dyn BoundSyncInstrument<u64> + Send + Sync> {
        self.binds.fetch_add(1, Ordering::Relaxed);
        Box::new(Discarding)
    }
}

impl SyncInstrument<u64> for ForwardingInstrument<Histogram<u64>> {
    fn measure(&self, measurement: u64, attributes: &[KeyValue]) {
        self.inner.record(measurement, attributes);
    }

    fn bind(&self, _: &[KeyValue]) -> Box<dyn BoundSyncInstrument<u64> + Send + Sync> {
        self.binds.fetch_add(1, Ordering::Relaxed);
        Box::new(Discarding)
    }
}

impl BoundSyncInstrument<u64> for Discarding {
    fn measure(&self, _: u64) {}
}

#[test]
fn foreign_provider_uses_stable_api() {
    let sink = Sink::new(Temporality::Cumulative);
    let binds = Arc::new(AtomicUsize::new(0));
    let provider = Forwarding {
        inner: sink.provider.clone(),
        binds: Arc::clone(&binds),
    };
    let (telemetry, _clock) = instance("Lab.Auth", Metrics::with_provider(provider));
    ten_hits(&telemetry);
    assert_eq!(counts(&sink.collect()), TEN_HITS);
    assert_eq!(binds.load(Ordering::Relaxed), 0);
}

/// Returns whether idle sets stay in the SDK, which keeps only the bound ones.
fn keeps_idle_sets(sink: &Sink, metrics: Metrics) -> bool {
    let (telemetry, _clock) = instance("Lab.Binding", metrics);
    of_caller(&telemetry, "a");
    of_caller(&telemetry, "b");
    sink.collect();
    sink.collect();
    of_caller(&telemetry, "c");
    let callers = successes(&sink.collect(), "Lab.Binding");
    assert!(callers == ["c,"] || callers == ["overflow"], "{callers:?}");
    callers == ["overflow"]
}

#[test]
fn explicit_sdk_provider_is_bound() {
    let sink = limited(2);
    let metrics = Metrics::with_provider(sink.provider.clone());
    assert!(keeps_idle_sets(&sink, metrics));
}

#[test]
fn unbound_uses_stable_api() {
    let sink = limited(2);
    let metrics = Metrics::with_provider(sink.provider.clone()).unbound();
    assert!(!keeps_idle_sets(&sink, metrics));
}

#[test]
fn global_provider_uses_stable_api() {
    let _turn = turn();
    let sink = limited(2);
    global::set_meter_provider(sink.provider.clone());
    assert!(!keeps_idle_sets(&sink, Metrics::default()));
}

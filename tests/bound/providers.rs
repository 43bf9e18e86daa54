//! Providers of another type than the SDK's: they are bound once they have shown that they bind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::metrics::{
    BoundCounter, BoundHistogram, BoundSyncInstrument, Counter, Histogram, HistogramBuilder,
    InstrumentBuilder, InstrumentProvider, Meter, MeterProvider, SyncInstrument,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::metrics::{SdkMeterProvider, Temporality};
use token_telemetry::otel::Metrics;

use crate::handles::{TEN_HITS, ten_hits};
use crate::otel::collect::Sink;
use crate::otel::{counts, instance};

/// A provider of another type than the SDK's, in front of the SDK's.
struct InFront {
    behind: SdkMeterProvider,
    binds: Option<Arc<AtomicUsize>>,
}

struct MeterInFront {
    behind: Meter,
    binds: Option<Arc<AtomicUsize>>,
}

struct CounterInFront(Counter<u64>, Option<Arc<AtomicUsize>>);

struct HistogramInFront(Histogram<u64>, Option<Arc<AtomicUsize>>);

struct Nothing;

impl MeterProvider for InFront {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        Meter::new(Arc::new(MeterInFront {
            behind: self.behind.meter_with_scope(scope),
            binds: self.binds.clone(),
        }))
    }
}

impl InstrumentProvider for MeterInFront {
    fn u64_counter(&self, builder: InstrumentBuilder<'_, Counter<u64>>) -> Counter<u64> {
        let behind = self.behind.u64_counter(builder.name).build();
        Counter::new(Arc::new(CounterInFront(behind, self.binds.clone())))
    }

    fn u64_histogram(&self, builder: HistogramBuilder<'_, Histogram<u64>>) -> Histogram<u64> {
        let behind = self.behind.u64_histogram(builder.name).build();
        Histogram::new(Arc::new(HistogramInFront(behind, self.binds.clone())))
    }
}

impl SyncInstrument<u64> for CounterInFront {
    fn measure(&self, measurement: u64, attributes: &[KeyValue]) {
        self.0.add(measurement, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<u64> + Send + Sync> {
        match &self.1 {
            None => Box::new(Nothing),
            Some(binds) => {
                binds.fetch_add(1, Ordering::Relaxed);
                Box::new(BoundInFront::Counter(self.0.bind(attributes)))
            }
        }
    }
}

impl SyncInstrument<u64> for HistogramInFront {
    fn measure(&self, measurement: u64, attributes: &[KeyValue]) {
        self.0.record(measurement, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<u64> + Send + Sync> {
        match &self.1 {
            None => Box::new(Nothing),
            Some(binds) => {
                binds.fetch_add(1, Ordering::Relaxed);
                Box::new(BoundInFront::Histogram(self.0.bind(attributes)))
            }
        }
    }
}

enum BoundInFront {
    Counter(BoundCounter<u64>),
    Histogram(BoundHistogram<u64>),
}

impl BoundSyncInstrument<u64> for BoundInFront {
    fn measure(&self, measurement: u64) {
        match self {
            Self::Counter(counter) => counter.add(measurement),
            Self::Histogram(histogram) => histogram.record(measurement),
        }
    }
}

impl BoundSyncInstrument<u64> for Nothing {
    fn measure(&self, _: u64) {}
}

#[test]
fn a_provider_that_only_pretends_to_bind_gets_everything_unbound() {
    let sink = Sink::new(Temporality::Cumulative);
    let provider = InFront {
        behind: sink.provider.clone(),
        binds: None,
    };
    let (telemetry, _clock) = instance("Lab.Auth", Metrics::with_provider(provider));
    ten_hits(&telemetry);
    assert_eq!(counts(&sink.collect()), TEN_HITS);
}

#[test]
fn a_provider_of_unknown_type_is_bound_once_it_has_shown_that_it_binds() {
    let sink = Sink::new(Temporality::Cumulative);
    let binds = Arc::new(AtomicUsize::new(0));
    let provider = InFront {
        behind: sink.provider.clone(),
        binds: Some(Arc::clone(&binds)),
    };
    let (telemetry, _clock) = instance("Lab.Auth", Metrics::with_provider(provider));
    ten_hits(&telemetry);
    assert_eq!(counts(&sink.collect()), TEN_HITS);
    let after_ten = binds.load(Ordering::Relaxed);
    assert_eq!(after_ten, 4, "one to show it, one per metric afterwards");
    ten_hits(&telemetry);
    assert_eq!(binds.load(Ordering::Relaxed), after_ten);
}

#[test]
fn one_option_keeps_to_the_stable_api() {
    let sink = Sink::new(Temporality::Cumulative);
    let binds = Arc::new(AtomicUsize::new(0));
    let provider = InFront {
        behind: sink.provider.clone(),
        binds: Some(Arc::clone(&binds)),
    };
    let (telemetry, _clock) = instance("Lab.Auth", Metrics::with_provider(provider).unbound());
    ten_hits(&telemetry);
    assert_eq!(counts(&sink.collect()), TEN_HITS);
    assert_eq!(binds.load(Ordering::Relaxed), 0);
}

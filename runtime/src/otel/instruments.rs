//! The instruments of one meter provider.

use std::time::Duration;

use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider};
use opentelemetry::{InstrumentationScope, KeyValue};

use super::attribute_builder::AttributeBuilder;
use super::catalog::{self, COUNT, Metric, MetricId, Unit};
use super::metrics::MetricsConfig;

/// Instruments by [`MetricId`]; those of sets that are off are missing.
pub(super) struct Instruments([Option<Instrument>; COUNT]);

/// An instrument and the unit of its values.
pub(super) enum Instrument {
    Counter(Counter<u64>),
    Whole(Unit, Histogram<u64>),
    Fractional(Histogram<f64>),
}

impl Instruments {
    /// Creates every instrument of the selected sets; the SDK may lock its pipelines meanwhile.
    pub(super) fn new(
        provider: &dyn MeterProvider,
        config: MetricsConfig,
        attribute_builder: &AttributeBuilder,
    ) -> Self {
        let msal = config
            .msal()
            .then(|| provider.meter_with_scope(msal_scope()));
        let conventions = config
            .conventions
            .then(|| provider.meter_with_scope(attribute_builder.scope()));
        let mut instruments = [const { None }; COUNT];
        for (slot, metric) in instruments.iter_mut().zip(Metric::ALL) {
            let meter = if metric.is_msal() {
                &msal
            } else {
                &conventions
            };
            *slot = meter
                .as_ref()
                .filter(|_| config.has(metric.id))
                .map(|meter| Instrument::new(meter, metric));
        }
        Self(instruments)
    }

    pub(super) fn get(&self, id: MetricId) -> Option<&Instrument> {
        self.0.get(id.index())?.as_ref()
    }

    pub(super) fn record(&self, id: MetricId, time: Duration, attributes: &[KeyValue]) {
        if let Some(instrument) = self.get(id) {
            instrument.record(time, attributes);
        }
    }
}

impl Instrument {
    fn new(meter: &Meter, metric: &Metric) -> Self {
        let name = metric.name();
        let description = metric.description();
        let unit = metric.unit().unwrap_or_default();
        match metric.unit {
            Unit::Count => {
                let builder = meter.u64_counter(name).with_description(description);
                Self::Counter(builder.build())
            }
            Unit::Millis | Unit::Micros | Unit::Seconds => {
                let builder = meter.u64_histogram(name).with_unit(unit);
                Self::Whole(metric.unit, builder.with_description(description).build())
            }
            Unit::FractionalSeconds => {
                let builder = meter.f64_histogram(name).with_unit(unit);
                let advised = builder.with_boundaries(metric.boundaries().to_vec());
                Self::Fractional(advised.with_description(description).build())
            }
        }
    }

    fn record(&self, time: Duration, attributes: &[KeyValue]) {
        match self {
            Self::Counter(counter) => counter.add(1, attributes),
            Self::Whole(unit, histogram) => histogram.record(unit.whole(time), attributes),
            Self::Fractional(histogram) => histogram.record(time.as_secs_f64(), attributes),
        }
    }
}

fn msal_scope() -> InstrumentationScope {
    InstrumentationScope::builder(catalog::MSAL_METER)
        .with_version(catalog::MSAL_METER_VERSION)
        .build()
}

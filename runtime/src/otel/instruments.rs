//! The instruments of one meter provider.

use std::borrow::Cow;
use std::time::Duration;

use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider};
use opentelemetry::{InstrumentationScope, KeyValue};

use super::attributes::AttributeBuilder;
use super::catalog::{
    METER, MSAL_METER, MSAL_METER_VERSION, Metric, MetricId, PerMetric, SCHEMA_URL, Scale, Unit,
};
use super::descriptions::Descriptions;
use super::gauges::Sources;
use super::metrics::MetricsConfig;

/// The instruments; those of sets that are off are missing.
pub(super) type Instruments = PerMetric<Option<Instrument>>;

/// An instrument and the scale of its values.
pub(super) enum Instrument {
    Counter(Counter<u64>),
    Whole(Scale, Histogram<u64>),
    Fractional(Histogram<f64>),
}

/// What the instruments of one client depend on.
#[derive(Clone, Copy)]
pub(super) struct InstrumentOptions<'a> {
    pub(super) config: MetricsConfig,
    pub(super) descriptions: &'a Descriptions,
    pub(super) attribute_builder: &'a AttributeBuilder,
    pub(super) sources: Option<&'a Sources>,
}

/// Creates every instrument of the selected sets; the SDK may lock its pipelines meanwhile.
pub(super) fn create(provider: &dyn MeterProvider, options: InstrumentOptions<'_>) -> Instruments {
    let InstrumentOptions {
        config,
        descriptions,
        attribute_builder,
        ..
    } = options;
    let msal = InstrumentationScope::builder(MSAL_METER).with_version(MSAL_METER_VERSION);
    // A meter of a set that is off would be visible to the provider.
    let msal = config
        .msal()
        .then(|| provider.meter_with_scope(msal.build()));
    let conventions = || conventions_meter(provider, attribute_builder);
    let conventions = config.conventions.then(conventions);
    PerMetric::new(|metric| {
        let meter = if metric.is_msal() {
            &msal
        } else {
            &conventions
        };
        let meter = meter.as_ref().filter(|_| config.has(metric.set))?;
        Instrument::new(meter, metric, descriptions.of(metric))
    })
}

/// Returns the meter of the second set.
pub(super) fn conventions_meter(
    provider: &dyn MeterProvider,
    attribute_builder: &AttributeBuilder,
) -> Meter {
    let scope = InstrumentationScope::builder(METER)
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_schema_url(SCHEMA_URL)
        .with_attributes(attribute_builder.scope());
    provider.meter_with_scope(scope.build())
}

impl Instruments {
    pub(super) fn record(&self, id: MetricId, time: Duration, attributes: &[KeyValue]) {
        if let Some(instrument) = self.get(id) {
            instrument.record(time, attributes);
        }
    }
}

impl Instrument {
    /// Returns none for a metric whose values are observed by a [`GaugeGroup`](super::gauge_group).
    fn new(meter: &Meter, metric: &Metric, description: Cow<'static, str>) -> Option<Self> {
        let name = metric.name();
        let unit = metric.unit().unwrap_or_default();
        Some(match metric.unit {
            Unit::Present(_) | Unit::CurrentSeconds => return None,
            Unit::Count(_) => {
                let mut builder = meter.u64_counter(name).with_description(description);
                builder.unit = metric.unit().map(Cow::Borrowed);
                Self::Counter(builder.build())
            }
            Unit::Whole(scale) => {
                let builder = meter.u64_histogram(name).with_unit(unit);
                Self::Whole(scale, builder.with_description(description).build())
            }
            Unit::FractionalSeconds => {
                let builder = meter.f64_histogram(name).with_unit(unit);
                let advised = builder.with_boundaries(metric.boundaries().to_vec());
                Self::Fractional(advised.with_description(description).build())
            }
        })
    }

    fn record(&self, time: Duration, attributes: &[KeyValue]) {
        match self {
            Self::Counter(counter) => counter.add(1, attributes),
            Self::Whole(scale, histogram) => histogram.record(scale.whole(time), attributes),
            Self::Fractional(histogram) => histogram.record(time.as_secs_f64(), attributes),
        }
    }
}

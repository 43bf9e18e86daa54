//! What an OpenTelemetry exporter receives, as comparable points.

use std::collections::BTreeMap;
use std::fmt::Debug;

use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, InMemoryMetricExporterBuilder, MeterProviderBuilder, SdkMeterProvider,
    Temporality,
};

/// A provider with an exporter that keeps everything.
#[derive(Debug)]
pub struct Sink {
    /// Its provider.
    pub provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

impl Sink {
    /// Creates a sink with this temporality.
    pub fn new(temporality: Temporality) -> Self {
        Self::with(temporality, |builder| builder)
    }

    /// Creates a sink whose provider has views or other options.
    pub fn with(
        temporality: Temporality,
        configure: impl FnOnce(MeterProviderBuilder) -> MeterProviderBuilder,
    ) -> Self {
        let exporter = InMemoryMetricExporterBuilder::new()
            .with_temporality(temporality)
            .build();
        let builder = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone());
        Self {
            provider: configure(builder).build(),
            exporter,
        }
    }

    /// Exports now and returns the points of this export, sorted.
    pub fn collect(&self) -> Vec<Point> {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let exported = self.exporter.get_finished_metrics().unwrap();
        let mut points: Vec<Point> = exported.last().map(points).unwrap_or_default();
        points.sort_by_key(Point::key);
        points
    }
}

/// One point of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Name, version and schema of the meter.
    pub scope: (String, Option<String>, Option<String>),
    /// Name of the metric.
    pub metric: String,
    /// Unit of the metric.
    pub unit: String,
    /// Description of the metric.
    pub description: String,
    /// Attributes of the point.
    pub attributes: BTreeMap<String, Value>,
    /// Sum of a counter, number of recordings of a histogram, 1 for a gauge.
    pub count: u64,
    /// Sum of the recorded values, or the value of a gauge.
    pub sum: String,
    /// Type of the recorded values.
    pub number: &'static str,
    /// The rest of the point: temporality, extremes, buckets.
    pub shape: String,
}

impl Point {
    fn key(&self) -> (String, String) {
        (self.metric.clone(), format!("{:?}", self.attributes))
    }

    /// Returns the value of an attribute as text; empty if it is missing.
    pub fn text(&self, key: &str) -> String {
        let value = self.attributes.get(key);
        value
            .map(|value| value.as_str().into_owned())
            .unwrap_or_default()
    }
}

fn points(exported: &ResourceMetrics) -> Vec<Point> {
    let mut points = Vec::new();
    for scope in exported.scope_metrics() {
        let of = scope.scope();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let named = (
            of.name().to_owned(),
            owned(of.version()),
            owned(of.schema_url()),
        );
        for metric in scope.metrics() {
            let number = match metric.data() {
                AggregatedMetrics::U64(_) => "u64",
                AggregatedMetrics::F64(_) => "f64",
                AggregatedMetrics::I64(_) => "i64",
            };
            read_metric(metric, &mut |attributes, count, sum, shape| {
                points.push(Point {
                    scope: named.clone(),
                    metric: metric.name().to_owned(),
                    unit: metric.unit().to_owned(),
                    description: metric.description().to_owned(),
                    attributes,
                    count,
                    sum,
                    number,
                    shape,
                });
            });
        }
    }
    points
}

type Put<'a> = dyn FnMut(BTreeMap<String, Value>, u64, String, String) + 'a;

fn read_metric(metric: &Metric, put: &mut Put<'_>) {
    match metric.data() {
        AggregatedMetrics::U64(data) => read_data(data, put),
        AggregatedMetrics::F64(data) => read_data(data, put),
        AggregatedMetrics::I64(data) => read_data(data, put),
    }
}

fn read_data<T: Copy + Debug>(data: &MetricData<T>, put: &mut Put<'_>) {
    match data {
        MetricData::Sum(sum) => {
            let shape = format!("{:?} {}", sum.temporality(), sum.is_monotonic());
            for point in sum.data_points() {
                let sum = format!("{:?}", point.value());
                let count = sum.parse().unwrap();
                put(set(point.attributes().collect()), count, sum, shape.clone());
            }
        }
        MetricData::Histogram(histogram) => {
            for point in histogram.data_points() {
                let bounds: Vec<f64> = point.bounds().collect();
                let counts: Vec<u64> = point.bucket_counts().collect();
                let shape = format!(
                    "{:?} {:?} {:?} {bounds:?} {counts:?}",
                    histogram.temporality(),
                    point.min(),
                    point.max()
                );
                put(
                    set(point.attributes().collect()),
                    point.count(),
                    format!("{:?}", point.sum()),
                    shape,
                );
            }
        }
        MetricData::ExponentialHistogram(histogram) => {
            for point in histogram.data_points() {
                let bucket = point.positive_bucket();
                let counts: Vec<u64> = bucket.counts().collect();
                let shape = format!(
                    "{:?} {:?} {:?} {} {} {} {counts:?}",
                    histogram.temporality(),
                    point.min(),
                    point.max(),
                    point.scale(),
                    point.zero_count(),
                    bucket.offset()
                );
                let count = u64::try_from(point.count()).unwrap();
                put(
                    set(point.attributes().collect()),
                    count,
                    format!("{:?}", point.sum()),
                    shape,
                );
            }
        }
        MetricData::Gauge(gauge) => {
            for point in gauge.data_points() {
                let (value, shape) = (format!("{:?}", point.value()), "gauge".to_owned());
                put(set(point.attributes().collect()), 1, value, shape);
            }
        }
    }
}

/// Returns the attributes of a point as a map, after checking that no key is repeated.
fn set(attributes: Vec<&KeyValue>) -> BTreeMap<String, Value> {
    let mut set = BTreeMap::new();
    for KeyValue { key, value, .. } in attributes {
        let before = set.insert(key.to_string(), value.clone());
        assert_eq!(before, None, "the attribute {key} was exported twice");
    }
    set
}

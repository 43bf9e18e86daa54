//! Prints what an OpenTelemetry exporter collected, with a legend.

use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics};

use super::paint::{Tone, paint};

/// Attributes that distinguish the data points of the examples.
const SHOWN: [&str; 5] = [
    "TokenSource",
    "CacheLevel",
    "CacheRefreshReason",
    "ErrorCode",
    "RawStsErrorCode",
];

/// Prints the metrics that an OpenTelemetry exporter collected.
pub fn metrics(collected: &ResourceMetrics) {
    say!(
        "  Counters show how often something happened; histograms show the number of values and their"
    );
    say!("  sum. MSAL's histograms record whole units, so a call of 0.4 ms adds 0 ms.");
    for scope in collected.scope_metrics() {
        let scope_name = scope.scope().name();
        let version = scope.scope().version().unwrap_or("-");
        say!("\n  meter {scope_name} {version}");
        scope.metrics().for_each(metric_points);
    }
}

fn metric_points(metric: &Metric) {
    let AggregatedMetrics::U64(data) = metric.data() else {
        return;
    };
    // OpenTelemetry spells microseconds `us`.
    let unit = metric.unit().replace("us", "µs");
    let name = paint(Tone::Heading, metric.name());
    match data {
        MetricData::Sum(sum) => {
            say!("  {name}, counter");
            for point in sum.data_points() {
                point_line(&format!("{} ×", point.value()), point.attributes());
            }
        }
        MetricData::Histogram(histogram) => {
            say!("  {name}, histogram in {unit}");
            for point in histogram.data_points() {
                let values = if point.count() == 1 {
                    "value"
                } else {
                    "values"
                };
                let value = format!("{} {values}, sum {} {unit}", point.count(), point.sum());
                point_line(&value, point.attributes());
            }
        }
        MetricData::Gauge(_) | MetricData::ExponentialHistogram(_) => {}
    }
}

/// Prints the value of a data point and its distinguishing attributes.
fn point_line<'a, A>(value: &str, attributes: A)
where
    A: Iterator<Item = &'a KeyValue>,
{
    let mut facts: Vec<(usize, String)> = attributes
        .filter_map(|attribute| {
            let at = SHOWN
                .iter()
                .position(|key| *key == attribute.key.as_str())?;
            Some((at, attribute.value.to_string()))
        })
        .filter(|(_, value)| !value.is_empty() && value != "None" && value != "NotApplicable")
        .collect();
    facts.sort();
    let facts: Vec<String> = facts.into_iter().map(|(_, value)| value).collect();
    let facts = if facts.is_empty() {
        "all requests".to_owned()
    } else {
        facts.join(", ")
    };
    say!("    {value:>22}  {}", paint(Tone::Faint, &facts));
}

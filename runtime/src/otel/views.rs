//! Views for applications that use the same version of the OpenTelemetry SDK as this crate.
//!
//! For another version, or for other views, build your own from [`Metric`].
//!
//! # Examples
//!
//! ```
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//! use token_telemetry::otel::views;
//!
//! let provider = SdkMeterProvider::builder().with_view(views::suggested).build();
//! ```

use opentelemetry::Key;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, Stream};

use super::catalog::Metric;

/// Applies bucket boundaries that fit the metrics of this crate.
///
/// # Examples
///
/// ```
/// use opentelemetry_sdk::metrics::SdkMeterProvider;
/// use token_telemetry::otel::{Metrics, views};
///
/// let provider = SdkMeterProvider::builder().with_view(views::suggested).build();
/// let metrics = Metrics::with_provider(provider);
/// ```
#[must_use]
pub fn suggested(instrument: &Instrument) -> Option<Stream> {
    let boundaries = metric(instrument)?.boundaries();
    if boundaries.is_empty() {
        return None;
    }
    Stream::builder()
        .with_aggregation(explicit(boundaries))
        .build()
        .ok()
}

/// Applies the same boundaries, and drops the attributes that an enricher adds.
///
/// # Examples
///
/// ```
/// use opentelemetry_sdk::metrics::SdkMeterProvider;
/// use token_telemetry::otel::views;
///
/// let provider = SdkMeterProvider::builder()
///     .with_view(views::without_extra_attributes)
///     .build();
/// ```
#[must_use]
pub fn without_extra_attributes(instrument: &Instrument) -> Option<Stream> {
    let metric = metric(instrument)?;
    let stream = Stream::builder().with_allowed_attribute_keys(metric.attributes().map(Key::from));
    if metric.boundaries().is_empty() {
        return stream.build().ok();
    }
    stream
        .with_aggregation(explicit(metric.boundaries()))
        .build()
        .ok()
}

/// Returns the metric behind an instrument, unless another library uses the same name.
fn metric(instrument: &Instrument) -> Option<&'static Metric> {
    let metric = Metric::named(instrument.name())?;
    (metric.meter() == instrument.scope().name()).then_some(metric)
}

fn explicit(boundaries: &[f64]) -> Aggregation {
    Aggregation::ExplicitBucketHistogram {
        boundaries: boundaries.to_vec(),
        record_min_max: true,
    }
}

//! OpenTelemetry metrics.

#[cfg(feature = "otel-bound")]
mod bound;
mod catalog;
mod dictionary;
mod enricher;
mod facets;
mod instruments;
mod metrics;
mod occasions;
mod provider;
mod recorder;
mod table;
mod values;
#[cfg(feature = "otel-views")]
pub mod views;

pub use catalog::{METER, MSAL_METER, MSAL_METER_VERSION, Metric, MetricKind, SCHEMA_URL};
pub use enricher::{ExtraAttributes, MAX_EXTRA_ATTRIBUTES};
pub use metrics::{EXTENDED_METRICS_VARIABLE, Metrics, MsalSet};
pub use recorder::{MetricsRecorder, PROVIDER_LOOK_INTERVAL};

//! What the examples in front of receivers share: a steady mixed load and the command line.

pub mod arguments;
pub mod load;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use token_telemetry::otel::{Metrics, MsalSet};
use token_telemetry::{Telemetry, TelemetryBuilder};

/// Anything that ends an example early.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Telemetry of the Contoso SDK that records every metric there is.
pub fn telemetry(provider: SdkMeterProvider) -> TelemetryBuilder {
    let metrics = Metrics::with_provider(provider)
        .msal_set(MsalSet::Both)
        .conventions();
    Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.0")
        .metrics(metrics)
}

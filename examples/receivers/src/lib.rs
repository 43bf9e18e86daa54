//! Shared by the receiver examples: a mixed load, its telemetry, a listener.

pub mod load;
pub mod scrape;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use token_telemetry::otel::{Metrics, MsalSet};
use token_telemetry::{Telemetry, TelemetryBuilder};
use token_telemetry_examples::Failure;
use tokio::net::TcpListener;

/// Returns telemetry of the Contoso SDK that records all metrics.
pub fn telemetry(provider: SdkMeterProvider) -> TelemetryBuilder {
    let metrics = Metrics::with_provider(provider)
        .msal_set(MsalSet::Both)
        .semantic_conventions();
    Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.0")
        .metrics(metrics)
}

/// Listens on loopback.
///
/// # Errors
///
/// Fails if the port is taken; the message suggests `--port 0`.
pub async fn listen(port: u16) -> Result<TcpListener, Failure> {
    let listening = TcpListener::bind(("127.0.0.1", port)).await;
    listening.map_err(|error| {
        format!("cannot listen on 127.0.0.1:{port}: {error}; pass `--port 0` to use a free port")
            .into()
    })
}

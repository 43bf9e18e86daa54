//! What the examples in front of receivers share: a steady mixed load, its telemetry, a listener.

pub mod load;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use token_telemetry::otel::{Metrics, MsalSet};
use token_telemetry::{Telemetry, TelemetryBuilder};
use token_telemetry_examples::Failure;
use tokio::net::TcpListener;

/// Telemetry of the Contoso SDK that records every metric there is.
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
/// Fails when the port is taken, and says what to do about it.
pub async fn listen(port: u16) -> Result<TcpListener, Failure> {
    let listening = TcpListener::bind(("127.0.0.1", port)).await;
    listening.map_err(|error| {
        format!("cannot listen on 127.0.0.1:{port}: {error}; `--port 0` takes a free port").into()
    })
}

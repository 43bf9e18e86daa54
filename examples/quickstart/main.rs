//! All of token-telemetry in one run: an annotated SDK, a token endpoint, headers, metrics.
//!
//! ```text
//! cargo run --example quickstart                        # everything embedded
//! cargo run --example quickstart -- --authority URL     # your own token endpoint
//! ```

mod check;
mod embedded;
mod own;
mod scenes;
mod timeline;

use std::process::ExitCode;

use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use token_telemetry::Telemetry;
use token_telemetry::otel::Metrics;
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::token_endpoint::SECRET;
use token_telemetry_examples::{Failure, say, screen};

const HELP: &str = "\
Acquires tokens with a small SDK called Contoso, and shows the headers that reach the token endpoint
and the metrics that reach OpenTelemetry. Without options, the example runs its own token endpoint.

Usage: cargo run --example quickstart [-- OPTIONS]

  --authority URL   use the token endpoint at this URL, or at URL/oauth2/v2.0/token; plain http only.
                    It receives the client id `contoso-sample` with a made-up secret.
  --help            prints this text

Colors appear on a terminal unless NO_COLOR is set.
";

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run(&arguments).await),
        Err(code) => code,
    }
}

async fn run(arguments: &Arguments) -> Result<String, Failure> {
    match arguments.get::<String>("authority")? {
        Some(authority) => own::play(&authority).await,
        None => embedded::play().await,
    }
}

/// A client of the SDK with its telemetry and exporter.
struct Contoso {
    client: ContosoClient,
    telemetry: Telemetry,
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
}

impl Contoso {
    fn new(token_url: String) -> Result<Self, Failure> {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let telemetry = Telemetry::builder()
            .sdk("Contoso.Auth", "1.2.0")
            .metrics(Metrics::with_provider(provider.clone()))
            .build()?;
        Ok(Self {
            client: ContosoClient::new(telemetry.clone(), token_url, SECRET),
            telemetry,
            exporter,
            provider,
        })
    }

    /// Prints the metrics and the next step.
    fn conclude(&self) -> Result<(), Failure> {
        screen::heading("Metrics, as received by an OpenTelemetry exporter");
        self.provider.force_flush()?;
        if let Some(collected) = self.exporter.get_finished_metrics()?.last() {
            screen::metrics(collected);
        }
        say!("\nWatch acquisitions as they happen, in a browser: cargo run --example live\n");
        Ok(())
    }
}

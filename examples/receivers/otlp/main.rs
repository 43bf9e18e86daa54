//! Sends the Contoso SDK's metrics and spans to an OTLP receiver.
//!
//! ```text
//! cargo run --example otlp -- --endpoint http://127.0.0.1:4317                  # gRPC
//! cargo run --example otlp -- --endpoint http://127.0.0.1:4318 --protocol http  # HTTP/protobuf
//! ```

mod protocol;
mod reachable;
mod retried;

use std::process::ExitCode;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use token_telemetry::otel::views;
use token_telemetry_examples::Failure;
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_receivers::load::Load;
use token_telemetry_receivers::telemetry;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use protocol::Protocol;

const HELP: &str = "\
Sends the metrics and spans of the Contoso SDK to an OpenTelemetry collector.

Usage: cargo run --example otlp [-- OPTIONS]

  --endpoint URL    address of the collector, plain http only; default:
                    http://127.0.0.1:4317 for gRPC, http://127.0.0.1:4318 for HTTP
  --protocol NAME   `grpc`, or `http` for HTTP/protobuf; default: grpc
  --rounds N        how often to repeat 25 acquisitions; default: 1.
                    One more acquisition is retried twice.
  --help            prints this text
";

fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run(&arguments)),
        Err(code) => code,
    }
}

fn run(arguments: &Arguments) -> Result<String, Failure> {
    let protocol = arguments.get("protocol")?.unwrap_or(Protocol::Grpc);
    let endpoint = arguments
        .get("endpoint")?
        .unwrap_or_else(|| protocol.default_endpoint().to_owned());
    let rounds = arguments.get("rounds")?.unwrap_or(1);
    reachable::check(&endpoint)?;

    let runtime = tokio::runtime::Runtime::new()?;
    // The gRPC exporters run on the runtime; flushing must happen on a thread outside it, this one.
    let providers = {
        let _inside = runtime.enter();
        Providers::new(protocol, &endpoint)?
    };
    providers.install_spans()?;
    let acquisitions = runtime.block_on(work(providers.metrics.clone(), rounds))?;
    let protocol = protocol.name();
    providers.shutdown().map_err(|error| {
        format!(
            "{endpoint} did not accept all data; expected an OTLP receiver for {protocol}: {error}"
        )
    })?;
    Ok(format!(
        "otlp: {acquisitions} acquisitions sent to {endpoint} over {protocol}"
    ))
}

/// Runs the load and the retried call, and returns the number of acquisitions.
async fn work(provider: SdkMeterProvider, rounds: usize) -> Result<usize, Failure> {
    let load = Load::start(telemetry(provider.clone()).build()?).await?;
    for _ in 0..rounds {
        load.round().await;
    }
    retried::call(provider).await?;
    Ok(rounds * Load::STEPS + 1)
}

/// The providers that pass metrics and spans to the exporters.
struct Providers {
    metrics: SdkMeterProvider,
    spans: SdkTracerProvider,
}

impl Providers {
    fn new(protocol: Protocol, endpoint: &str) -> Result<Self, Failure> {
        let resource = Resource::builder().with_service_name("contoso").build();
        let reader = PeriodicReader::builder(protocol.metric_exporter(endpoint)?)
            .with_interval(Duration::from_secs(10))
            .build();
        let metrics = SdkMeterProvider::builder()
            .with_resource(resource.clone())
            .with_view(views::suggested)
            .with_reader(reader)
            .build();
        let spans = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(protocol.span_exporter(endpoint)?)
            .build();
        Ok(Self { metrics, spans })
    }

    /// Exports our spans only; exporting the exporters' own spans would never end.
    fn install_spans(&self) -> Result<(), Failure> {
        let tracer = self.spans.tracer("token-telemetry");
        let ours = Targets::new().with_target("token_telemetry", LevelFilter::INFO);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_filter(ours);
        tracing_subscriber::registry().with(layer).try_init()?;
        Ok(())
    }

    /// Shuts down both providers, which flushes them.
    fn shutdown(self) -> Result<(), Failure> {
        self.metrics.shutdown()?;
        self.spans.shutdown()?;
        Ok(())
    }
}

//! Sends the Contoso SDK's metrics and spans to an OTLP receiver.
//!
//! ```text
//! cargo run --example otlp -- --endpoint http://127.0.0.1:4317                  # gRPC
//! cargo run --example otlp -- --endpoint http://127.0.0.1:4318 --protocol http  # HTTP/protobuf
//! ```

#![expect(
    clippy::print_stderr,
    reason = "examples talk to the person who runs them"
)]

mod protocol;

use std::process::ExitCode;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use token_telemetry::otel::views;
use token_telemetry_examples::say;
use token_telemetry_receivers::arguments::Arguments;
use token_telemetry_receivers::load::Load;
use token_telemetry_receivers::{Failure, telemetry};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use protocol::Protocol;

fn main() -> ExitCode {
    match run() {
        Ok(last_line) => {
            say!("{last_line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("otlp: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Failure> {
    let arguments = Arguments::read(&["endpoint", "protocol", "rounds"])?;
    let protocol = arguments.get("protocol")?.unwrap_or(Protocol::Grpc);
    let endpoint = arguments
        .get("endpoint")?
        .unwrap_or_else(|| protocol.usual_endpoint().to_owned());
    let rounds = arguments.get("rounds")?.unwrap_or(1);

    let runtime = tokio::runtime::Runtime::new()?;
    // The gRPC exporters live on the runtime; flushing them needs a thread outside it, this one.
    let providers = {
        let _inside = runtime.enter();
        Providers::new(protocol, &endpoint)?
    };
    providers.install_spans()?;
    let acquisitions = runtime.block_on(work(providers.metrics.clone(), rounds))?;
    providers.deliver().map_err(|error| {
        format!(
            "{endpoint} did not take everything by {}: {error}",
            protocol.name()
        )
    })?;
    Ok(format!(
        "otlp: {acquisitions} acquisitions sent to {endpoint} by {}",
        protocol.name()
    ))
}

/// Plays the load, and says how many acquisitions there were.
async fn work(provider: SdkMeterProvider, rounds: usize) -> Result<usize, Failure> {
    let load = Load::start(telemetry(provider).build()?).await?;
    for _ in 0..rounds {
        load.round().await;
    }
    Ok(rounds * Load::STEPS)
}

/// Whoever collects metrics and spans and hands them to the exporters.
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

    /// Turns our spans into OpenTelemetry's; those of the exporters would feed themselves.
    fn install_spans(&self) -> Result<(), Failure> {
        let tracer = self.spans.tracer("token-telemetry");
        let ours = Targets::new().with_target(
            "token_telemetry",
            tracing_subscriber::filter::LevelFilter::INFO,
        );
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_filter(ours);
        tracing_subscriber::registry().with(layer).try_init()?;
        Ok(())
    }

    /// Hands over what was collected; shutting down is a last flush.
    fn deliver(self) -> Result<(), Failure> {
        self.metrics.shutdown()?;
        self.spans.shutdown()?;
        Ok(())
    }
}

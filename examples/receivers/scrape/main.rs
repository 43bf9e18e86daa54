//! Serves the metrics of the Contoso SDK to Prometheus.
//!
//! ```text
//! cargo run --example scrape                                     # port 9464, for ten minutes
//! cargo run --example scrape -- --port 0 --rounds 20 --seconds 60  # runs 20 rounds, then idles
//! ```

use std::process::ExitCode;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::Registry;
use token_telemetry::otel::views;
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::{Failure, say};
use token_telemetry_receivers::load::Load;
use token_telemetry_receivers::scrape;
use token_telemetry_receivers::{listen, telemetry};

const HELP: &str = "\
Serves the metrics of the Contoso SDK to Prometheus while a load runs.

Usage: cargo run --example scrape [-- OPTIONS]

  --port N      port on 127.0.0.1, 0 for a free one; default: 9464
  --rounds N    how often to repeat 25 acquisitions; default: no limit
  --seconds N   how long to run; default: 600
  --help        prints this text
";

/// Time between two acquisitions.
const PAUSE: Duration = Duration::from_millis(40);

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run(&arguments).await),
        Err(code) => code,
    }
}

async fn run(arguments: &Arguments) -> Result<String, Failure> {
    let port = arguments.get("port")?.unwrap_or(9464);
    let time = Duration::from_secs(arguments.get("seconds")?.unwrap_or(600));
    let rounds = arguments.get("rounds")?.unwrap_or(usize::MAX);

    let listener = listen(port).await?;
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .build()?;
    let provider = SdkMeterProvider::builder()
        .with_resource(Resource::builder().with_service_name("contoso").build())
        .with_view(views::suggested)
        .with_reader(exporter)
        .build();
    let load = Load::start(telemetry(provider).build()?).await?;

    say!("metrics at http://{}/metrics", listener.local_addr()?);
    let mut acquisitions = 0;
    tokio::select! {
        served = scrape::serve(listener, registry) => served?,
        () = work(&load, rounds, &mut acquisitions) => {}
        () = tokio::time::sleep(time) => {}
        stopped = tokio::signal::ctrl_c() => stopped?,
    }
    Ok(format!("scrape: {acquisitions} acquisitions"))
}

/// Runs the rounds, then idles.
async fn work(load: &Load, rounds: usize, acquisitions: &mut usize) {
    while *acquisitions < rounds.saturating_mul(Load::STEPS) {
        load.step(*acquisitions).await;
        *acquisitions += 1;
        tokio::time::sleep(PAUSE).await;
    }
    std::future::pending::<()>().await;
}

//! Shows a call that hangs, while it hangs.
//!
//! ```text
//! cargo run --example hanging
//! ```
//!
//! Records and most metrics exist once a call has ended. This program looks at one that does not: in
//! the list of acquisitions in flight, in the exported gauges, and with the expression of an alert.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use serde_json::json;
use token_telemetry::Telemetry;
use token_telemetry::acquisition::WaitingFor;
use token_telemetry::otel::Metrics;
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::contoso::ContosoClient;
use token_telemetry_examples::{Failure, check, loopback, say, screen};
use tokio::sync::Semaphore;

const HELP: &str = "\
Calls a token endpoint that does not answer, and shows what is visible of the call meanwhile. Then
the endpoint recovers. Everything runs on 127.0.0.1.

Usage: cargo run --example hanging

  --help   print this help
";

/// How long the call hangs before this program looks.
const HANGING_FOR: Duration = Duration::from_secs(2);

/// The alert fires above this age; in production it would be half a minute or more.
const THRESHOLD: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

async fn run() -> Result<String, Failure> {
    let recovered = Arc::new(Semaphore::new(0));
    let url = start_endpoint(Arc::clone(&recovered)).await?;
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_periodic_exporter(exporter.clone())
        .build();
    let metrics = Metrics::with_provider(provider.clone()).semantic_conventions();
    let telemetry = Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.0")
        .metrics(metrics)
        .build()?;
    let outside = Outside {
        telemetry: telemetry.clone(),
        provider,
        exporter,
    };
    let client = ContosoClient::new(telemetry, url, "secret");
    let call = tokio::spawn(async move { client.acquire_token_for_client("api").await });

    screen::heading("The token endpoint does not answer");
    tokio::time::sleep(HANGING_FOR).await;
    outside.print_list()?;
    let gauges = outside.print_gauges()?;
    check(gauges.in_flight == 1, "one acquisition is exported")?;
    check(gauges.fires(), "the alert fires")?;

    screen::heading("The token endpoint recovers");
    recovered.add_permits(1);
    let token = call.await??;
    check(token.secret() == "late", "the call returns its token")?;
    let left = outside.telemetry.in_flight().count();
    say!("in flight   {left} acquisitions");
    check(left == 0, "the call has left the list")?;
    let gauges = outside.print_gauges()?;
    check(gauges.in_flight == 0, "zero is exported")?;
    check(!gauges.fires(), "the alert is resolved")?;
    Ok("hanging: seen while in flight".to_owned())
}

/// Starts a token endpoint that holds each request until it gets a permit.
async fn start_endpoint(recovered: Arc<Semaphore>) -> io::Result<String> {
    let respond = move || async move {
        drop(recovered.acquire().await);
        Json(json!({ "access_token": "late", "expires_in": 3599, "token_type": "Bearer" }))
    };
    let app = Router::new().route("/token", post(respond));
    Ok(loopback::serve(app).await? + "/token")
}

/// What an operator can look at while the call runs.
struct Outside {
    telemetry: Telemetry,
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

impl Outside {
    /// Prints the acquisitions in flight, which must be the hanging one.
    fn print_list(&self) -> Result<(), Failure> {
        let in_flight = self.telemetry.in_flight();
        for acquisition in in_flight.acquisitions() {
            say!(
                "in flight   {} for {:.1?}, attempt {}, waiting for {}",
                acquisition.api().name(),
                acquisition.age().unwrap_or_default(),
                acquisition.attempts(),
                acquisition.waiting_for().name(),
            );
        }
        let [hanging] = in_flight.acquisitions() else {
            return Err("expected one acquisition in flight".into());
        };
        check(
            hanging.waiting_for() == WaitingFor::Http,
            "it waits for HTTP",
        )?;
        check(hanging.attempts() == 1, "it is the first attempt")?;
        check(
            in_flight.oldest_age() >= Some(THRESHOLD),
            "it is older than the threshold",
        )
    }

    /// Exports the metrics now, and prints the gauges.
    fn print_gauges(&self) -> Result<Gauges, Failure> {
        self.provider.force_flush()?;
        let exported = self.exporter.get_finished_metrics()?;
        let last = exported.last().ok_or("nothing was exported")?;
        let gauges = Gauges::of(last).ok_or("a gauge is missing")?;
        say!("exported    in_flight {}", gauges.in_flight);
        say!("exported    oldest_age {:.1} s", gauges.oldest_age);
        say!("alert       {}", gauges.alert());
        Ok(gauges)
    }
}

/// The exported gauges of the only function in flight.
struct Gauges {
    in_flight: i64,
    oldest_age: f64,
}

impl Gauges {
    fn of(exported: &ResourceMetrics) -> Option<Self> {
        let metrics = || exported.scope_metrics().flat_map(ScopeMetrics::metrics);
        let named = |name| metrics().find(move |metric: &&Metric| metric.name() == name);
        let in_flight = named("token_telemetry.acquisitions.in_flight")?.data();
        let AggregatedMetrics::I64(MetricData::Sum(in_flight)) = in_flight else {
            return None;
        };
        let oldest_age = named("token_telemetry.acquisitions.oldest_age")?.data();
        let AggregatedMetrics::F64(MetricData::Gauge(oldest_age)) = oldest_age else {
            return None;
        };
        Some(Self {
            in_flight: in_flight.data_points().next()?.value(),
            oldest_age: oldest_age.data_points().next()?.value(),
        })
    }

    /// The alert `TokenAcquisitionHanging`.
    fn fires(&self) -> bool {
        self.oldest_age > THRESHOLD.as_secs_f64()
    }

    fn alert(&self) -> String {
        let state = if self.fires() { "fires" } else { "is quiet" };
        format!("TokenAcquisitionHanging {state}: oldest_age > {THRESHOLD:?}")
    }
}

//! Serves a token endpoint that counts what its clients report, and checks its page for Prometheus.
//!
//! Two applications use the Contoso SDK, one with the headers of MSAL for Python. A stranger sends a
//! request without telemetry and one with an unreadable header. The page is printed.
//!
//! ```text
//! cargo run --example token-endpoint
//! cargo run --example token-endpoint -- --port 9465 --seconds 600  # for Prometheus
//! ```

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};
use serde_json::{Value, json};
use token_telemetry::Telemetry;
use token_telemetry::entra::Dialect;
use token_telemetry::middleware::TokenEndpointLayer;
use token_telemetry::otel::{Metrics, ServerMetrics};
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::contoso::{ContosoApi, ContosoClient};
use token_telemetry_examples::token_endpoint::SECRET;
use token_telemetry_examples::{Failure, say};
use token_telemetry_receivers::listen;

const HELP: &str = "\
Serves a token endpoint that counts what its clients report, and checks its page for Prometheus.

Usage: cargo run --example token-endpoint [-- OPTIONS]

  --port N      port on 127.0.0.1, 0 for a free one; default: 0
  --seconds N   how long the clients continue after the check; default: 0
  --help        prints this text
";

/// The SKUs of the two applications.
const CLIENTS: [&str; 2] = ["Contoso.Auth", "Contoso.Python"];

/// Time between two rounds of the clients.
const PAUSE: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run_with(&arguments).await),
        Err(code) => code,
    }
}

async fn run_with(arguments: &Arguments) -> Result<String, Failure> {
    let port = arguments.get("port")?.unwrap_or_default();
    let seconds = arguments.get("seconds")?.unwrap_or_default();
    run(port, Duration::from_secs(seconds)).await
}

async fn run(port: u16, time: Duration) -> Result<String, Failure> {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
    let provider = SdkMeterProvider::builder().with_reader(exporter.build()?);
    let metrics = ServerMetrics::with_provider(provider.build())
        .known_sku(CLIENTS[0])
        .known_sku(CLIENTS[1])
        .known_apis::<ContosoApi>();
    let layer = TokenEndpointLayer::new(metrics);

    let listener = listen(port).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let page = move || TextEncoder::new().encode_to_string(&registry.gather());
    let app = Router::new()
        .route("/token", post(respond).layer(layer))
        .route("/metrics", get(async move || page().unwrap_or_default()));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let url = format!("{origin}/token");
    round(&url).await?;
    let scraped = reqwest::get(format!("{origin}/metrics")).await?;
    let series = check(&scraped.text().await?)?;
    if !time.is_zero() {
        say!("metrics at {origin}/metrics");
        tokio::select! {
            ended = repeat(&url) => ended?,
            () = tokio::time::sleep(time) => {}
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
    }
    server.abort();
    Ok(format!("token-endpoint: {series} series"))
}

/// Repeats the round until the future is dropped.
async fn repeat(url: &str) -> Result<(), Failure> {
    loop {
        tokio::time::sleep(PAUSE).await;
        round(url).await?;
    }
}

/// Sends the requests of all clients.
async fn round(url: &str) -> Result<(), Failure> {
    let dialects = [Dialect::default(), Dialect::msal_python()];
    for (sku, dialect) in CLIENTS.into_iter().zip(dialects) {
        work(sku, dialect, url.to_owned()).await?;
    }
    let stranger = reqwest::Client::new();
    stranger.post(url).send().await?;
    let header = "x-client-current-telemetry";
    let unreadable = stranger.post(url).header(header, "9|1004,2|");
    unreadable.header("x-client-sku", "Stranger").send().await?;
    Ok(())
}

/// Acquires a token, takes it from the cache twice, and fails once, before it reports all that.
async fn work(sku: &'static str, dialect: Dialect, url: String) -> Result<(), Failure> {
    let telemetry = Telemetry::builder()
        .sdk(sku, "1.2.0")
        .dialect(dialect)
        .metrics(Metrics::off())
        .build()?;
    let client = ContosoClient::new(telemetry, url, SECRET);
    for _ in 0..3 {
        client.acquire_token_for_client("api").await?;
    }
    client.set_secret("a wrong secret");
    drop(client.force_token_for_client("api").await);
    client.set_secret(SECRET);
    client.force_token_for_client("api").await?;
    Ok(())
}

/// Responds as a token endpoint does, and knows nothing about telemetry.
async fn respond(Form(form): Form<HashMap<String, String>>) -> (StatusCode, Json<Value>) {
    if form.get("client_secret").map(String::as_str) == Some(SECRET) {
        let token = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "token" });
        return (StatusCode::OK, Json(token));
    }
    (
        StatusCode::UNAUTHORIZED,
        Json(json!({ "error": "invalid_client" })),
    )
}

/// Prints the samples, checks those of all clients, and returns their number.
fn check(scraped: &str) -> Result<usize, Failure> {
    let is_sample = |line: &&str| line.starts_with("token_telemetry_server_");
    let samples: Vec<&str> = scraped.lines().filter(is_sample).collect();
    say!("{}", samples.join("\n"));
    for sku in CLIENTS {
        for [metric, attribute, value] in [
            ["requests_by_version_total", "2xx", " 2"],
            ["requests_by_version_total", "4xx", " 1"],
            ["cache_hits_total", "1.2.0", " 2"],
            ["reported_failures_total", "invalid_client", " 1"],
        ] {
            expect(&samples, [metric, sku, attribute], value)?;
        }
    }
    let unreadable = ["unreadable_headers_total", "other", "unknown-schema"];
    expect(&samples, unreadable, " 1")?;
    Ok(samples.len())
}

/// Checks that a sample has all words, and the value.
fn expect(samples: &[&str], words: [&str; 3], value: &str) -> Result<(), Failure> {
    let has_all = |it: &&str| it.ends_with(value) && words.iter().all(|word| it.contains(word));
    if samples.iter().any(has_all) {
        return Ok(());
    }
    Err(format!("expected {}{value}", words.join(" ")).into())
}

#[tokio::test]
async fn page_has_all_clients() {
    run(0, Duration::ZERO).await.unwrap();
}

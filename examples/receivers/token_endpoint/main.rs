//! Serves a token endpoint that counts what its clients report, and checks its page for Prometheus.
//!
//! Two applications use the Contoso SDK, one with the headers of MSAL for Python. The page is printed.
//!
//! ```text
//! cargo run --example token-endpoint
//! ```

use std::collections::HashMap;

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
use token_telemetry_examples::contoso::{ContosoApi, ContosoClient};
use token_telemetry_examples::token_endpoint::SECRET;
use token_telemetry_examples::{Failure, say};
use token_telemetry_receivers::listen;

/// The SKUs of the two applications.
const CLIENTS: [&str; 2] = ["Contoso.Auth", "Contoso.Python"];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
    let provider = SdkMeterProvider::builder().with_reader(exporter.build()?);
    let metrics = ServerMetrics::with_provider(provider.build())
        .known_sku(CLIENTS[0])
        .known_sku(CLIENTS[1])
        .known_apis::<ContosoApi>();
    let layer = TokenEndpointLayer::new(metrics);

    let listener = listen(0).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let page = move || TextEncoder::new().encode_to_string(&registry.gather());
    let app = Router::new()
        .route("/token", post(respond).layer(layer))
        .route("/metrics", get(async move || page().unwrap_or_default()));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let dialects = [Dialect::default(), Dialect::msal_python()];
    for (sku, dialect) in CLIENTS.into_iter().zip(dialects) {
        work(sku, dialect, format!("{origin}/token")).await?;
    }
    let scraped = reqwest::get(format!("{origin}/metrics")).await?;
    server.abort();
    check(&scraped.text().await?)
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

/// Prints the samples, and checks those of both applications.
fn check(scraped: &str) -> Result<(), Failure> {
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
            let has_all = |it: &&str| {
                it.contains(sku)
                    && it.ends_with(value)
                    && it.contains(metric)
                    && it.contains(attribute)
            };
            if !samples.iter().any(has_all) {
                return Err(format!("expected {metric} {attribute}{value} of {sku}").into());
            }
        }
    }
    say!("token-endpoint: {} series", samples.len());
    Ok(())
}

#[test]
fn page_has_both_applications() {
    main().unwrap();
}

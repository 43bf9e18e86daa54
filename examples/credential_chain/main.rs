//! Shows which credential of a chain gave the token, and why the ones before it did not.
//!
//! ```text
//! cargo run --example credential_chain
//! ```
//!
//! The failures of the first two members are data of a success: they are on its record, they are no
//! failures in any metric, and Entra does not hear of them.

use std::process::ExitCode;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Metric, MetricData, ScopeMetrics, SumDataPoint,
};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use serde_json::json;
use token_telemetry::credential::CredentialKind;
use token_telemetry::error::ErrorKind;
use token_telemetry::otel::Metrics;
use token_telemetry::{AcquisitionRecord, Telemetry, capture};
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::token_endpoint::TokenEndpoint;
use token_telemetry_examples::{Failure, check, loopback, say, screen};

use chain::{Chain, IMDS};

mod chain;

const HELP: &str = "\
Acquires a token with a chain of three credentials, of which the first two are unavailable.
Everything runs on 127.0.0.1.

Usage: cargo run --example credential_chain

  --help   print this help
";

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

/// Starts an instance metadata service whose virtual machine has no identity.
async fn start_imds() -> Result<String, Failure> {
    let path = "/metadata/identity/oauth2/token";
    let body = || async {
        let body = json!({ "error": "identity_not_found" });
        (StatusCode::BAD_REQUEST, Json(body))
    };
    let app = Router::new().route(path, get(body));
    Ok(loopback::serve(app).await? + path)
}

async fn run() -> Result<String, Failure> {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_periodic_exporter(exporter.clone())
        .build();
    let endpoint = TokenEndpoint::start().await?;
    let metrics = Metrics::with_provider(provider.clone()).semantic_conventions();
    let client = Chain {
        telemetry: Telemetry::builder()
            .sdk("Contoso.Auth", "1.2.0")
            .metrics(metrics)
            .build()?,
        http: reqwest::Client::new(),
        imds_url: start_imds().await?,
        token_url: endpoint.url(),
    };

    screen::heading("The record of a chain of three credentials");
    let captured = capture(client.acquire_token()).await;
    captured
        .output
        .as_ref()
        .map_err(|error| format!("{error:?}"))?;
    let unavailable = check_record(captured.last().ok_or("expected a record")?)?;

    screen::heading("What Entra receives");
    let again = client.acquire_token().await;
    check(again.is_ok(), "the second acquisition succeeds")?;
    let arrived = endpoint.take_arrived();
    check(
        arrived.len() == 2,
        "each acquisition sent one token request",
    )?;
    for request in &arrived {
        let current = request.header("x-client-current-telemetry");
        let last = request.header("x-client-last-telemetry");
        say!(
            "received    current {}, last {}",
            current.unwrap_or("not sent"),
            last.unwrap_or("not sent")
        );
        check(current.is_some(), "the request has telemetry")?;
        check(last.is_none(), "no failure is reported")?;
    }

    let pending = client.telemetry.pending_failures();
    check(pending.is_empty(), "no failure is left to report")?;

    screen::heading("What metrics count");
    provider.force_flush()?;
    let counts = |name| count(&exporter, name);
    let (succeeded, failed) = (counts("MsalSuccess")?, counts("MsalFailure")?);
    let suppressed = counts("token_telemetry.suppressed_errors")?;
    say!(
        "exported    MsalSuccess {succeeded}, MsalFailure {failed}, suppressed_errors {suppressed}"
    );
    check((succeeded, failed) == (2, 0), "two successes, no failure")?;
    check(suppressed == 4, "two suppressed errors per acquisition")?;
    Ok(format!(
        "credential_chain: client_secret after {unavailable} unavailable members"
    ))
}

/// Prints the record, and returns how many members were unavailable.
fn check_record(record: &AcquisitionRecord) -> Result<usize, Failure> {
    let used = record.credential().ok_or("expected a credential")?;
    say!(
        "credential  {}, outcome {}",
        used.kind().name(),
        record.outcome().name()
    );
    check(record.is_ok(), "the acquisition succeeds")?;
    check(
        used.kind() == CredentialKind::ClientSecret,
        "the secret gave the token",
    )?;
    let mut members = Vec::new();
    for error in record.suppressed_errors() {
        let member = error
            .credential()
            .ok_or("expected the credential of a member")?;
        let (member, code) = (member.kind(), error.code().unwrap_or("-"));
        say!("suppressed  {}: {code}, {}", member.name(), error.kind());
        members.push((member, error.kind()));
    }
    let unavailable = ErrorKind::CredentialUnavailable;
    let expected = [
        (CredentialKind::Environment, unavailable),
        (IMDS, unavailable),
    ];
    check(members == expected, "two members were unavailable")?;
    Ok(members.len())
}

/// Returns the exported sum of a counter over its attributes.
fn count(exporter: &InMemoryMetricExporter, name: &str) -> Result<u64, Failure> {
    let collected = exporter.get_finished_metrics()?;
    let last = collected.last().ok_or("nothing was exported")?;
    let mut metrics = last.scope_metrics().flat_map(ScopeMetrics::metrics);
    match metrics
        .find(|metric| metric.name() == name)
        .map(Metric::data)
    {
        Some(AggregatedMetrics::U64(MetricData::Sum(sum))) => {
            Ok(sum.data_points().map(SumDataPoint::value).sum())
        }
        None => Ok(0),
        Some(_) => Err(format!("{name} is no counter").into()),
    }
}

//! Shows an MCP client, whose identity provider is not Entra, recover from a rejected token.
//!
//! ```text
//! cargo run --example mcp_client
//! ```
//!
//! It sends no Entra headers and records no MSAL metrics, only those of the semantic conventions. Two
//! instances of [`Telemetry`] take the part of two processes that share a file of tokens.

use std::path::PathBuf;
use std::process::ExitCode;

use opentelemetry_sdk::metrics::data::{Metric, ScopeMetrics};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use token_telemetry::cache::RefreshTrigger;
use token_telemetry::credential::GrantType;
use token_telemetry::error::ErrorKind;
use token_telemetry::otel::opentelemetry::global;
use token_telemetry::{AcquisitionRecord, CacheLevel, Captured, TokenSource, capture};
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::{Failure, check, say, screen};

use client::{McpClient, McpError};
use server::Server;

mod client;
mod server;

const HELP: &str = "\
Acquires tokens as an MCP client does: consent, a token file, a rejected token, recovery.
Everything runs on 127.0.0.1.

Usage: cargo run --example mcp_client

  --help   print this help
";

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

async fn run() -> Result<String, Failure> {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_periodic_exporter(exporter.clone())
        .build();
    global::set_meter_provider(provider.clone());
    let server = Server::start().await?;
    let store = TemporaryFile::new();
    let first = McpClient::new(&server, store.0.clone())?;
    let second = McpClient::new(&server, store.0.clone())?;

    sign_in(&server, &first).await?;
    recover(&server, &second).await?;

    screen::heading("First process: its next call finds the new token");
    let captured = capture(first.access_token()).await;
    check(
        shown(&captured)?.cache_level() == Some(CacheLevel::L2Cache),
        "the file has it",
    )?;
    let status = first.call_resource(&captured.output?).await?;
    check(status == 200, "the resource accepts it")?;

    screen::heading("What left the process");
    let telemetry_headers = server.telemetry_headers();
    say!("headers     {telemetry_headers:?}");
    check(telemetry_headers.is_empty(), "no Entra header was sent")?;
    provider.force_flush()?;
    check_metrics(&exporter)?;
    Ok("mcp_client: recovered after 401".to_owned())
}

/// Acquires the first token, for which the user must consent.
async fn sign_in(server: &Server, first: &McpClient) -> Result<(), Failure> {
    screen::heading("First process: the user must consent");
    let captured = capture(first.access_token()).await;
    let record = shown(&captured)?;
    let kind = record.error_kind().ok_or("expected a kind of error")?;
    check(kind == ErrorKind::ConsentRequired, "consent is required")?;
    check(kind.is_expected(), "this is expected")?;

    screen::heading("First process: the user has consented");
    server.consent();
    let captured = capture(first.access_token()).await;
    let record = shown(&captured)?;
    let grant_type = record.grant_type();
    check(
        grant_type == Some(GrantType::RefreshToken),
        "a refresh token is used",
    )?;
    check(
        record.token_source() == Some(TokenSource::IdentityProvider),
        "the token is new",
    )
}

/// Calls the resource with a token of another process, and replaces it.
async fn recover(server: &Server, second: &McpClient) -> Result<(), Failure> {
    screen::heading("Second process: the token comes from the file");
    let captured = capture(second.access_token()).await;
    let record = shown(&captured)?;
    check(
        record.cache_level() == Some(CacheLevel::L2Cache),
        "the file has the token",
    )?;
    check(
        record.credential().is_none(),
        "a cache hit needs no credential",
    )?;
    let old = captured.output?;

    screen::heading("Second process: the resource rejects the token");
    server.revoke();
    let status = second.call_resource(&old).await?;
    let rejected = second.telemetry().totals().rejected_tokens;
    say!("resource    {status}, rejected tokens {rejected}");
    check((status, rejected) == (401, 1), "the rejection is recorded")?;
    let captured = capture(second.refreshed_token(&old)).await;
    let record = shown(&captured)?;
    let trigger = RefreshTrigger::TokenRejected { status: 401 };
    check(
        record.trigger() == Some(trigger),
        "the refresh is linked to it",
    )?;
    let status = second.call_resource(&captured.output?).await?;
    say!("resource    {status}");
    check(status == 200, "the resource accepts the new token")
}

/// Prints the record of a call, and returns it.
fn shown(captured: &Captured<Result<String, McpError>>) -> Result<&AcquisitionRecord, Failure> {
    let record = captured.last().ok_or("expected a record")?;
    let source = record.token_source().map_or("-", TokenSource::name);
    let kind = record.error_kind().map_or("-", ErrorKind::name);
    let trigger = record.trigger().map_or("-", RefreshTrigger::name);
    let outcome = record.outcome().name();
    say!("token       {outcome}, source {source}, error kind {kind}, trigger {trigger}");
    Ok(record)
}

/// Prints the names of the exported metrics.
fn check_metrics(exporter: &InMemoryMetricExporter) -> Result<(), Failure> {
    let collected = exporter.get_finished_metrics()?;
    let last = collected.last().ok_or("nothing was exported")?;
    let metrics = last.scope_metrics().flat_map(ScopeMetrics::metrics);
    let mut names: Vec<&str> = metrics.map(Metric::name).collect();
    names.sort_unstable();
    for name in &names {
        say!("exported    {name}");
    }
    let is_ours = |name: &&str| name.starts_with("token_telemetry.");
    check(names.iter().all(is_ours), "the MSAL set is off")?;
    let answers = ["rejected_tokens", "triggered_refreshes", "cache.lookups"];
    let is_exported = |answer| names.contains(&&*format!("token_telemetry.{answer}"));
    check(
        answers.into_iter().all(is_exported),
        "the answers are exported",
    )
}

/// A path in the directory for temporary files, removed at the end.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new() -> Self {
        let name = format!("mcp-client-{}.json", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

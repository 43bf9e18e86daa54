//! Acquires tokens of a managed identity from the instance metadata service (IMDS), with retries.
//!
//! ```text
//! cargo run --example managed_identity
//! ```

mod credential;

use std::process::ExitCode;

use token_telemetry::acquisition::Attempt;
use token_telemetry::credential::ManagedIdentitySource;
use token_telemetry::error::ErrorKind;
use token_telemetry::{
    AcquisitionRecord, CacheLevel, Captured, Purpose, Telemetry, TransportError, capture,
};
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::token_endpoint::{Arrived, Fault, TokenEndpoint};
use token_telemetry_examples::{Failure, check, loopback, say, screen};

use credential::{ImdsError, ManagedIdentity};

const HELP: &str = "\
Acquires a token from a stand-in for the instance metadata service, through four transient errors.
Everything runs on 127.0.0.1.

Usage: cargo run --example managed_identity

  --help   print this help
";

/// The headers that the instance metadata service gets; it does not read Entra's.
const HEADERS: [&str; 3] = ["x-client-sku", "x-client-ver", "x-ms-client-request-id"];

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

async fn run() -> Result<String, Failure> {
    let imds = TokenEndpoint::start().await?;
    let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;

    screen::heading("1. A probe, four transient errors, and a token");
    let identity = ManagedIdentity::new(telemetry.clone(), imds.metadata_url());
    for status in [404, 410, 429, 503] {
        imds.fault(Fault::Status(status));
    }
    let captured = capture(identity.token()).await;
    let record = shown(&captured)?;
    let statuses: Vec<_> = record.attempts().filter_map(Attempt::status).collect();
    check(
        statuses == [400, 404, 410, 429, 503, 200],
        "one record has all attempts",
    )?;
    let is_metadata = |attempt: &Attempt| attempt.purpose() == Purpose::InstanceMetadata;
    check(record.attempts().all(is_metadata), "all went to IMDS")?;
    let arrived = imds.take_arrived();
    check_arrived(&arrived, record)?;

    screen::heading("2. The same token from the cache");
    let captured = capture(identity.token()).await;
    let record = shown(&captured)?;
    let level = record.cache_level();
    check(level == Some(CacheLevel::L1Cache), "the cache had it")?;
    check(imds.take_arrived().is_empty(), "no request was sent")?;

    screen::heading("3. A machine without the service");
    let identity = ManagedIdentity::new(telemetry.clone(), loopback::refusing().await?);
    let captured = capture(identity.token()).await;
    let record = shown(&captured)?;
    let refused = record.transport_error() == Some(TransportError::Connect);
    check(refused, "the connection was refused")?;
    let kind = record.error_kind();
    check(
        kind == Some(ErrorKind::CredentialUnavailable),
        "a chain may go on",
    )?;
    let pending = telemetry.pending_failures();
    check(pending.is_empty(), "Entra will not hear of the failure")?;

    let requests = arrived.len();
    Ok(format!(
        "managed_identity: {requests} requests to IMDS with one id, source and headers verified"
    ))
}

/// Checks the headers of all requests of an acquisition.
fn check_arrived(arrived: &[Arrived], record: &AcquisitionRecord) -> Result<(), Failure> {
    let id = record.correlation_id().ok_or("expected an id")?.to_string();
    check(arrived.len() == 6, "six requests arrived")?;
    for request in arrived {
        let is_telemetry =
            |name: &&String| name.starts_with("x-") || name.ends_with("client-request-id");
        let names: Vec<_> = request.headers.keys().filter(is_telemetry).collect();
        check(names == HEADERS, "only the headers for IMDS were sent")?;
        let sent = request.header("x-ms-client-request-id");
        check(sent == Some(&*id), "the id is that of the record")?;
    }
    let probes = arrived.iter().filter(|it| it.header("metadata").is_none());
    check(probes.count() == 1, "one request was a probe")
}

/// Prints the record of a call, and returns it.
fn shown(captured: &Captured<Result<String, ImdsError>>) -> Result<&AcquisitionRecord, Failure> {
    let record = captured.last().ok_or("expected a record")?;
    screen::record(record);
    let source = record.managed_identity_source();
    let name = source.map_or("-", ManagedIdentitySource::name);
    say!("  {:<9}{name}", "service");
    let is_hit = record.cache_level() == Some(CacheLevel::L1Cache);
    let is_imds = source == Some(ManagedIdentitySource::Imds);
    check(is_imds != is_hit, "a fetch has the service, a hit has none")?;
    Ok(record)
}

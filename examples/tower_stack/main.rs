//! Records token requests in a tower stack of retry, buffer, load shedding, limit and timeout.
//!
//! ```text
//! cargo run --example tower_stack
//! ```

mod client;

use std::process::ExitCode;
use std::time::Duration;

use token_telemetry::acquisition::Attempt;
use token_telemetry::{AcquisitionRecord, Telemetry, TransportError, capture};
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::token_endpoint::{Arrived, Fault, TokenEndpoint};
use token_telemetry_examples::{Failure, check, screen};

use client::Client;

const HELP: &str = "\
Sends token requests through a stack of tower layers whose errors are boxed: a retry, a timeout, a
request that is shed, and one without a handle. Everything runs on 127.0.0.1.

Usage: cargo run --example tower_stack

  --help   print this help
";

/// Longer than any response takes.
const PATIENT: Duration = Duration::from_secs(60);

const HURRIED: Duration = Duration::from_secs(1);

const CURRENT: &str = "x-client-current-telemetry";

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

async fn run() -> Result<String, Failure> {
    let endpoint = TokenEndpoint::start().await?;
    let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    let patient = Client::new(telemetry.clone(), endpoint.url(), PATIENT);
    let hurried = Client::new(telemetry, endpoint.url(), HURRIED);

    screen::heading("1. Retry: the endpoint is busy once");
    endpoint.fault(Fault::Status(503));
    let record = call(&patient).await?;
    let statuses: Vec<_> = record.attempts().filter_map(Attempt::status).collect();
    check(statuses == [503, 200], "each retry is an attempt")?;
    let arrived = endpoint.take_arrived();
    let is_instrumented = |it: &Arrived| it.header(CURRENT).is_some();
    check(arrived.len() == 2, "two requests arrived")?;
    check(arrived.iter().all(is_instrumented), "with headers")?;

    screen::heading("2. Timeout: the endpoint does not respond");
    endpoint.fault(Fault::Silence);
    let record = call(&hurried).await?;
    endpoint.request_ignored().await;
    let class = record.transport_error();
    check(class == Some(TransportError::Timeout), "it is a timeout")?;
    let arrived = endpoint.take_arrived();
    check(arrived.len() == 1, "one request arrived")?;

    screen::heading("3. Load shedding: the limit of one request is reached");
    endpoint.fault(Fault::Silence);
    let (waiting, shed) = tokio::join!(call(&hurried), async {
        endpoint.request_ignored().await;
        call(&hurried).await
    });
    check(waiting?.attempt_count() == 1, "the first one was sent")?;
    let record = shed?;
    check(record.attempt_count() == 0, "the other one was not")?;
    check(record.error_code() == Some("overloaded"), "it is shed")?;
    check(endpoint.take_arrived().len() == 1, "one request arrived")?;

    screen::heading("4. Buffer: without a handle the worker knows no acquisition");
    let captured = capture(patient.token_without_handle()).await;
    captured.output?;
    let record = captured.records.last().ok_or("expected a record")?;
    screen::record(record);
    check(record.attempt_count() == 0, "no attempt is recorded")?;
    let arrived = endpoint.take_arrived();
    check(!arrived.iter().any(is_instrumented), "without headers")?;
    Ok("tower_stack: 5 calls through 6 layers, attempts and headers verified".to_owned())
}

/// Acquires a token, and returns the record.
async fn call(client: &Client) -> Result<AcquisitionRecord, Failure> {
    let captured = capture(client.token()).await;
    let record = captured.last().ok_or("expected a record")?;
    screen::record(record);
    Ok(record.clone())
}

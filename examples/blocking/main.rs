//! Instruments a synchronous SDK, with its own HTTP client, called from several threads.
//!
//! ```text
//! cargo run --example blocking
//! ```

mod client;
mod http;

use std::process::ExitCode;
use std::thread;

use token_telemetry::{AcquisitionRecord, Telemetry, TransportError};
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::token_endpoint::{FORM, TokenEndpoint};
use token_telemetry_examples::{Failure, check, loopback, screen};
use tokio::runtime::Runtime;

use client::Client;

const HELP: &str = "\
Acquires tokens with a synchronous SDK: four threads at once, a rejected secret, a worker thread, and
a refused connection. Everything runs on 127.0.0.1.

Usage: cargo run --example blocking

  --help   print this help
";

fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run()),
        Err(code) => code,
    }
}

fn run() -> Result<String, Failure> {
    // Only the server is asynchronous.
    let runtime = Runtime::new()?;
    let endpoint = runtime.block_on(TokenEndpoint::start())?;
    let refusing = runtime.block_on(loopback::refusing())?;
    let telemetry = Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.0")
        .recent_capacity(8)
        .build()?;
    let client = |url, form| Client::new(telemetry.clone(), url, form);

    screen::heading("1. Four threads need the same token");
    let shared = client(endpoint.url(), FORM);
    thread::scope(|threads| {
        let calls = [(); 4].map(|()| threads.spawn(|| shared.token().is_ok()));
        let succeeded = calls.map(|call| call.join().unwrap_or(false));
        check(succeeded == [true; 4], "all threads have a token")
    })?;
    let totals = telemetry.totals();
    let counts = (totals.identity_provider, totals.cache);
    check(counts == (1, 3), "one is new, three are from the cache")?;
    check(endpoint.take_arrived().len() == 1, "one request arrived")?;

    screen::heading("2. The endpoint rejects the secret");
    let rejected = client(endpoint.url(), "client_secret=wrong").token();
    check(rejected.is_err(), "there is no token")?;
    let record = last(&telemetry)?;
    check(record.status() == Some(401), "the status is recorded")?;
    check(
        record.error_code() == Some("invalid_client"),
        "the code, too",
    )?;
    drop(endpoint.take_arrived());

    screen::heading("3. A worker thread sends the request, and reports that failure");
    client(endpoint.url(), FORM).token_on_worker()?;
    let record = last(&telemetry)?;
    check(record.attempt_count() == 1, "the caller's record has it")?;
    let [request] = &*endpoint.take_arrived() else {
        return Err("expected one request".into());
    };
    let id = record.correlation_id().map(|id| id.to_string());
    check(
        request.header("client-request-id") == id.as_deref(),
        "with the caller's id",
    )?;
    let report = request.header("x-client-last-telemetry").unwrap_or("-");
    check(report.contains("invalid_client"), "it names the failure")?;

    screen::heading("4. The connection is refused");
    check(client(refusing, FORM).token().is_err(), "there is no token")?;
    let class = last(&telemetry)?.transport_error();
    check(
        class == Some(TransportError::Connect),
        "the class is recorded",
    )?;
    Ok("blocking: 7 calls on 6 threads, 3 requests, records and headers verified".to_owned())
}

/// Prints the newest record, and returns it.
fn last(telemetry: &Telemetry) -> Result<AcquisitionRecord, Failure> {
    let record = telemetry.recent_records().pop();
    let record = record.ok_or("expected a record")?;
    screen::record(&record);
    Ok(record)
}

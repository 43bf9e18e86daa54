//! Instruments a token function on plain `reqwest`: one attribute, and `.send_token_request()`.
//!
//! ```text
//! cargo run --example reqwest_raw
//! ```

use std::process::ExitCode;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use token_telemetry::acquisition::Attempt;
use token_telemetry::api::MsalNet;
use token_telemetry::middleware::SendTokenRequest as _;
use token_telemetry::{
    Acquisition, AcquisitionRecord, CacheRefreshReason, ErrorInfo, Telemetry, TransportError,
    acquire_token, capture,
};
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::token_endpoint::{FORM, Fault, TokenEndpoint};
use token_telemetry_examples::{Failure, check, loopback, screen};

const HELP: &str = "\
Acquires tokens with plain reqwest: a retry, a refused connection, a timeout, and the report of both.
Everything runs on 127.0.0.1.

Usage: cargo run --example reqwest_raw

  --help   print this help
";

/// The token request has recorded more than the error knows.
fn describe(_: &reqwest::Error) -> ErrorInfo {
    ErrorInfo::unknown()
}

#[acquire_token(api = MsalNet::AcquireTokenForClient, telemetry = telemetry, error_info = describe)]
async fn token(
    telemetry: Telemetry,
    http: reqwest::Client,
    url: String,
) -> reqwest::Result<Option<String>> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
    let mut response = post(&http, &url).await?;
    if response.status().is_server_error() {
        response = post(&http, &url).await?;
    }
    let body: Value = response.error_for_status()?.json().await?;
    let token = body.get("access_token").and_then(Value::as_str);
    Ok(token.map(str::to_owned))
}

async fn post(http: &reqwest::Client, url: &str) -> reqwest::Result<reqwest::Response> {
    http.post(url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(FORM)
        .send_token_request() // instead of `.send()`
        .await
}

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

async fn run() -> Result<String, Failure> {
    let endpoint = TokenEndpoint::start().await?;
    let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    let call = async |http: &reqwest::Client, url: String| {
        // `capture` is inside the task, because it sees the task that polls it.
        let call = capture(token(telemetry.clone(), http.clone(), url));
        let captured = tokio::spawn(call).await?;
        let record = captured.last().ok_or("expected a record")?;
        screen::record(record);
        Ok::<_, Failure>(record.clone())
    };
    let http = reqwest::Client::new();

    screen::heading("1. The endpoint is busy: two attempts");
    endpoint.fault(Fault::Status(503));
    let record = call(&http, endpoint.url()).await?;
    let statuses: Vec<_> = record.attempts().filter_map(Attempt::status).collect();
    check(statuses == [503, 200], "one record has both attempts")?;
    let arrived = endpoint.take_arrived();
    let id = record.correlation_id().map(|id| id.to_string());
    let has_id = |name| arrived.iter().all(|it| it.header(name) == id.as_deref());
    check(has_id("client-request-id"), "both requests have one id")?;

    screen::heading("2. The connection is refused");
    let record = call(&http, loopback::refusing().await?).await?;
    check_class(&record, TransportError::Connect)?;

    screen::heading("3. The endpoint does not respond in time");
    endpoint.fault(Fault::Silence);
    let hurried = reqwest::Client::builder().timeout(Duration::from_secs(1));
    let record = call(&hurried.build()?, endpoint.url()).await?;
    check_class(&record, TransportError::Timeout)?;
    endpoint.request_ignored().await;
    drop(endpoint.take_arrived());

    screen::heading("4. The next request reports the timeout");
    call(&http, endpoint.url()).await?;
    let [request] = &*endpoint.take_arrived() else {
        return Err("expected one request".into());
    };
    let last = request.header("x-client-last-telemetry").unwrap_or("-");
    check(last.contains("request_timeout"), "it names the failure")?;
    Ok("reqwest_raw: 4 calls, 5 attempts, classes, ids and the report verified".to_owned())
}

/// Checks the only attempt, and the code that follows from it.
fn check_class(record: &AcquisitionRecord, class: TransportError) -> Result<(), Failure> {
    check(record.attempt_count() == 1, "there was one attempt")?;
    let found = (record.transport_error(), record.error_code());
    let expected = (Some(class), Some(class.code()));
    check(found == expected, "its class and code are recorded")
}

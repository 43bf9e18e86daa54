//! Acquires tokens through `Arc<dyn TokenCredential>`, a trait with `#[async_trait]`, and a chain of two.
//!
//! ```text
//! cargo run --example async_trait_credential
//! ```

mod credentials;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use token_telemetry::acquisition::Attempt;
use token_telemetry::credential::CredentialKind;
use token_telemetry::error::ErrorKind;
use token_telemetry::{AcquisitionRecord, Telemetry, TokenType, capture};
use token_telemetry_examples::arguments::run_without_options;
use token_telemetry_examples::token_endpoint::{Arrived, FORM, TokenEndpoint};
use token_telemetry_examples::{Failure, check, say, screen};

use credentials::{Chain, ClientSecret, Token, TokenCredential, WorkloadIdentity};

const HELP: &str = "\
Acquires tokens through trait objects: a chain of two credentials, a member alone, and a failure.
Everything runs on 127.0.0.1.

Usage: cargo run --example async_trait_credential

  --help   print this help
";

#[tokio::main]
async fn main() -> ExitCode {
    run_without_options(HELP, run()).await
}

async fn run() -> Result<String, Failure> {
    let endpoint = TokenEndpoint::start().await?;
    let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    let with_form = |form| ClientSecret {
        telemetry: telemetry.clone(),
        http: reqwest::Client::new(),
        url: endpoint.url(),
        form,
    };
    let chain = |form| -> Arc<dyn TokenCredential> {
        let path = "no/such/file".into();
        Arc::new(Chain {
            telemetry: telemetry.clone(),
            first: Arc::new(WorkloadIdentity { path }),
            second: Arc::new(with_form(form)),
        })
    };

    screen::heading("1. A chain: the second member has a token");
    let (token, record) = call(chain(FORM)).await?;
    check(is_contoso(&token), "there is a token")?;
    check(
        record.token_type() == Some(TokenType::Bearer),
        "it is a bearer token",
    )?;
    let left = record.remaining_lifetime();
    check(
        left == Some(Duration::from_secs(3599)),
        "its lifetime is known",
    )?;
    check_suppressed(&record)?;

    screen::heading("2. The second member alone");
    let (token, record) = call(Arc::new(with_form(FORM))).await?;
    check(is_contoso(&token), "there is a token")?;
    check(record.suppressed_errors().is_empty(), "nothing went wrong")?;

    screen::heading("3. A chain: no member has a token");
    let (token, record) = call(chain("client_secret=wrong")).await?;
    check(token.is_err(), "there is no token")?;
    check(
        record.error_code() == Some("invalid_client"),
        "the member's code is kept",
    )?;
    check(record.status() == Some(401), "the endpoint rejected it")?;
    check_suppressed(&record)?;

    let arrived = endpoint.take_arrived();
    check(arrived.len() == 3, "each call sent one request")?;
    let current = |it: &Arrived| it.header("x-client-current-telemetry").is_some();
    check(arrived.iter().all(current), "with headers")?;
    Ok("async_trait_credential: 3 calls, one record and one request each, verified".to_owned())
}

fn is_contoso(token: &Result<Token, Failure>) -> bool {
    token
        .as_ref()
        .is_ok_and(|token| token.secret.starts_with("contoso-token-"))
}

/// Acquires a token in a spawned task, and returns the only record.
async fn call(
    credential: Arc<dyn TokenCredential>,
) -> Result<(Result<Token, Failure>, AcquisitionRecord), Failure> {
    let task = async move { capture(credential.token("scope")).await };
    let captured = tokio::spawn(task).await?;
    let [record] = &*captured.records else {
        return Err("expected one record for the chain and its members".into());
    };
    screen::record(record);
    for error in record.suppressed_errors() {
        say!("  {:<9}{}", "before", error.code().unwrap_or("-"));
    }
    let statuses: Vec<_> = record.attempts().filter_map(Attempt::status).collect();
    check(statuses.len() == 1, "one attempt got a response")?;
    let kind = record.credential().map(|it| it.kind());
    check(
        kind == Some(CredentialKind::ClientSecret),
        "the last credential is recorded",
    )?;
    Ok((captured.output, record.clone()))
}

/// Checks why the first member has no token.
fn check_suppressed(record: &AcquisitionRecord) -> Result<(), Failure> {
    let [error] = record.suppressed_errors() else {
        return Err("expected one suppressed error".into());
    };
    let kind = error.credential().map(|it| it.kind());
    check(
        kind == Some(CredentialKind::WorkloadIdentity),
        "it names the credential",
    )?;
    let unavailable = error.kind() == ErrorKind::CredentialUnavailable;
    check(unavailable, "the credential is unavailable")
}

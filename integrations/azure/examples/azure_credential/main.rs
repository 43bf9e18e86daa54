//! Wraps three credentials of an unmodified `azure_identity`, and compares each record with what happened.
//!
//! ```text
//! cargo run -p token-telemetry-azure --example azure_credential
//! ```
//!
//! Everything runs on 127.0.0.1. Environment variables configure the managed identity, so the program
//! starts the server and then runs itself again, with the variables set.

use std::error::Error;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use futures::future::join_all;
use token_telemetry::{AcquisitionRecord, capture};
use tokio::time::timeout;

use credentials::Credentials;
use rows::Rows;

mod credentials;
mod rows;
mod server;

const IDENTITY_ENDPOINT: &str = "IDENTITY_ENDPOINT";
const SCOPE: &[&str] = &["https://graph.microsoft.com/.default"];

const FETCHED: &str = "IdentityProvider, NoCachedAccessToken, 1 attempt, status 200";
const CACHED: &str = "Cache, NotApplicable, 0 attempts";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    if let Some(endpoint) = std::env::var_os(IDENTITY_ENDPOINT) {
        let endpoint = endpoint.to_string_lossy().into_owned();
        return Ok(runtime.block_on(run(&endpoint))?);
    }
    let endpoint = runtime.block_on(server::start())?;
    let status = Command::new(std::env::current_exe()?)
        .env(IDENTITY_ENDPOINT, endpoint)
        .env("IDENTITY_HEADER", "any")
        .env_remove("IDENTITY_SERVER_THUMBPRINT")
        .status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Calls the credentials; the name of each tenant says how the server replies.
async fn run(endpoint: &str) -> azure_core::Result<ExitCode> {
    let credentials = Credentials::new(endpoint)?;
    let mut rows = Rows::default();

    let secret = credentials.client_secret("cold")?;
    rows.check("secret: cold", &get(&secret, SCOPE).await, &[FETCHED]);
    rows.check("secret: warm", &get(&secret, SCOPE).await, &[CACHED]);

    let secret = credentials.client_secret("slow")?;
    let herd = join_all((0..3).map(|_| get(&secret, SCOPE))).await.concat();
    rows.check(
        "secret: 3 concurrent, cold",
        &herd,
        &[CACHED, CACHED, FETCHED],
    );
    let waited = herd
        .iter()
        .filter(|record| record.duration_waiting().is_some());
    rows.expect("secret: 2 of the 3 waited", waited.count() == 2);

    let secret = credentials.client_secret("busy")?;
    let retried = "IdentityProvider, NoCachedAccessToken, 3 attempts, status 200";
    rows.check(
        "secret: 503, 503, 200",
        &get(&secret, SCOPE).await,
        &[retried],
    );

    let secret = credentials.client_secret("refused")?;
    let refused = "no token, NoCachedAccessToken, 1 attempt, status 401, invalid_client [7000215]";
    rows.check(
        "secret: wrong secret",
        &get(&secret, SCOPE).await,
        &[refused],
    );

    let secret = credentials.client_secret("hanging")?;
    let short = Duration::from_millis(200);
    let cancelled = capture(timeout(short, secret.get_token(SCOPE, None))).await;
    let expected = "no token, NoCachedAccessToken, 1 attempt, operation_canceled []";
    rows.check("secret: cancelled", &cancelled.records, &[expected]);

    let none = "no token, 0 attempts, Credential []";
    rows.check("secret: empty scopes", &get(&secret, &[]).await, &[none]);

    let assertion = credentials.client_assertion("assertion")?;
    rows.check("assertion: cold", &get(&assertion, SCOPE).await, &[FETCHED]);
    rows.check("assertion: warm", &get(&assertion, SCOPE).await, &[CACHED]);

    let identity = credentials.managed_identity()?;
    rows.check(
        "managed identity: cold",
        &get(&identity, SCOPE).await,
        &[FETCHED],
    );
    rows.check(
        "managed identity: warm",
        &get(&identity, SCOPE).await,
        &[CACHED],
    );
    Ok(rows.finish())
}

async fn get(credential: &Arc<dyn TokenCredential>, scopes: &[&str]) -> Vec<AcquisitionRecord> {
    capture(credential.get_token(scopes, None)).await.records
}

//! Acquires a token for an application with the `oauth2` crate, and shows what arrives at the server.
//!
//! ```text
//! cargo run --example oauth2_client_credentials
//! ```

use std::process::ExitCode;

use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{AuthType, ClientId, ClientSecret, RequestTokenError, TokenUrl};
use token_telemetry::credential::CredentialKind;
use token_telemetry::{Acquisition, acquire_token, api::MsalNet, capture};
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::token_endpoint::{SECRET, TokenEndpoint};
use token_telemetry_examples::{Failure, screen};
use token_telemetry_oauth2::{TelemetryHttpClient, credential, describe, token_info};

use common::{check, record_of, reqwest_client};

mod common;

const HELP: &str = "\
Acquires tokens with a wrong and a right secret. Everything runs on 127.0.0.1.

Usage: cargo run --example oauth2_client_credentials

  --help   print this help
";

type TokenResult =
    Result<BasicTokenResponse, RequestTokenError<reqwest::Error, BasicErrorResponse>>;

#[acquire_token(api = MsalNet::AcquireTokenForClient, error_info = describe, token_info = token_info)]
async fn get_token(url: TokenUrl, secret: &str) -> TokenResult {
    let authentication = AuthType::RequestBody;
    Acquisition::current().record_credential(credential::client_secret(&authentication));
    let http = TelemetryHttpClient::new(reqwest_client());
    BasicClient::new(ClientId::new("contoso".to_owned()))
        .set_client_secret(ClientSecret::new(secret.to_owned()))
        .set_auth_type(authentication)
        .set_token_uri(url)
        .exchange_client_credentials()
        .request_async(&http)
        .await
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run().await),
        Err(code) => code,
    }
}

async fn run() -> Result<String, Failure> {
    let endpoint = TokenEndpoint::start().await?;
    let url = TokenUrl::new(endpoint.url())?;

    screen::heading("A wrong secret");
    let captured = capture(get_token(url.clone(), "a wrong secret")).await;
    let record = record_of(&captured)?;
    screen::record(record);
    check(captured.output.is_err(), "the endpoint rejects the secret")?;
    let error = record.error().ok_or("expected an error")?;
    check(
        error.code() == Some("invalid_client"),
        "the record has the OAuth code",
    )?;
    check(
        error.sts_codes() == [7_000_215],
        "the record has Entra's number",
    )?;
    check(record.status() == Some(401), "the record has the status")?;

    screen::heading("The right secret");
    let captured = capture(get_token(url, SECRET)).await;
    let record = record_of(&captured)?;
    screen::record(record);
    check(record.is_ok(), "the endpoint accepts the secret")?;
    let used = record.credential().ok_or("expected a credential")?;
    check(
        used.kind() == CredentialKind::ClientSecret,
        "the record has the credential",
    )?;
    let lifetime = record.remaining_lifetime().ok_or("expected a lifetime")?;
    check(
        lifetime.as_secs() == 3599,
        "the record has the lifetime of the token",
    )?;

    screen::heading("What the endpoint received");
    let arrived = endpoint.take_arrived();
    for (number, request) in (1..).zip(&arrived) {
        screen::arrived(number, request);
    }
    let [first, second] = &arrived[..] else {
        return Err("expected two requests".into());
    };
    let last = |name| second.header(name).unwrap_or_default();
    check(
        first
            .header("x-client-current-telemetry")
            .is_some_and(|it| it.starts_with("5|1004,")),
        "the first request has the number of the API",
    )?;
    check(
        last("x-client-last-telemetry").contains("|invalid_client|"),
        "the second request reports the failure of the first",
    )?;
    Ok("oauth2_client_credentials: a failure, and the success that reported it".to_owned())
}

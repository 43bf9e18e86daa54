//! Acquires tokens from two identity providers with the `oauth2` crate, and checks the records.
//!
//! `scripts/identity-providers` starts both providers and passes their URLs.

use std::process::ExitCode;
use std::time::Duration;

use oauth2::{
    RefreshToken, Scope, StandardDeviceAuthorizationResponse as DeviceCode, TokenResponse as _,
};
use token_telemetry::Telemetry;
use token_telemetry_examples::Failure;
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_oauth2::TelemetryHttpClient;

use common::{check, reqwest_client};
use sdk::{check_record, client, recorded};

#[path = "../common/mod.rs"]
mod common;
mod sdk;

const HELP: &str = "\
Acquires tokens from oidc-provider and from oauth2-mock-server, and checks the records.

Usage: cargo run --example identity_providers -- OIDC_PROVIDER MOCK_SERVER

  URL      base URL; scripts/identity-providers starts both servers
  --help   print this help
";

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run(arguments.words()).await),
        Err(code) => code,
    }
}

async fn run(urls: &[String]) -> Result<String, Failure> {
    let [provider, mock] = urls else {
        return Err("expected two URLs; scripts/identity-providers passes them".into());
    };
    let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    Telemetry::set_global(telemetry)?;
    for url in [provider, mock] {
        rejected_and_accepted(url).await?;
    }
    refresh(mock, "any refresh token").await?;
    let refresh_token = device_code(provider).await?;
    refresh(provider, &refresh_token).await?;
    Ok("identity_providers: all records are as expected".to_owned())
}

/// The client credentials grant, with a wrong and the right secret.
async fn rejected_and_accepted(url: &str) -> Result<(), Failure> {
    let http = TelemetryHttpClient::new(reqwest_client());
    let wrong = client("a wrong secret", url)?;
    let request = wrong.exchange_client_credentials().request_async(&http);
    let (_, record) = recorded("a wrong secret", request).await?;
    check_record(&record, 401, Some("invalid_client"))?;
    let right = client("a secret", url)?;
    let request = right.exchange_client_credentials().request_async(&http);
    let (_, record) = recorded("client credentials", request).await?;
    check_record(&record, 200, None)?;
    check(
        record.remaining_lifetime().is_some(),
        "the record has a lifetime",
    )
}

/// The refresh token grant.
async fn refresh(url: &str, refresh_token: &str) -> Result<(), Failure> {
    let http = TelemetryHttpClient::new(reqwest_client());
    let client = client("a secret", url)?;
    let token = RefreshToken::new(refresh_token.to_owned());
    let request = client.exchange_refresh_token(&token).request_async(&http);
    let (_, record) = recorded("refresh token", request).await?;
    check_record(&record, 200, None)?;
    check(
        record.refresh_token_present() == Some(true),
        "another refresh token came",
    )
}

/// The device code grant; returns the refresh token.
async fn device_code(url: &str) -> Result<String, Failure> {
    let http = TelemetryHttpClient::new(reqwest_client());
    let client = client("a secret", url)?;
    let scopes = ["openid", "offline_access"].map(|scope| Scope::new(scope.to_owned()));
    let device = client.exchange_device_code().add_scopes(scopes);
    let device = device.add_extra_param("prompt", "consent");
    let device: DeviceCode = device.request_async(&http).await?;
    // The provider allows any interval, and approves the code after the second poll.
    let sleep = |_| tokio::time::sleep(Duration::from_millis(50));
    let polls = client.exchange_device_access_token(&device);
    let (token, record) = recorded("device code", polls.request_async(&http, sleep, None)).await?;
    check(
        record.is_ok() && record.status() == Some(200),
        "the last poll returns a token",
    )?;
    check(record.pending_polls() == 2, "two polls are pending")?;
    check(record.attempt_count() == 3, "each poll is an attempt")?;
    let token = token.ok_or("expected a token")?;
    let refresh_token = token.refresh_token().ok_or("expected a refresh token")?;
    Ok(refresh_token.secret().clone())
}

//! Signs in with a device code: several polls, one acquisition, no failure.
//!
//! ```text
//! cargo run --example device_code
//! ```

use std::process::ExitCode;
use std::time::Duration;

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    ClientId, DeviceAuthorizationUrl, DeviceCodeErrorResponse, EndpointNotSet, EndpointSet,
};
use oauth2::{RequestTokenError, StandardDeviceAuthorizationResponse as DeviceCode, TokenUrl};
use token_telemetry::credential::ClientAuthentication;
use token_telemetry::{Acquisition, Telemetry, acquire_token, api::MsalNet, capture};
use token_telemetry_examples::arguments::Arguments;
use token_telemetry_examples::{Failure, say, screen};
use token_telemetry_oauth2::{TelemetryHttpClient, credential, describe, token_info};

use common::{check, record_of, reqwest_client};
use server::PENDING;

#[path = "../common/mod.rs"]
mod common;
mod server;

const HELP: &str = "\
Signs in with a device code, which the user enters after three polls. Everything runs on 127.0.0.1.

Usage: cargo run --example device_code

  --help   print this help
";

type Client = BasicClient<EndpointNotSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type TokenResult =
    Result<BasicTokenResponse, RequestTokenError<reqwest::Error, DeviceCodeErrorResponse>>;

/// Polls until the user has entered the code. All polls belong to one acquisition.
#[acquire_token(api = MsalNet::AcquireTokenByDeviceCode, error_info = describe, token_info = token_info)]
async fn wait_for_user(client: &Client, device: &DeviceCode) -> TokenResult {
    let of_public_client = credential::device_code(ClientAuthentication::None);
    Acquisition::current().record_credential(of_public_client);
    let http = TelemetryHttpClient::new(reqwest_client());
    // An application sleeps as long as the server says.
    let sleep = |pause: Duration| tokio::time::sleep(pause / 20);
    let polls = client.exchange_device_access_token(device);
    polls.request_async(&http, sleep, None).await
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(HELP) {
        Ok(arguments) => arguments.finish(run().await),
        Err(code) => code,
    }
}

async fn run() -> Result<String, Failure> {
    let server = server::start().await?;
    let client = BasicClient::new(ClientId::new("contoso".to_owned()))
        .set_device_authorization_url(DeviceAuthorizationUrl::new(format!("{server}/devicecode"))?)
        .set_token_uri(TokenUrl::new(format!("{server}/token"))?);
    let http = reqwest_client();
    let device: DeviceCode = client.exchange_device_code().request_async(&http).await?;
    let (url, code) = (device.verification_uri(), device.user_code().secret());
    say!("Open {} and enter {code}.\n", url.as_str());

    let captured = capture(wait_for_user(&client, &device)).await;
    let record = record_of(&captured)?;
    screen::record(record);
    check(record.is_ok(), "the user signs in")?;
    check(record.pending_polls() == PENDING, "the polls are pending")?;
    check(
        record.attempt_count() == PENDING + 1,
        "each poll is an attempt",
    )?;
    check(record.status() == Some(200), "the last poll has a token")?;
    let totals = Telemetry::global().totals();
    check(totals.identity_provider == 1, "there was one acquisition")?;
    check(totals.failures == 0, "no poll was a failure")?;
    Ok(format!(
        "device_code: one acquisition, {PENDING} pending polls"
    ))
}

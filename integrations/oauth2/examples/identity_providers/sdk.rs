//! A small SDK, and what is expected of its records.

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    ClientId, ClientSecret, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet, ErrorResponse,
    RequestTokenError, TokenUrl,
};
use token_telemetry::{AcquisitionRecord, acquire_token, api::MsalNet, capture};
use token_telemetry_examples::{Failure, say};
use token_telemetry_oauth2::{describe, token_info};

use crate::common::{check, record_of};

pub(crate) type Client =
    BasicClient<EndpointNotSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
pub(crate) type TokenResult<E> = Result<BasicTokenResponse, RequestTokenError<reqwest::Error, E>>;

/// The public function of an SDK, for any grant.
#[acquire_token(api = MsalNet::AcquireTokenForClient, error_info = describe, token_info = token_info)]
async fn acquire<E: ErrorResponse + 'static>(
    request: impl Future<Output = TokenResult<E>>,
) -> TokenResult<E> {
    request.await
}

/// Acquires a token, prints its record and returns both.
pub(crate) async fn recorded<E: ErrorResponse + 'static>(
    what: &str,
    request: impl Future<Output = TokenResult<E>>,
) -> Result<(Option<BasicTokenResponse>, AcquisitionRecord), Failure> {
    let captured = capture(acquire(request)).await;
    let record = record_of(&captured)?.clone();
    let status = record.status().unwrap_or_default();
    let result = record.error_code().unwrap_or("a token");
    say!(
        "{what}: {result}, HTTP {status}, {} attempts",
        record.attempt_count()
    );
    Ok((captured.output.ok(), record))
}

/// Checks the outcome of an acquisition with one request.
pub(crate) fn check_record(
    record: &AcquisitionRecord,
    status: u16,
    code: Option<&str>,
) -> Result<(), Failure> {
    check(
        record.status() == Some(status),
        &format!("the status is {status}"),
    )?;
    check(
        record.error_code() == code,
        &format!("the error code is {code:?}"),
    )?;
    check(record.attempt_count() == 1, "there was one request")
}

pub(crate) fn client(secret: &str, url: &str) -> Result<Client, Failure> {
    let device_url = DeviceAuthorizationUrl::new(format!("{url}/device/auth"))?;
    Ok(BasicClient::new(ClientId::new("contoso".to_owned()))
        .set_client_secret(ClientSecret::new(secret.to_owned()))
        .set_device_authorization_url(device_url)
        .set_token_uri(TokenUrl::new(format!("{url}/token"))?))
}

//! Token requests of `oauth2` and `openidconnect` through the wrapper, as records and wires show them.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what is wrong")]

mod asynchronous;
mod auto_traits;
mod blocking;
mod descriptions;
mod device_code;
mod openid_connect;
mod server;

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    ClientId, ClientSecret, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet, ErrorResponse,
    RequestTokenError, TokenResponse, TokenUrl,
};
use token_telemetry::{Telemetry, acquire_token, api::MsalNet};
use token_telemetry_oauth2::{describe, token_info};

type Client = BasicClient<EndpointNotSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

fn client() -> Client {
    let url = |path| format!("https://login.example/tenant-of-a-customer/{path}");
    BasicClient::new(ClientId::new("contoso".to_owned()))
        .set_client_secret(ClientSecret::new("a secret".to_owned()))
        .set_token_uri(TokenUrl::new(url("token")).unwrap())
        .set_device_authorization_url(DeviceAuthorizationUrl::new(url("devicecode")).unwrap())
}

/// A function of an SDK whose body is the given request.
#[acquire_token(
    api = MsalNet::AcquireTokenForClient,
    telemetry = telemetry,
    error_info = describe,
    token_info = token_info
)]
async fn acquire<T, RE, E>(
    telemetry: &Telemetry,
    request: impl Future<Output = Result<T, RequestTokenError<RE, E>>>,
) -> Result<T, RequestTokenError<RE, E>>
where
    T: TokenResponse,
    RE: std::error::Error + 'static,
    E: ErrorResponse + 'static,
{
    request.await
}

/// The same for a blocking request.
#[acquire_token(
    api = MsalNet::AcquireTokenForClient,
    telemetry = telemetry,
    error_info = describe,
    token_info = token_info
)]
fn acquire_blocking<RE, E>(
    telemetry: &Telemetry,
    request: impl FnOnce() -> Result<BasicTokenResponse, RequestTokenError<RE, E>>,
) -> Result<BasicTokenResponse, RequestTokenError<RE, E>>
where
    RE: std::error::Error + 'static,
    E: ErrorResponse + 'static,
{
    request()
}

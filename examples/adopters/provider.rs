//! A provider under a cache, both annotated: one record, with what each of them knows.

use std::error::Error;
use std::time::Duration;

use token_telemetry::{
    Acquisition, CacheRefreshReason, ErrorInfo, Telemetry, TokenInfo, acquire_token,
};

use crate::sdk::{Observed, SdkApi, SdkError, Shape, TOKEN_URL};

struct Token {
    expires_in: Duration,
}

fn token_info(token: &Token) -> TokenInfo {
    TokenInfo::new().expires_in(token.expires_in)
}

#[acquire_token(api = SdkApi::GetToken, telemetry = telemetry, ok = token_info)]
async fn provide(telemetry: &Telemetry, status: u16) -> Result<Token, SdkError> {
    Acquisition::current()
        .token_request(TOKEN_URL)
        .answered(status);
    if status == 200 {
        return Ok(Token {
            expires_in: Duration::from_secs(3599),
        });
    }
    Err(SdkError("invalid_grant"))
}

/// The cache has an error type that says nothing.
fn nothing(_: &Box<dyn Error>) -> ErrorInfo {
    ErrorInfo::unknown()
}

#[acquire_token(api = SdkApi::GetCachedToken, telemetry = telemetry, err = nothing)]
async fn cached(telemetry: &Telemetry, status: u16) -> Result<Token, Box<dyn Error>> {
    Acquisition::current().refresh(CacheRefreshReason::Expired);
    provide(telemetry, status)
        .await
        .map_err(|error| error.0.into())
}

pub(crate) async fn run() -> Shape {
    let observed = Observed::new();
    let expiries = [
        cached(&observed.telemetry, 200)
            .await
            .map(|token| token.expires_in),
        cached(&observed.telemetry, 400)
            .await
            .map(|token| token.expires_in),
    ];
    drop(expiries);
    observed.shape(
        "A provider under a cache",
        &[
            "GetCachedToken ok, IdentityProvider, Expired, 1 attempts, HTTP 200, 3599 s left",
            "GetCachedToken error, Expired, 1 attempts, HTTP 400, error invalid_grant",
            "0 hits, 1 issued, 0 pending, 1 failed, 0 unknown",
        ],
    )
}

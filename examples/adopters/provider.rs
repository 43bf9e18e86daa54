//! A cache around a provider, both annotated: they share one record with data from both.

use std::error::Error;
use std::time::Duration;

use token_telemetry::{
    Acquisition, CacheRefreshReason, ErrorInfo, Telemetry, TokenInfo, acquire_token,
};

use crate::sdk::{Pattern, Recorded, SdkApi, SdkError, TOKEN_URL};

struct Token {
    expires_in: Duration,
}

fn token_info(token: &Token) -> TokenInfo {
    TokenInfo::new().with_expires_in(token.expires_in)
}

#[acquire_token(api = SdkApi::GetToken, telemetry = telemetry, token_info = token_info)]
async fn provide(telemetry: &Telemetry, status: u16) -> Result<Token, SdkError> {
    Acquisition::current()
        .token_request(TOKEN_URL)
        .responded(status);
    if status == 200 {
        return Ok(Token {
            expires_in: Duration::from_secs(3599),
        });
    }
    Err(SdkError("invalid_grant"))
}

/// The error of the cache, which carries no details.
type AnyError = Box<dyn Error + Send + Sync>;

fn describe(_: &AnyError) -> ErrorInfo {
    ErrorInfo::unknown()
}

#[acquire_token(api = SdkApi::GetCachedToken, telemetry = telemetry, error_info = describe)]
async fn cached(telemetry: &Telemetry, status: u16) -> Result<Token, AnyError> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
    provide(telemetry, status)
        .await
        .map_err(|error| error.0.into())
}

pub(crate) async fn run() -> Pattern {
    let recorded = Recorded::new();
    for status in [200, 400] {
        drop(
            cached(&recorded.telemetry, status)
                .await
                .map(|token| token.expires_in),
        );
    }
    recorded.pattern(
        "A cache around a provider",
        &[
            "GetCachedToken ok, IdentityProvider, Expired, 1 attempts, HTTP 200, 3599 s left",
            "GetCachedToken error, Expired, 1 attempts, HTTP 400, error invalid_grant",
            "0 hits, 1 issued, 0 pending, 1 failed, 0 unknown",
        ],
    )
}

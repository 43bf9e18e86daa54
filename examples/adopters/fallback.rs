//! A fallback error code, used only if the token request recorded nothing more specific.

use token_telemetry::{
    Acquisition, CacheRefreshReason, ErrorInfo, Telemetry, TransportError, acquire_token,
};

use crate::sdk::{Pattern, Recorded, SdkApi, SdkError, TOKEN_URL};

fn describe(_: &SdkError) -> ErrorInfo {
    ErrorInfo::fallback("credential_error")
}

#[acquire_token(api = SdkApi::GetToken, telemetry = telemetry, error_info = describe)]
async fn get_token(telemetry: &Telemetry, is_reachable: bool) -> Result<(), SdkError> {
    if !is_reachable {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        Acquisition::current()
            .token_request(TOKEN_URL)
            .failed(TransportError::Connect);
    }
    Err(SdkError("no token"))
}

pub(crate) async fn run() -> Pattern {
    let recorded = Recorded::new();
    drop(get_token(&recorded.telemetry, false).await);
    drop(get_token(&recorded.telemetry, true).await);
    recorded.pattern(
        "A fallback error code",
        &[
            "GetToken error, NoCachedAccessToken, 1 attempts, error connect_error",
            "GetToken error, error credential_error",
            "0 hits, 0 issued, 0 pending, 2 failed, 0 unknown",
        ],
    )
}

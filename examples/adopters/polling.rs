//! A device code flow that polls once per call; the caller runs the loop.

use std::future::ready;
use std::io;

use token_telemetry::{Acquisition, ErrorInfo, Polled, Status, Telemetry, acquire_token};

use crate::sdk::{Pattern, Recorded, SdkApi, SdkError, TOKEN_URL};

fn describe(error: &SdkError) -> ErrorInfo {
    match error.0 {
        "authorization_pending" => ErrorInfo::pending(),
        code => ErrorInfo::new(code),
    }
}

#[acquire_token(api = SdkApi::GetToken, telemetry = telemetry, error_info = describe)]
async fn poll(telemetry: &Telemetry, code: Option<&'static str>) -> Result<String, SdkError> {
    let sent = Acquisition::current().token_request(TOKEN_URL).send(|_| {
        ready(Ok::<_, io::Error>(match code {
            Some(code) => Polled::Pending(Status::new(400, code)),
            None => Polled::Done(Status::new(200, "token")),
        }))
    });
    match sent.await {
        Err(_unreachable) => Err(SdkError("network")),
        Ok(Polled::Pending(response)) => Err(SdkError(response.response)),
        Ok(Polled::Done(response)) => Ok(response.response.to_owned()),
    }
}

pub(crate) async fn run() -> Pattern {
    let recorded = Recorded::new();
    for code in [
        Some("authorization_pending"),
        Some("authorization_pending"),
        None,
    ] {
        drop(poll(&recorded.telemetry, code).await);
    }
    recorded.pattern(
        "A flow that polls once per call",
        &[
            "GetToken pending, 1 attempts, HTTP 400",
            "GetToken pending, 1 attempts, HTTP 400",
            "GetToken ok, IdentityProvider, 1 attempts, HTTP 200",
            "0 hits, 1 issued, 2 pending, 0 failed, 0 unknown",
        ],
    )
}

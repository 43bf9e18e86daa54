//! A client with its own header map that reuses one request object for all attempts.

use std::collections::BTreeMap;

use token_telemetry::{Acquisition, Telemetry, acquire_token};

use crate::sdk::{Pattern, Recorded, SdkApi, SdkError, TOKEN_URL};

/// The request object of the client.
#[derive(Default)]
struct Request {
    headers: BTreeMap<String, String>,
}

/// Sends one request object per status; returns the failures that each attempt reported.
#[acquire_token(api = SdkApi::GetToken, telemetry = telemetry)]
async fn retrying(telemetry: &Telemetry, statuses: &[u16]) -> Result<Vec<String>, SdkError> {
    let mut request = Request::default();
    let mut reported = Vec::new();
    for status in statuses {
        let mut attempt = Acquisition::current().token_request(TOKEN_URL);
        attempt.apply_with(|name, value| match value {
            Some(value) => drop(request.headers.insert(name.to_owned(), value.to_owned())),
            None => drop(request.headers.remove(name)),
        });
        let last = request.headers.get("x-client-last-telemetry");
        reported.push(last.cloned().unwrap_or_default());
        attempt.responded(*status);
    }
    match statuses.last() {
        Some(200) => Ok(reported),
        _ => Err(SdkError("invalid_client")),
    }
}

pub(crate) async fn run() -> Pattern {
    let recorded = Recorded::new();
    drop(retrying(&recorded.telemetry, &[401]).await);
    let reported = retrying(&recorded.telemetry, &[408, 200])
        .await
        .unwrap_or_default();
    let times = reported
        .iter()
        .filter(|header| header.contains("invalid_client"))
        .count();
    let name = if times == 1 {
        "A reused request object: the failure is reported once"
    } else {
        "A reused request object: the failure is NOT reported once"
    };
    let expected = [
        "GetToken error, 1 attempts, HTTP 401, error invalid_client",
        "GetToken ok, IdentityProvider, 2 attempts, HTTP 200",
        "0 hits, 1 issued, 0 pending, 1 failed, 0 unknown",
    ];
    recorded.pattern(name, if times == 1 { &expected } else { &[] })
}

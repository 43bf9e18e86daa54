//! What the examples share: `reqwest` 0.13 as the HTTP client of `oauth2`, and checks.

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use token_telemetry::{AcquisitionRecord, Captured};
use token_telemetry_examples::Failure;

/// Returns `reqwest` 0.13 as an HTTP client; `oauth2` itself only knows `reqwest` 0.12.
pub(crate) fn reqwest_client()
-> impl for<'c> AsyncHttpClient<'c, Error = reqwest::Error, Future: Send> {
    let client = reqwest::Client::new();
    move |request| send(client.clone(), request)
}

async fn send(client: reqwest::Client, request: HttpRequest) -> reqwest::Result<HttpResponse> {
    let mut response = client.execute(request.try_into()?).await?;
    let mut returned = HttpResponse::default();
    *returned.status_mut() = response.status();
    *returned.headers_mut() = std::mem::take(response.headers_mut());
    *returned.body_mut() = response.bytes().await?.to_vec();
    Ok(returned)
}

/// Returns the record of an acquisition that returned a token.
pub(crate) fn record_of<T>(captured: &Captured<T>) -> Result<&AcquisitionRecord, Failure> {
    Ok(captured.last().ok_or("expected a record")?)
}

pub(crate) fn check(holds: bool, fact: &str) -> Result<(), Failure> {
    holds
        .then_some(())
        .ok_or_else(|| format!("expected that {fact}").into())
}

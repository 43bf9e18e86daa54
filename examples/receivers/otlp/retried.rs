//! One call whose requests are answered 503, 429 and 200, and an export while it waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use token_telemetry::{Acquisition, ApiId, ErrorInfo, Telemetry, acquire_token};
use token_telemetry_examples::Failure;
use token_telemetry_receivers::{listen, telemetry};
use tokio::sync::Notify;

/// Owner of the API id.
struct Retrying;

/// The only function, so that its metrics have an attribute set for themselves.
#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Retrying)]
enum RetryingApi {
    AcquireTokenWithRetries = 1010,
}

/// The answers, in order; the last one is repeated.
const ANSWERS: [StatusCode; 3] = [
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::OK,
];

/// The pause that the 503 asks for, in seconds.
const PAUSE: u64 = 1;

/// Makes the call, and exports all metrics twice: during the pause before its second request, and after
/// its end.
pub(crate) async fn call(provider: SdkMeterProvider) -> Result<(), Failure> {
    let url = start_endpoint().await?;
    let telemetry = telemetry(provider.clone()).build()?;
    let pauses = Notify::new();
    let export = async {
        pauses.notified().await;
        flush(provider.clone()).await
    };
    let (called, exported) = tokio::join!(with_retries(&telemetry, &url, &pauses), export);
    exported?;
    // While the telemetry exists, which counts what is in flight.
    flush(provider).await?;
    called
}

/// Exports all metrics now, on a thread that may block until the runtime has sent them.
async fn flush(provider: SdkMeterProvider) -> Result<(), Failure> {
    Ok(tokio::task::spawn_blocking(move || provider.force_flush()).await??)
}

/// Starts a token endpoint that sends the answers.
async fn start_endpoint() -> Result<String, Failure> {
    let listener = listen(0).await?;
    let url = format!("http://{}/token", listener.local_addr()?);
    let answered = Arc::<AtomicUsize>::default();
    let app = Router::new()
        .route("/token", post(respond))
        .with_state(answered);
    drop(tokio::spawn(
        async move { axum::serve(listener, app).await },
    ));
    Ok(url)
}

async fn respond(State(answered): State<Arc<AtomicUsize>>) -> (StatusCode, HeaderMap) {
    let number = answered.fetch_add(1, Ordering::Relaxed);
    let mut headers = HeaderMap::new();
    if number == 0 {
        headers.insert(RETRY_AFTER, PAUSE.into());
    }
    let status = ANSWERS.get(number).copied();
    (status.unwrap_or(StatusCode::OK), headers)
}

/// Repeats the request until it succeeds, after the pause that the endpoint asks for.
#[acquire_token(api = RetryingApi::AcquireTokenWithRetries, telemetry = telemetry, error_info = no_details)]
async fn with_retries(telemetry: &Telemetry, url: &str, pauses: &Notify) -> Result<(), Failure> {
    let http = reqwest::Client::new();
    for _ in ANSWERS {
        let response = Acquisition::current()
            .token_request(url)
            .send(|headers| http.post(url).headers(headers).send())
            .await?;
        if response.status().is_success() {
            return Ok(());
        }
        if response.headers().contains_key(RETRY_AFTER) {
            pauses.notify_one();
            tokio::time::sleep(Duration::from_secs(PAUSE)).await;
        }
    }
    Err("no request succeeded".into())
}

fn no_details(_: &Failure) -> ErrorInfo {
    ErrorInfo::unknown()
}

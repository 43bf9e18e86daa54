//! A server whose user enters the device code after a few polls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use token_telemetry_examples::{Failure, say};
use tokio::net::TcpListener;

/// Polls before the user has entered the code.
pub(crate) const PENDING: u32 = 3;

/// Starts a server, and returns its address.
pub(crate) async fn start() -> Result<String, Failure> {
    let device_code = async || {
        Json(json!({
            "device_code": "a secret of the device", "user_code": "WDJB-MJHT", "interval": 1,
            "verification_uri": "https://contoso.example/device", "expires_in": 900,
        }))
    };
    let polls = Arc::new(AtomicU32::new(0));
    let token = move |headers: HeaderMap| {
        let poll = polls.fetch_add(1, Ordering::Relaxed);
        async move { respond(poll, &headers) }
    };
    let app = Router::new()
        .route("/devicecode", post(device_code))
        .route("/token", post(token));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    drop(tokio::spawn(
        async move { axum::serve(listener, app).await },
    ));
    Ok(format!("http://{address}"))
}

fn respond(poll: u32, headers: &HeaderMap) -> (StatusCode, Json<Value>) {
    let header = |name| {
        headers
            .get(name)
            .map_or("not sent", |it| it.to_str().unwrap_or_default())
    };
    say!(
        "received    current {}, last {}",
        header("x-client-current-telemetry"),
        header("x-client-last-telemetry")
    );
    if header("x-client-last-telemetry").contains("authorization_pending") {
        (
            StatusCode::IM_A_TEAPOT,
            Json(json!({ "error": "a poll was reported as a failure" })),
        )
    } else if poll < PENDING {
        (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": "authorization_pending" })),
        )
    } else {
        (
            StatusCode::OK,
            Json(json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 3599 })),
        )
    }
}

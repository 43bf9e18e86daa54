//! A token endpoint and a managed identity endpoint on 127.0.0.1.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::net::TcpListener;

const REFUSED: &str = r#"{"error":"invalid_client","error_codes":[7000215],"error_description":"AADSTS7000215: Invalid client secret."}"#;

/// Starts the server and returns the URL of its managed identity endpoint.
pub(crate) async fn start() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/msi/token", listener.local_addr()?);
    let app = Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token))
        .route("/msi/token", get(managed_identity))
        .with_state(Arc::new(AtomicU32::new(0)));
    drop(tokio::spawn(
        async move { axum::serve(listener, app).await },
    ));
    Ok(url)
}

/// Replies as the name of the tenant says; `busy` lasts for two requests.
async fn token(
    Path(tenant): Path<String>,
    State(busy): State<Arc<AtomicU32>>,
) -> (StatusCode, &'static str) {
    match tenant.as_str() {
        "refused" => return (StatusCode::UNAUTHORIZED, REFUSED),
        "hanging" => pending().await,
        "slow" => tokio::time::sleep(Duration::from_millis(20)).await,
        "busy" if busy.fetch_add(1, Ordering::Relaxed) < 2 => {
            return (StatusCode::SERVICE_UNAVAILABLE, "");
        }
        _ => {}
    }
    let token = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"token"}"#;
    (StatusCode::OK, token)
}

/// Returns a token that expires in the year 2100.
async fn managed_identity() -> &'static str {
    r#"{"access_token":"token","expires_on":"4102444800","resource":"r","token_type":"Bearer"}"#
}

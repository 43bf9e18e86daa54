//! The page that Prometheus scrapes.

use std::io;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use prometheus::{Registry, TextEncoder};
use tokio::net::TcpListener;

/// Serves a registry under `/metrics` until the future is dropped.
///
/// # Errors
///
/// Fails if the listener does.
pub async fn serve(listener: TcpListener, registry: Registry) -> io::Result<()> {
    let app = Router::new().route("/metrics", get(move || async move { page(&registry) }));
    axum::serve(listener, app).await
}

/// Renders the registry in the Prometheus text format.
fn page(registry: &Registry) -> (StatusCode, [(HeaderName, &'static str); 1], String) {
    let plain = [(CONTENT_TYPE, prometheus::TEXT_FORMAT)];
    match TextEncoder::new().encode_to_string(&registry.gather()) {
        Ok(text) => (StatusCode::OK, plain, text),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, plain, error.to_string()),
    }
}

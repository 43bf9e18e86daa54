//! The routes of the server: the page, its news, the totals, and pausing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use crate::stage::Stage;

/// The whole page; it requests only the news.
const PAGE: &str = concat!(
    include_str!("page/head.html"),
    "<style>\n",
    include_str!("page/page.css"),
    "</style>\n",
    include_str!("page/body.html"),
    "<script>\n",
    include_str!("page/page.js"),
    "</script>\n",
);

/// Allows no external resources, and requests to this server only.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      connect-src 'self'; img-src data:";

pub(crate) fn routes(stage: Arc<Stage>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/news/{run}/{known}", get(news))
        .route("/totals", get(totals))
        .route("/pause", post(pause))
        .route("/resume", post(resume))
        .with_state(stage)
}

async fn page() -> impl IntoResponse {
    let headers: [(HeaderName, &str); 2] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(PAGE))
}

/// Returns the news for a page in one message.
async fn news(
    State(stage): State<Arc<Stage>>,
    Path((run, known)): Path<(String, u64)>,
) -> impl IntoResponse {
    (
        [(CACHE_CONTROL, "no-store")],
        Json(stage.news(&run, known).await),
    )
}

async fn totals(State(stage): State<Arc<Stage>>) -> Json<Value> {
    Json(stage.totals())
}

async fn pause(State(stage): State<Arc<Stage>>) -> StatusCode {
    stage.pause(true);
    StatusCode::NO_CONTENT
}

async fn resume(State(stage): State<Arc<Stage>>) -> StatusCode {
    stage.pause(false);
    StatusCode::NO_CONTENT
}

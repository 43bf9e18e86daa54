//! What the browser gets: one page, the events, the totals, a pause.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt as _};

use crate::stage::Stage;

/// The whole page; it asks for nothing but the events.
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

/// Nothing from outside, and no requests but to this server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      connect-src 'self'; img-src data:";

pub(crate) fn routes(stage: Arc<Stage>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/events", get(events))
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

/// What was seen so far, then each event; a page that falls behind is cut off and comes again.
async fn events(
    State(stage): State<Arc<Stage>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (first, news) = stage.watch();
    let rest = BroadcastStream::new(news)
        .take_while(Result::is_ok)
        .filter_map(Result::ok);
    let messages = tokio_stream::once(first).chain(rest);
    let events = messages.map(|message| Ok(Event::default().data(message)));
    Sse::new(events).keep_alive(KeepAlive::default())
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

//! The routes: the page, its files, and its news.

mod access;
mod assets;
mod listener;

use std::sync::{Arc, Once};

use axum::Router;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

pub(crate) use access::Access;
pub(crate) use listener::LimitedListener;

use crate::hub::Hub;

/// Pages that may wait for news at the same time.
const PAGES: usize = 64;

/// Allows this server's own files and requests, and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// What all requests share.
struct Console {
    hub: Arc<Hub>,
    access: Access,
    waiting: Semaphore,
    collecting: Once,
}

impl Console {
    /// Starts to collect, if that has not begun and there is a runtime.
    fn collect(&self) {
        if let Ok(runtime) = Handle::try_current() {
            self.collecting.call_once(|| {
                runtime.spawn(Hub::keep_collecting(Arc::downgrade(&self.hub)));
            });
        }
    }
}

/// Returns the routes of a console.
pub(crate) fn routes(hub: Arc<Hub>, access: Access) -> Router {
    let console = Arc::new(Console {
        hub,
        access,
        waiting: Semaphore::new(PAGES),
        collecting: Once::new(),
    });
    console.collect();
    let mut routes = Router::new()
        .route("/", get(page))
        .route("/news/{run}/{version}", get(news));
    for file in assets::FILES {
        routes = routes.route(file.path, get(async move || file.response()));
    }
    routes
        .layer(from_fn_with_state(Arc::clone(&console), guard))
        .with_state(console)
}

/// Rejects requests of other sites, and sets the headers that every response has.
async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    console.collect();
    let mut response = match console.access.check_host(&request) {
        Ok(()) => next.run(request).await,
        Err(explanation) => (StatusCode::MISDIRECTED_REQUEST, explanation).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn page(State(console): State<Arc<Console>>, OriginalUri(uri): OriginalUri) -> Response {
    match console.access.check_token(uri.query()) {
        Ok(()) => assets::page(uri.path()),
        Err(explanation) => (StatusCode::FORBIDDEN, explanation).into_response(),
    }
}

/// The last message that a page has.
// A struct, because a tuple fails if the application has path parameters in front.
#[derive(Deserialize)]
struct Known {
    run: String,
    version: u64,
}

/// Returns the news for a page in one message.
async fn news(
    State(console): State<Arc<Console>>,
    OriginalUri(uri): OriginalUri,
    Path(Known { run, version }): Path<Known>,
) -> Response {
    if let Err(explanation) = console.access.check_token(uri.query()) {
        return (StatusCode::FORBIDDEN, explanation).into_response();
    }
    let Ok(_waiting) = console.waiting.try_acquire() else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many pages are open.\n",
        )
            .into_response();
    };
    let news = console.hub.news(&run, version).await;
    ([(CONTENT_TYPE, "application/json")], news).into_response()
}

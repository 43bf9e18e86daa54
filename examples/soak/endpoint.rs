//! A token endpoint that does what the scope says, and counts what its headers report.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the endpoint has read from the headers of requests that it answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Read {
    /// Requests that were answered, by status.
    pub(crate) answered: BTreeMap<u16, u64>,
    /// Cache hits reported by requests that count as delivered.
    pub(crate) hits: u64,
    /// Failures reported by requests that count as delivered, by code.
    pub(crate) failures: BTreeMap<String, u64>,
    /// Failures that were reported a second time.
    pub(crate) repeated: u64,
    /// Headers that are not what a plain split expects.
    pub(crate) malformed: u64,
    seen: std::collections::HashSet<String>,
}

/// A running endpoint.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    read: Arc<Mutex<Read>>,
}

impl Endpoint {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/soak/oauth2/v2.0/token", listener.local_addr()?);
        let read = Arc::<Mutex<Read>>::default();
        let app = Router::new()
            .route("/soak/oauth2/v2.0/token", post(answer))
            .with_state(Arc::clone(&read));
        drop(tokio::spawn(
            async move { axum::serve(listener, app).await },
        ));
        Ok(Self { url, read })
    }

    pub(crate) fn read(&self) -> Read {
        lock(&self.read).clone()
    }
}

async fn answer(
    State(read): State<Arc<Mutex<Read>>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let status = match form.get("scope").map(String::as_str) {
        Some("silence") => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            500
        }
        Some("refused") => 400,
        Some("throttled") => 429,
        Some("broken") => 503,
        _ => 200,
    };
    lock(&read).count(status, &headers);
    let body = match status {
        200 => json!({ "access_token": "soak", "expires_in": 3599, "token_type": "Bearer" }),
        400 => json!({ "error": "invalid_grant", "error_codes": [70_000] }),
        429 => json!({ "error": "too_many_requests" }),
        _ => json!({ "error": "service_not_available" }),
    };
    (StatusCode::from_u16(status).unwrap_or_default(), Json(body))
}

impl Read {
    fn count(&mut self, status: u16, headers: &HeaderMap) {
        *self.answered.entry(status).or_default() += 1;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let current = text("x-client-current-telemetry").unwrap_or_default();
        if current.split('|').count() != 3 || current.split(',').count() != 10 {
            self.malformed += 1;
        }
        // Of the others the client must report again.
        let delivered = status < 500 && status != 429;
        if let (true, Some(last)) = (delivered, text("x-client-last-telemetry")) {
            self.count_last(last);
        }
    }

    fn count_last(&mut self, last: &str) {
        let segments: Vec<&str> = last.split('|').collect();
        let ["5", hits, failed, codes, ""] = segments.as_slice() else {
            self.malformed += 1;
            return;
        };
        self.hits += hits.parse().unwrap_or(0);
        let ids = failed.split(',').skip(1).step_by(2);
        let codes = codes.split(',').filter(|code| !code.is_empty());
        for (id, code) in ids.zip(codes) {
            *self.failures.entry(code.to_owned()).or_default() += 1;
            if !self.seen.insert(id.to_owned()) {
                self.repeated += 1;
            }
        }
    }
}

fn lock(read: &Mutex<Read>) -> MutexGuard<'_, Read> {
    read.lock().unwrap_or_else(PoisonError::into_inner)
}

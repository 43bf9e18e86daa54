//! A token endpoint controlled by the scope, which counts what the headers report.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use token_telemetry_examples::loopback;

/// Failures that the endpoint remembers: far more than are ever pending, but bounded.
const REMEMBERED: usize = 4096;

/// Counts from the headers of all requests that got a response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    /// Responses by status.
    pub(crate) responses: BTreeMap<u16, u64>,
    /// Cache hits in delivered reports.
    pub(crate) hits: u64,
    /// Failures in delivered reports, by code.
    pub(crate) failures: BTreeMap<String, u64>,
    /// Failures that were delivered twice.
    pub(crate) repeated: u64,
    /// Headers that plain string splitting cannot parse.
    pub(crate) malformed: u64,
}

/// The latest failures, to detect duplicates.
#[derive(Default)]
struct Latest {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Latest {
    /// Adds a failure; returns `false` if it was already present.
    fn insert(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        self.order.push_back(id.to_owned());
        true
    }
}

#[derive(Default)]
struct Reader {
    received: Received,
    latest: Latest,
}

/// A running endpoint.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    reader: Arc<Mutex<Reader>>,
}

impl Endpoint {
    pub(crate) async fn start() -> io::Result<Self> {
        let reader = Arc::<Mutex<Reader>>::default();
        let app = Router::new()
            .route("/soak/oauth2/v2.0/token", post(respond))
            .with_state(Arc::clone(&reader));
        let url = loopback::serve(app).await? + "/soak/oauth2/v2.0/token";
        Ok(Self { url, reader })
    }

    pub(crate) fn received(&self) -> Received {
        lock(&self.reader).received.clone()
    }
}

async fn respond(
    State(reader): State<Arc<Mutex<Reader>>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let status = match form.get("scope").map(String::as_str) {
        Some("silence") => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            500
        }
        Some("rejected") => 400,
        Some("throttled") => 429,
        Some("broken") => 503,
        _ => 200,
    };
    lock(&reader).count(status, &headers);
    let body = match status {
        200 => json!({ "access_token": "soak", "expires_in": 3599, "token_type": "Bearer" }),
        400 => json!({ "error": "invalid_grant", "error_codes": [70_000] }),
        429 => json!({ "error": "too_many_requests" }),
        _ => json!({ "error": "service_not_available" }),
    };
    (StatusCode::from_u16(status).unwrap_or_default(), Json(body))
}

impl Reader {
    fn count(&mut self, status: u16, headers: &HeaderMap) {
        *self.received.responses.entry(status).or_default() += 1;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let current = text("x-client-current-telemetry").unwrap_or_default();
        if current.split('|').count() != 3 || current.split(',').count() != 10 {
            self.received.malformed += 1;
        }
        // After any other response, the client must report again.
        let delivered = status < 500 && status != 429;
        if let (true, Some(last)) = (delivered, text("x-client-last-telemetry")) {
            self.count_last(last);
        }
    }

    fn count_last(&mut self, last: &str) {
        let segments: Vec<&str> = last.split('|').collect();
        let ["5", hits, failed, codes, ""] = segments.as_slice() else {
            self.received.malformed += 1;
            return;
        };
        self.received.hits += hits.parse().unwrap_or(0);
        let ids = failed.split(',').skip(1).step_by(2);
        let codes = codes.split(',').filter(|code| !code.is_empty());
        for (id, code) in ids.zip(codes) {
            *self.received.failures.entry(code.to_owned()).or_default() += 1;
            if !self.latest.insert(id) {
                self.received.repeated += 1;
            }
        }
    }
}

fn lock(reader: &Mutex<Reader>) -> MutexGuard<'_, Reader> {
    reader.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_failures_are_bounded() {
        let mut latest = Latest::default();
        for id in 0..=REMEMBERED {
            assert!(latest.insert(&id.to_string()), "{id}");
        }
        assert_eq!(
            (latest.ids.len(), latest.order.len()),
            (REMEMBERED, REMEMBERED)
        );
        assert!(!latest.insert("1"));
        assert!(latest.insert("0"), "the oldest entry was evicted");
    }
}

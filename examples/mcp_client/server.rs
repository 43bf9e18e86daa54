//! An authorization server and an MCP server, on one port of the loopback interface.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use token_telemetry_examples::loopback;

/// A running server.
pub(super) struct Server {
    url: String,
    state: Arc<Mutex<ServerState>>,
}

#[derive(Default)]
struct ServerState {
    has_consent: bool,
    /// The only token that is valid is the latest.
    issued: u64,
    revoked: u64,
    headers: Vec<String>,
}

impl Server {
    pub(super) async fn start() -> io::Result<Self> {
        let state = Arc::<Mutex<ServerState>>::default();
        let app = Router::new()
            .route("/token", post(issue))
            .route("/mcp", get(serve))
            .with_state(Arc::clone(&state));
        let url = loopback::serve(app).await?;
        Ok(Self { url, state })
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    /// Lets the user consent.
    pub(super) fn consent(&self) {
        lock(&self.state).has_consent = true;
    }

    /// Revokes all tokens issued so far.
    pub(super) fn revoke(&self) {
        let mut state = lock(&self.state);
        state.revoked = state.issued;
    }

    /// Returns the headers of token requests that only Entra reads.
    pub(super) fn telemetry_headers(&self) -> Vec<String> {
        let is_telemetry = |name: &&String| {
            name.starts_with("x-client-")
                || name.starts_with("x-ms-")
                || name.contains("request-id")
        };
        let state = lock(&self.state);
        state.headers.iter().filter(is_telemetry).cloned().collect()
    }
}

async fn issue(
    State(state): State<Arc<Mutex<ServerState>>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let mut state = lock(&state);
    let latest = format!("mcp-refresh-{}", state.issued);
    if form.get("refresh_token") != Some(&latest) {
        let body = json!({ "error": "invalid_grant" });
        return (StatusCode::BAD_REQUEST, Json(body));
    }
    let names = headers.keys().map(|name| name.as_str().to_owned());
    state.headers.extend(names);
    if !state.has_consent {
        let body = json!({ "error": "consent_required" });
        return (StatusCode::BAD_REQUEST, Json(body));
    }
    state.issued += 1;
    let token = format!("mcp-token-{}", state.issued);
    let body = json!({
        "access_token": token,
        "refresh_token": format!("mcp-refresh-{}", state.issued),
        "token_type": "Bearer",
        "expires_in": 3600,
    });
    (StatusCode::OK, Json(body))
}

async fn serve(State(state): State<Arc<Mutex<ServerState>>>, headers: HeaderMap) -> StatusCode {
    let state = lock(&state);
    let expected = format!("Bearer mcp-token-{}", state.issued);
    let is_valid = state.issued > state.revoked
        && headers
            .get("authorization")
            .is_some_and(|sent| sent.as_bytes() == expected.as_bytes());
    if is_valid {
        StatusCode::OK
    } else {
        StatusCode::UNAUTHORIZED
    }
}

fn lock(state: &Mutex<ServerState>) -> MutexGuard<'_, ServerState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

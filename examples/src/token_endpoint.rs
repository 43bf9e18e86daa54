//! A token endpoint on loopback that records the headers of every request.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::loopback::serve;

/// The client secret that the endpoint accepts.
pub const SECRET: &str = "correct horse battery staple";

/// The body of a token request that the endpoint accepts.
pub const FORM: &str = "grant_type=client_credentials&client_secret=correct+horse+battery+staple";

/// The path of the token endpoint.
const TOKEN: &str = "/contoso/oauth2/v2.0/token";

/// The path of the instance metadata service.
const METADATA: &str = "/metadata/identity/oauth2/token";

/// A fault that the endpoint injects into its next response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Responds with this status.
    Status(u16),
    /// Does not respond for a long time.
    Silence,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrived {
    /// Headers by lowercase name.
    pub headers: BTreeMap<String, String>,
    /// Status of the response; `None` if none was sent.
    pub status: Option<u16>,
}

impl Arrived {
    /// Returns the value of a header, if it arrived.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// A running token endpoint.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    base: String,
    state: Arc<Mutex<EndpointState>>,
}

#[derive(Debug, Default)]
struct EndpointState {
    arrived: Vec<Arrived>,
    faults: VecDeque<Fault>,
    delay: Duration,
    ignored: Arc<Notify>,
    issued: u64,
}

impl TokenEndpoint {
    /// Starts the endpoint on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// Fails if no port is available.
    pub async fn start() -> io::Result<Self> {
        let state = Arc::<Mutex<EndpointState>>::default();
        let app = Router::new()
            .route(TOKEN, post(respond))
            .route(METADATA, get(respond_to_machine))
            .with_state(Arc::clone(&state));
        let base = serve(app).await?;
        Ok(Self { base, state })
    }

    /// Returns the URL of the token endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{TOKEN}", self.base)
    }

    /// Returns the URL of an instance metadata service on the same port.
    #[must_use]
    pub fn metadata_url(&self) -> String {
        format!("{}{METADATA}", self.base)
    }

    /// Queues a fault; each request consumes one.
    pub fn fault(&self, fault: Fault) {
        lock(&self.state).faults.push_back(fault);
    }

    /// Delays all further responses by `time`.
    pub fn delay(&self, time: Duration) {
        lock(&self.state).delay = time;
    }

    /// Waits until a request arrives that gets no response.
    pub async fn request_ignored(&self) {
        let ignored = Arc::clone(&lock(&self.state).ignored);
        ignored.notified().await;
    }

    /// Returns the requests that arrived since the last call.
    #[must_use]
    pub fn take_arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut lock(&self.state).arrived)
    }
}

async fn respond(
    State(state): State<Arc<Mutex<EndpointState>>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let (status, body) = fault(&state).unwrap_or_else(|| decide(&form, &mut lock(&state).issued));
    answer(&state, &headers, status, body).await
}

/// Responds as the instance metadata service does: a request without `metadata: true` is a probe.
async fn respond_to_machine(
    State(state): State<Arc<Mutex<EndpointState>>>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    let (status, body) = if headers.contains_key("metadata") {
        fault(&state).unwrap_or_else(|| issue(&mut lock(&state).issued))
    } else {
        (400, json!({ "error": "invalid_request" }))
    };
    answer(&state, &headers, status, body).await
}

/// Returns the next fault that was ordered, if any; a fault with status 0 sends no response.
fn fault(state: &Mutex<EndpointState>) -> Option<(u16, Value)> {
    match lock(state).faults.pop_front()? {
        Fault::Status(status) => Some((status, json!({ "error": "temporarily_unavailable" }))),
        Fault::Silence => Some((0, Value::Null)),
    }
}

/// Records a request, and sends its response, if there is one.
async fn answer(
    state: &Mutex<EndpointState>,
    headers: &HeaderMap,
    status: u16,
    body: Value,
) -> (StatusCode, Json<Value>) {
    let headers = headers.iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    let status = StatusCode::from_u16(status).ok();
    let arrived = Arrived {
        headers: headers.collect(),
        status: status.map(|status| status.as_u16()),
    };
    let delay = {
        let mut state = lock(state);
        state.arrived.push(arrived);
        if status.is_none() {
            state.ignored.notify_one();
            Duration::from_secs(3600)
        } else {
            state.delay
        }
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    (status.unwrap_or_default(), Json(body))
}

/// Checks the secret and responds as Entra does.
fn decide(form: &HashMap<String, String>, issued: &mut u64) -> (u16, Value) {
    if form.get("client_secret").map(String::as_str) != Some(SECRET) {
        let body = json!({
            "error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret provided.",
            "error_codes": [7_000_215],
        });
        return (401, body);
    }
    issue(issued)
}

fn issue(issued: &mut u64) -> (u16, Value) {
    *issued += 1;
    let body = json!({
        "token_type": "Bearer",
        "expires_in": 3599,
        "access_token": format!("contoso-token-{issued}"),
    });
    (200, body)
}

fn lock(state: &Mutex<EndpointState>) -> MutexGuard<'_, EndpointState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

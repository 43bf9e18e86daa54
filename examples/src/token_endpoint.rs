//! A token endpoint on loopback that keeps the headers of every request as they arrived.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The client secret that the endpoint accepts.
pub const SECRET: &str = "correct horse battery staple";

/// What the endpoint does with a request, instead of answering it as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mishap {
    /// Answers with this status.
    Status(u16),
    /// Does not answer for a long time.
    Silence,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrived {
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Status of the answer; absent if none was sent.
    pub status: Option<u16>,
}

impl Arrived {
    /// Value of a header, if it arrived.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// A running token endpoint.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    address: SocketAddr,
    state: Arc<Mutex<EndpointState>>,
}

#[derive(Debug, Default)]
struct EndpointState {
    arrived: Vec<Arrived>,
    mishaps: VecDeque<Mishap>,
    thinking: Duration,
    unanswered: Arc<Notify>,
    issued: u64,
}

impl TokenEndpoint {
    /// Starts the endpoint on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let state = Arc::<Mutex<EndpointState>>::default();
        let endpoint = Self {
            address: listener.local_addr()?,
            state: Arc::clone(&state),
        };
        let app = Router::new()
            .route("/contoso/oauth2/v2.0/token", post(answer))
            .with_state(state);
        drop(tokio::spawn(
            async move { axum::serve(listener, app).await },
        ));
        Ok(endpoint)
    }

    /// URL of the token endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/contoso/oauth2/v2.0/token", self.address)
    }

    /// Lets something go wrong with the next request that has no mishap yet.
    pub fn mishap(&self, mishap: Mishap) {
        lock(&self.state).mishaps.push_back(mishap);
    }

    /// Takes this long for each answer from now on.
    pub fn think(&self, time: Duration) {
        lock(&self.state).thinking = time;
    }

    /// Waits until a request has arrived that gets no answer.
    pub async fn left_unanswered(&self) {
        let unanswered = Arc::clone(&lock(&self.state).unanswered);
        unanswered.notified().await;
    }

    /// Requests that arrived since this was asked last.
    #[must_use]
    pub fn take_arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut lock(&self.state).arrived)
    }
}

async fn answer(
    State(state): State<Arc<Mutex<EndpointState>>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let mishap = lock(&state).mishaps.pop_front();
    let (status, body) = match mishap {
        Some(Mishap::Status(status)) => (status, json!({ "error": "temporarily_unavailable" })),
        Some(Mishap::Silence) => (0, Value::Null),
        None => decide(&form, &mut lock(&state).issued),
    };
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
        let mut state = lock(&state);
        state.arrived.push(arrived);
        if status.is_none() {
            state.unanswered.notify_one();
            Duration::from_secs(3600)
        } else {
            state.thinking
        }
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    (status.unwrap_or_default(), Json(body))
}

/// Checks the secret as Entra does, and answers in its words.
fn decide(form: &HashMap<String, String>, issued: &mut u64) -> (u16, Value) {
    if form.get("client_secret").map(String::as_str) != Some(SECRET) {
        let body = json!({
            "error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret provided.",
            "error_codes": [7_000_215],
        });
        return (401, body);
    }
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

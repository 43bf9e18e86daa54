//! Two loopback servers, one for Graph and one for files, which record all requests.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use token_telemetry_examples::loopback;

/// One received request.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) server: &'static str,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) status: u16,
}

impl Arrived {
    /// Returns the value of a header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Both servers.
pub(crate) struct Servers {
    /// Host and port of the Graph stand-in.
    pub(crate) graph: String,
    /// Host and port of the file server.
    pub(crate) files: String,
    log: Log,
}

type Log = Arc<Mutex<Vec<Arrived>>>;

#[derive(Clone)]
struct Server {
    name: &'static str,
    files: String,
    log: Log,
}

impl Servers {
    /// Starts both servers on free ports.
    pub(crate) async fn start() -> io::Result<Self> {
        let log = Log::default();
        let files = serve("files", String::new(), &log).await?;
        let graph = serve("graph", files.clone(), &log).await?;
        Ok(Self { graph, files, log })
    }

    /// Returns the requests received since the last call.
    pub(crate) fn take_arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut lock(&self.log))
    }
}

async fn serve(name: &'static str, files: String, log: &Log) -> io::Result<String> {
    let log = Arc::clone(log);
    let app = Router::new()
        .fallback(respond)
        .with_state(Server { name, files, log });
    let url = loopback::serve(app).await?;
    Ok(url.trim_start_matches("http://").to_owned())
}

async fn respond(State(server): State<Server>, request: Request) -> Response {
    let path = request.uri().path();
    let mut log = lock(&server.log);
    let attempts = log.iter().filter(|arrived| arrived.path == path).count();
    let response = match path {
        "/v1.0/busy" if attempts < 2 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        "/v1.0/content" => Redirect::to(&format!("http://{}/blob", server.files)).into_response(),
        _ => StatusCode::OK.into_response(),
    };
    log.push(Arrived {
        server: server.name,
        path: path.to_owned(),
        headers: request.headers().clone(),
        status: response.status().as_u16(),
    });
    response
}

fn lock(log: &Log) -> MutexGuard<'_, Vec<Arrived>> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

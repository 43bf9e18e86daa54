//! Two loopback servers: a stand-in for Graph and a foreign host.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use token_telemetry::ClientRequestId;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use token_telemetry::graph::{
    Comment, FeatureUsage, Headers, Hosts, Product, SDK_VERSION, SdkVersion,
};
use token_telemetry_test_support::serve;

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) server: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

impl Arrived {
    pub(crate) fn sdk_version(&self) -> Option<&str> {
        self.headers
            .get(SDK_VERSION)
            .map(|value| value.to_str().unwrap())
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.headers
            .get(ClientRequestId::HEADER)
            .map(|value| value.to_str().unwrap())
    }
}

/// Both servers and the requests they received.
pub(crate) struct Servers {
    pub(crate) graph: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

#[derive(Clone)]
struct Server {
    name: &'static str,
    /// The server with the downloads.
    files: Option<SocketAddr>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Servers {
    pub(crate) async fn start() -> Self {
        let arrived = Arc::default();
        let files = start("files", None, &arrived).await;
        let graph = start("graph", Some(files), &arrived).await;
        Self { graph, arrived }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.graph)
    }

    /// Returns headers that are sent only to the Graph stand-in.
    pub(crate) fn headers(&self) -> Headers {
        let sdk_version = SdkVersion::builder()
            .core(const { Product::from_static("graph-rust-core", "0.1.0") })
            .comment(Comment::empty())
            .feature_usage(FeatureUsage::RETRY_HANDLER | FeatureUsage::REDIRECT_HANDLER)
            .build()
            .unwrap();
        let hosts = Hosts::graph().with_loopback_http(self.graph.to_string());
        Headers::new(sdk_version).with_hosts(hosts.unwrap())
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

async fn start(
    name: &'static str,
    files: Option<SocketAddr>,
    arrived: &Arc<Mutex<Vec<Arrived>>>,
) -> SocketAddr {
    let arrived = Arc::clone(arrived);
    let server = Server {
        name,
        files,
        arrived,
    };
    serve(Router::new().fallback(respond).with_state(server)).await
}

async fn respond(State(server): State<Server>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let arrived = Arrived {
        server: server.name,
        method: request.method().clone(),
        path: path.clone(),
        headers: request.headers().clone(),
    };
    let earlier = {
        let mut all = server.arrived.lock().unwrap();
        all.push(arrived);
        all.iter().filter(|arrived| arrived.path == path).count() - 1
    };
    let to_files = |path: &str| {
        let files = server.files.unwrap();
        Redirect::to(&format!("http://{files}{path}"))
    };
    match path.as_str() {
        "/flaky" if earlier < 2 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        "/moved" => Redirect::temporary("/me").into_response(),
        "/content" => to_files("/blob").into_response(),
        "/flaky-content" if earlier < 1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        "/flaky-content" | "/download" => to_files("/mirror").into_response(),
        "/mirror" => Redirect::to("/blob").into_response(),
        "/upload" => Redirect::permanent("/me").into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

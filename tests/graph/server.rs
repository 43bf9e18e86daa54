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

/// Asserts that three attempts arrived with the same id and one line each.
pub(crate) fn assert_three_attempts(arrived: &[Arrived]) {
    assert_eq!(arrived.len(), 3);
    for attempt in arrived {
        let sent = attempt.sdk_version();
        assert_eq!(sent, Some("graph-rust-core/0.1.0 (featureUsage=03)"));
        let lines = |name| attempt.headers.get_all(name).iter().count();
        assert_eq!((lines(SDK_VERSION), lines(ClientRequestId::HEADER)), (1, 1));
        assert_eq!(attempt.id(), arrived[0].id());
    }
}

/// Asserts that the headers stayed at Graph when a redirect led away from it.
pub(crate) fn assert_left_graph(arrived: &[Arrived]) {
    let path: Vec<_> = arrived
        .iter()
        .map(|one| (one.server, one.path.as_str()))
        .collect();
    assert_eq!(
        path,
        [
            ("graph", "/flaky-content"),
            ("graph", "/flaky-content"),
            ("files", "/mirror"),
            ("files", "/blob"),
        ]
    );
    for one in arrived {
        let is_graph = one.server == "graph";
        assert_eq!(one.sdk_version().is_some(), is_graph);
        assert_eq!(one.id().is_some(), is_graph);
    }
}

/// Asserts that a redirect within Graph kept the headers.
pub(crate) fn assert_moved(arrived: &[Arrived]) {
    assert_eq!(arrived[1].path, "/me");
    assert_eq!(arrived[1].id(), arrived[0].id());
    assert_eq!(arrived[1].sdk_version(), arrived[0].sdk_version());
}

/// Asserts that three attempts of an inner handler share an id that the outer request has not.
pub(crate) fn assert_inner_has_own_id(arrived: &[Arrived]) {
    let ids: Vec<_> = arrived.iter().map(|one| one.id().unwrap()).collect();
    assert_eq!((ids.len(), ids[0], ids[1]), (4, ids[1], ids[2]));
    assert_ne!(ids[3], ids[0]);
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

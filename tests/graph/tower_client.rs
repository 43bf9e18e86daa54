//! The tower layer with real retry and redirect layers and real connections.

use std::future::{Ready, ready};

use futures::future::join_all;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use token_telemetry::graph::{FeatureUsage, RequestContext, SDK_VERSION, feature_used};
use token_telemetry::middleware::GraphLayer;
use tower::retry::{Policy, RetryLayer};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::follow_redirect::FollowRedirectLayer;

use crate::server::{
    Servers, assert_inner_has_own_id, assert_left_graph, assert_moved, assert_three_attempts,
};

type Body = Empty<&'static [u8]>;

/// Makes up to three attempts.
#[derive(Clone)]
struct ThreeTimes(usize);

impl<E, B> Policy<Request<Body>, Response<B>, E> for ThreeTimes {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _req: &mut Request<Body>,
        result: &mut Result<Response<B>, E>,
    ) -> Option<Self::Future> {
        let is_busy = |response: &Response<B>| response.status() == StatusCode::SERVICE_UNAVAILABLE;
        self.0 += 1;
        (self.0 < 3 && result.as_ref().is_ok_and(is_busy)).then(|| ready(()))
    }

    fn clone_request(&mut self, req: &Request<Body>) -> Option<Request<Body>> {
        Some(req.clone())
    }
}

/// The stack that the documentation of the layer recommends.
fn client(
    servers: &Servers,
) -> impl Service<Request<Body>, Response: Answer, Error: std::fmt::Debug, Future: Send> + Clone {
    let graph = GraphLayer::new(servers.headers());
    ServiceBuilder::new()
        .layer(graph.clone())
        .layer(RetryLayer::new(ThreeTimes(0)))
        .layer(FollowRedirectLayer::new())
        .layer(graph)
        .service(Client::builder(TokioExecutor::new()).build_http::<Body>())
}

trait Answer {
    fn status(&self) -> StatusCode;
}

impl<B> Answer for Response<B> {
    fn status(&self) -> StatusCode {
        self.status()
    }
}

fn get(servers: &Servers, path: &str) -> Request<Body> {
    Request::get(servers.url(path)).body(Body::new()).unwrap()
}

async fn send(servers: &Servers, path: &str) -> StatusCode {
    let sent = client(servers).oneshot(get(servers, path)).await;
    sent.unwrap().status()
}

#[tokio::test]
async fn all_attempts_share_one_id_and_line() {
    let servers = Servers::start().await;
    let answer = send(&servers, "/flaky").await;
    assert_eq!(answer, StatusCode::OK);
    assert_three_attempts(&servers.arrived());
}

#[tokio::test]
async fn requests_have_distinct_ids() {
    let servers = Servers::start().await;
    let requests = ["/a", "/b"].map(|path| client(&servers).oneshot(get(&servers, path)));
    RequestContext::new().scope(join_all(requests)).await;
    let arrived = servers.arrived();
    assert_eq!(arrived.len(), 2);
    assert_ne!(arrived[0].id(), arrived[1].id());
}

#[tokio::test]
async fn redirect_within_graph_keeps_the_headers() {
    let servers = Servers::start().await;
    send(&servers, "/moved").await;
    assert_moved(&servers.arrived());
}

#[tokio::test]
async fn foreign_redirect_removes_the_headers() {
    let servers = Servers::start().await;
    let answer = send(&servers, "/flaky-content").await;
    assert_eq!(answer, StatusCode::OK);
    assert_left_graph(&servers.arrived());
}

#[tokio::test]
async fn graph_id_is_removed_despite_keep_elsewhere() {
    let servers = Servers::start().await;
    let graph = GraphLayer::new(servers.headers().keep_request_id_elsewhere());
    let client = ServiceBuilder::new()
        .layer(graph.clone())
        .layer(FollowRedirectLayer::new())
        .layer(graph)
        .service(Client::builder(TokioExecutor::new()).build_http::<Body>());
    client.oneshot(get(&servers, "/download")).await.unwrap();
    let arrived = servers.arrived();
    assert_eq!(
        arrived.iter().filter(|one| one.server == "files").count(),
        2
    );
    for one in arrived {
        assert_eq!(one.id().is_some(), one.server == "graph", "{one:?}");
    }
}

#[tokio::test]
async fn request_from_inner_handler_has_own_id() {
    let servers = Servers::start().await;
    let (graph, other) = (GraphLayer::new(servers.headers()), client(&servers));
    let http = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let sending = graph.layer(http);
    let handler = service_fn(|request: Request<Body>| {
        let (first, sending, other) = (get(&servers, "/flaky"), sending.clone(), other.clone());
        async move {
            other.oneshot(first).await.unwrap();
            sending.oneshot(request).await
        }
    });
    let request = get(&servers, "/me");
    graph.layer(handler).oneshot(request).await.unwrap();
    assert_inner_has_own_id(&servers.arrived());
}

#[tokio::test]
async fn features_of_inner_layer_are_sent() {
    let servers = Servers::start().await;
    let graph = GraphLayer::new(servers.headers());
    let authenticates = |request: Request<Body>| {
        feature_used(FeatureUsage::AUTH_HANDLER);
        request
    };
    let client = ServiceBuilder::new()
        .layer(graph.clone())
        .map_request(authenticates)
        .layer(graph)
        .service(Client::builder(TokioExecutor::new()).build_http::<Body>());
    let mut request = get(&servers, "/me");
    let value = HeaderValue::from_static("MyApp/1.0");
    request.headers_mut().insert(SDK_VERSION, value);
    client.oneshot(request).await.unwrap();
    assert_eq!(
        servers.arrived()[0].sdk_version(),
        Some("MyApp/1.0, graph-rust-core/0.1.0 (featureUsage=07)")
    );
}

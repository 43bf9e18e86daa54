//! The reqwest handler with a real retry handler and real connections.

use async_trait::async_trait;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Extensions, Method, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use token_telemetry::graph::RequestContext;
use token_telemetry::middleware::GraphMiddleware;

use crate::server::{
    Servers, assert_inner_has_own_id, assert_left_graph, assert_moved, assert_three_attempts,
};

fn client(graph: GraphMiddleware, is_outside: bool) -> ClientWithMiddleware {
    let client = reqwest::Client::builder().redirect(Policy::none());
    let backoff = ExponentialBackoff::builder().retry_bounds(
        std::time::Duration::ZERO,
        std::time::Duration::from_millis(1),
    );
    let retry = RetryTransientMiddleware::new_with_policy(backoff.build_with_max_retries(3));
    let builder = ClientBuilder::new(client.build().unwrap());
    if is_outside {
        builder.with(graph).with(retry).build()
    } else {
        builder.with(retry).with(graph).build()
    }
}

fn following(servers: &Servers) -> GraphMiddleware {
    GraphMiddleware::new(servers.headers()).following_redirects(10)
}

#[tokio::test]
async fn all_attempts_share_one_id() {
    for is_outside in [true, false] {
        let servers = Servers::start().await;
        let client = client(following(&servers), is_outside);
        let answer = client.get(servers.url("/flaky")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_three_attempts(&servers.arrived());
    }
}

#[tokio::test]
async fn foreign_redirect_removes_headers_and_credentials() {
    let servers = Servers::start().await;
    let client = client(following(&servers), false);
    let request = client
        .get(servers.url("/flaky-content"))
        .bearer_auth("secret");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let arrived = servers.arrived();
    assert_left_graph(&arrived);
    for one in arrived {
        let is_graph = one.server == "graph";
        assert_eq!(one.headers.contains_key(AUTHORIZATION), is_graph);
    }
}

#[tokio::test]
async fn redirect_within_graph_keeps_everything() {
    let servers = Servers::start().await;
    let client = client(following(&servers), true);
    let request = client.get(servers.url("/moved")).bearer_auth("secret");
    request.send().await.unwrap();
    let arrived = servers.arrived();
    assert_moved(&arrived);
    assert!(arrived[1].headers.contains_key(AUTHORIZATION));
}

#[tokio::test]
async fn permanent_redirect_repeats_method_and_body() {
    let servers = Servers::start().await;
    let client = client(following(&servers), true);
    for path in ["/upload", "/content"] {
        let request = client
            .post(servers.url(path))
            .header(CONTENT_TYPE, "text/plain");
        request.body("text").send().await.unwrap();
    }
    let arrived = servers.arrived();
    let methods: Vec<_> = arrived
        .iter()
        .map(|one| {
            (
                one.path.as_str(),
                one.method.clone(),
                one.headers.contains_key(CONTENT_TYPE),
            )
        })
        .collect();
    assert_eq!(
        methods,
        [
            ("/upload", Method::POST, true),
            ("/me", Method::POST, true),
            ("/content", Method::POST, true),
            ("/blob", Method::GET, false),
        ]
    );
}

#[tokio::test]
async fn redirect_over_the_limit_is_returned() {
    let servers = Servers::start().await;
    for (most, last) in [(0, "/moved"), (1, "/me")] {
        let graph = GraphMiddleware::new(servers.headers()).following_redirects(most);
        client(graph, true)
            .get(servers.url("/moved"))
            .send()
            .await
            .unwrap();
        assert_eq!(servers.arrived().last().unwrap().path, last);
    }
}

/// A handler that sends a Graph request before it passes a request on.
struct Asking {
    client: ClientWithMiddleware,
    url: String,
}

#[async_trait]
impl Middleware for Asking {
    async fn handle(
        &self,
        req: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        self.client.get(&self.url).send().await?;
        next.run(req, extensions).await
    }
}

#[tokio::test]
async fn request_from_inner_handler_has_own_id() {
    let servers = Servers::start().await;
    let asking = Asking {
        client: client(following(&servers), false),
        url: servers.url("/flaky"),
    };
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(following(&servers))
        .with(asking)
        .with(following(&servers))
        .build();
    client.get(servers.url("/me")).send().await.unwrap();
    assert_inner_has_own_id(&servers.arrived());
}

#[tokio::test]
async fn context_in_extensions_is_used() {
    let servers = Servers::start().await;
    let client = client(following(&servers), true);
    let context = RequestContext::new();
    let request = client
        .get(servers.url("/me"))
        .with_extension(context.clone());
    request.send().await.unwrap();
    let id = context.client_request_id().unwrap().to_string();
    assert_eq!(servers.arrived()[0].id(), Some(id.as_str()));
    assert!(context.applied().unwrap().is_written);
}

//! The handler for `reqwest-middleware`.

use async_trait::async_trait;
use futures::executor::block_on;
use http::Extensions;
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use token_telemetry::middleware::GraphMiddleware;

use super::bench::*;

/// Responds as the script says.
struct Scripted(Script);

#[async_trait]
impl Middleware for Scripted {
    async fn handle(
        &self,
        _: reqwest::Request,
        _: &mut Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        Ok(next(&self.0).map(|()| "").into())
    }
}

/// Sends a request again while a server asks for it.
struct Again;

#[async_trait]
impl Middleware for Again {
    async fn handle(
        &self,
        req: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        loop {
            let attempt = req.try_clone().unwrap();
            let response = next.clone().run(attempt, extensions).await?;
            if ![401, 429].contains(&response.status().as_u16()) {
                return Ok(response);
            }
        }
    }
}

#[test]
fn reqwest_handler_observes_requests() {
    let bench = Bench::new();
    let graph = GraphMiddleware::new(headers())
        .following_redirects(5)
        .with_telemetry(bench.telemetry.clone());
    let moved = with_header(307, "location", "https://graph.microsoft.com/v1.0/alice");
    let responses = [claims_challenge(), responded(429), moved, responded(404)];
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(graph.clone())
        .with(Again)
        .with(graph)
        .with(Scripted(script(responses)))
        .build();
    let sent = bench.watch(|| block_on(client.get(ME).send()));
    assert_eq!(sent.unwrap().status(), 404);
    let (span, point) = bench.only();
    assert_eq!((&*span[RESENDS], &*span[CLAIMS]), ("3", "1"));
    assert_eq!(span["com.microsoft.kiota.handler.redirect.count"], "1");
    assert_eq!(point.text("error.type"), "404");
}

#[test]
fn reqwest_handler_is_off_by_default() {
    let bench = Bench::new();
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(GraphMiddleware::new(headers()))
        .with(Scripted(script([responded(200)])))
        .build();
    bench.watch(|| block_on(client.get(ME).send())).unwrap();
    let (spans, points) = bench.seen();
    assert_eq!((spans.len(), points.len()), (0, 0));
}

//! A Graph client with retries, redirects, and the layer that writes the headers.

use std::future::{Ready, ready};

use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use token_telemetry::graph::{FeatureUsage, Headers, Hosts, Product, SdkVersion};
use token_telemetry::middleware::{GraphLayer, GraphService};
use tower::retry::{Policy, Retry, RetryLayer};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::follow_redirect::{FollowRedirect, FollowRedirectLayer};

use crate::Failure;

const SERVICE: Product = Product::from_static("graph-rust", "1.4.0");
const CORE: Product = Product::from_static("graph-rust-core", env!("CARGO_PKG_VERSION"));

type Body = Empty<&'static [u8]>;
type Http = GraphService<Client<HttpConnector, Body>>;

/// A Graph client as an SDK would build it.
pub(crate) struct GraphClient {
    host: String,
    service: GraphService<Retry<WhileBusy, FollowRedirect<Http>>>,
}

impl GraphClient {
    /// Creates a client for the loopback server that stands in for Graph.
    pub(crate) fn new(host: &str) -> Result<Self, Failure> {
        let sdk_version = SdkVersion::builder()
            .service(SERVICE)
            .core(CORE)
            .feature_usage(FeatureUsage::RETRY_HANDLER | FeatureUsage::REDIRECT_HANDLER)
            .build()?;
        // Only for this example: the hosts of Graph itself are built in, over https only.
        let hosts = Hosts::graph().with_loopback_http(host)?;
        let graph = GraphLayer::new(Headers::new(sdk_version).with_hosts(hosts));
        let service = ServiceBuilder::new()
            .layer(graph.clone()) // one request across all attempts
            .layer(RetryLayer::new(WhileBusy { attempts_left: 3 }))
            .layer(FollowRedirectLayer::new())
            .layer(graph) // each hop: write or remove the headers
            .service(Client::builder(TokioExecutor::new()).build_http());
        Ok(Self {
            host: host.to_owned(),
            service,
        })
    }

    /// Requests a resource.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Result<(), Failure> {
        let request = Request::get(format!("http://{}{path}", self.host))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::new())?;
        let response = self.service.clone().oneshot(request).await?;
        if response.status() == StatusCode::OK {
            return Ok(());
        }
        Err(format!("{path}: {}", response.status()).into())
    }
}

/// Retries while the service is busy.
#[derive(Clone, Debug)]
pub(crate) struct WhileBusy {
    attempts_left: u32,
}

impl<B, E> Policy<Request<Body>, Response<B>, E> for WhileBusy {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _req: &mut Request<Body>,
        result: &mut Result<Response<B>, E>,
    ) -> Option<Self::Future> {
        self.attempts_left -= 1;
        let status = result.as_ref().map(Response::status);
        let is_busy = status.is_ok_and(|status| status == StatusCode::SERVICE_UNAVAILABLE);
        (is_busy && self.attempts_left > 0).then(|| ready(()))
    }

    fn clone_request(&mut self, req: &Request<Body>) -> Option<Request<Body>> {
        Some(req.clone())
    }
}

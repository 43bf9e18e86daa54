//! The layer around a token endpoint: what its metrics are, and that it changes nothing.

mod documented;
mod hostile;
mod metrics;
mod unchanged;

use std::convert::Infallible;
use std::future::ready;

use http::{HeaderName, HeaderValue, Request, Response};
use opentelemetry::Value;
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::middleware::TokenEndpointLayer;
use token_telemetry::otel::ServerMetrics;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::collect::{Point, Sink};

/// A token endpoint with a layer, and what its provider exports.
struct Endpoint {
    layer: TokenEndpointLayer,
    sink: Sink,
}

impl Endpoint {
    fn new() -> Self {
        Self::with(|metrics| metrics)
    }

    fn with(configure: fn(ServerMetrics) -> ServerMetrics) -> Self {
        let sink = Sink::new(Temporality::Cumulative);
        let metrics = configure(ServerMetrics::with_provider(sink.provider.clone()));
        Self {
            layer: TokenEndpointLayer::new(metrics),
            sink,
        }
    }

    /// Receives a request with these headers, and responds with a status.
    fn receive(&self, headers: &[(&'static str, &str)], status: u16) {
        let service = self.layer.layer(service_fn(move |_: Request<()>| {
            ready(Ok::<_, Infallible>(response(status)))
        }));
        let response = futures::executor::block_on(service.oneshot(request(headers)));
        assert_eq!(response.unwrap().status(), status);
    }

    /// Returns the points of one metric as sorted lines `value key=value …`, without prefixes.
    fn points(&self, metric: &str) -> Vec<String> {
        let name = format!("token_telemetry.server.{metric}");
        let mut points = self.sink.collect();
        points.retain(|point| point.metric == name);
        let mut lines: Vec<String> = points.iter().map(line).collect();
        lines.sort();
        lines
    }
}

fn line(point: &Point) -> String {
    let attribute = |(key, value): (&String, &Value)| {
        let key = key.strip_prefix("token_telemetry.").unwrap_or(key);
        format!(" {key}={}", value.as_str())
    };
    let attributes: String = point.attributes.iter().map(attribute).collect();
    point.sum.clone() + &attributes
}

fn request(headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::new(());
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        request.headers_mut().append(name, value);
    }
    request
}

fn response(status: u16) -> Response<()> {
    Response::builder().status(status).body(()).unwrap()
}

const SKU: &str = "x-client-sku";
const VERSION: &str = "x-client-ver";
const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";

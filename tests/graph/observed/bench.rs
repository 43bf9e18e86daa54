//! A subscriber, an exporter, and clients whose server follows a script.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::future::{Ready, ready};
use std::io;
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use http::{Request, Response};
use http_body_util::Empty;
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::graph::{Comment, FeatureUsage, Headers, Hosts, Product, SdkVersion};
use token_telemetry::middleware::GraphLayer;
use token_telemetry::otel::{Metrics, MsalSet};
use token_telemetry::{SpanOptions, Telemetry};
use token_telemetry_test_support::collect::{Point, Sink};
use token_telemetry_test_support::subscriber::{Called, Reacting};
use tower::retry::{Policy, RetryLayer};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_http::follow_redirect::FollowRedirectLayer;
use tracing::field::{Field, Visit};

pub(super) type Body = Empty<&'static [u8]>;

pub(super) const TARGET: &str = "token_telemetry::graph_tests";

pub(super) const ME: &str =
    "https://graph.microsoft.com/v1.0/users/alice@contoso.example?$select=secret";

pub(super) const RESENDS: &str = "http.request.resend_count";
pub(super) const CLAIMS: &str = "token_telemetry.graph.claims_challenges";
pub(super) const STATUS: &str = "http.response.status_code";

/// What a subscriber and an exporter receive.
pub(super) struct Bench {
    pub(super) telemetry: Telemetry,
    pub(super) sink: Sink,
    pub(super) spans: Arc<Mutex<Spans>>,
}

pub(super) type Fields = BTreeMap<&'static str, String>;

#[derive(Debug, Default)]
pub(super) struct Spans {
    pub(super) opened: Vec<Fields>,
    pub(super) entered: usize,
    pub(super) exited: usize,
    pub(super) closed: usize,
}

pub(super) struct Keeper<'a>(&'a mut Fields);

impl Visit for Keeper<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Bench {
    pub(super) fn new() -> Self {
        let sink = Sink::new(Temporality::Cumulative);
        let metrics = Metrics::with_provider(sink.provider.clone()).msal_set(MsalSet::Off);
        let telemetry = Telemetry::builder()
            .span(SpanOptions::new().with_target(TARGET))
            .metrics(metrics.semantic_conventions())
            .build()
            .unwrap();
        Self {
            telemetry,
            sink,
            spans: Arc::default(),
        }
    }

    /// Runs code with a subscriber that keeps the fields of all spans with our target.
    pub(super) fn watch<T>(&self, act: impl FnOnce() -> T) -> T {
        let spans = Arc::clone(&self.spans);
        let react = move |called: Called<'_>| {
            let mut spans = spans.lock().unwrap();
            match called {
                Called::Open(_, span) => {
                    let mut fields = Fields::from([("name", span.metadata().name().to_owned())]);
                    span.record(&mut Keeper(&mut fields));
                    spans.opened.push(fields);
                }
                Called::Record(values) => {
                    values.record(&mut Keeper(spans.opened.last_mut().unwrap()));
                }
                Called::Enter(_) => spans.entered += 1,
                Called::Exit(_) => spans.exited += 1,
                Called::Close(_) => spans.closed += 1,
                Called::Register(_) | Called::Event(_) => {}
            }
        };
        let subscriber = Reacting::new(|metadata| metadata.target() == TARGET, react);
        tracing::subscriber::with_default(subscriber, act)
    }

    /// Returns the fields of the spans, all of which are closed, and the points of the counter.
    pub(super) fn seen(&self) -> (Vec<Fields>, Vec<Point>) {
        let spans = self.spans.lock().unwrap();
        assert_eq!(spans.closed, spans.opened.len());
        assert_eq!(spans.entered, spans.exited);
        let mut points = self.sink.collect();
        points.retain(|point| point.metric == "token_telemetry.graph.requests");
        let shown = format!("{spans:?} {points:?}");
        for secret in ["alice", "contoso", "secret", "v1.0"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        (spans.opened.clone(), points)
    }

    /// Returns the only point of the counter.
    pub(super) fn only_point(&self) -> Point {
        let (_, points) = self.seen();
        assert_eq!(points.len(), 1);
        points[0].clone()
    }

    /// Returns the fields of the only span, and the attributes of the only point.
    pub(super) fn only(&self) -> (Fields, Point) {
        let (spans, points) = self.seen();
        assert_eq!((spans.len(), points.len()), (1, 1), "{spans:?} {points:?}");
        assert_eq!(points[0].count, 1);
        (spans[0].clone(), points[0].clone())
    }
}

pub(super) fn headers() -> Headers {
    let sdk_version = SdkVersion::builder()
        .core(const { Product::from_static("graph-rust-core", "0.1.0") })
        .comment(Comment::empty())
        .feature_usage(FeatureUsage::RETRY_HANDLER)
        .build()
        .unwrap();
    let hosts = Hosts::graph().with("graph.contoso.example").unwrap();
    Headers::new(sdk_version).with_hosts(hosts)
}

pub(super) fn responded(status: u16) -> Response<()> {
    Response::builder().status(status).body(()).unwrap()
}

pub(super) fn with_header(status: u16, name: &'static str, value: &str) -> Response<()> {
    let response = Response::builder().status(status).header(name, value);
    response.body(()).unwrap()
}

pub(super) fn claims_challenge() -> Response<()> {
    let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3M=""#;
    with_header(401, "www-authenticate", challenge)
}

/// Sends a request again while a server asks for it.
#[derive(Clone)]
pub(super) struct WhileAsked;

impl<E> Policy<Request<Body>, Response<()>, E> for WhileAsked {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _req: &mut Request<Body>,
        result: &mut Result<Response<()>, E>,
    ) -> Option<Self::Future> {
        let status = result.as_ref().ok()?.status().as_u16();
        [401, 429].contains(&status).then(|| ready(()))
    }

    fn clone_request(&mut self, req: &Request<Body>) -> Option<Request<Body>> {
        Some(req.clone())
    }
}

pub(super) type Script = Arc<Mutex<VecDeque<Response<()>>>>;

pub(super) fn script(responses: impl IntoIterator<Item = Response<()>>) -> Script {
    Arc::new(Mutex::new(responses.into_iter().collect()))
}

pub(super) fn next(script: &Script) -> Response<()> {
    script.lock().unwrap().pop_front().unwrap()
}

pub(super) fn get(url: &str) -> Request<Body> {
    Request::get(url).body(Body::new()).unwrap()
}

/// Sends a request through the stack that the documentation recommends.
pub(super) fn send(
    bench: &Bench,
    url: &str,
    responses: impl IntoIterator<Item = Response<()>>,
) -> u16 {
    let (graph, script) = (observed(bench), script(responses));
    let client = ServiceBuilder::new()
        .layer(graph.clone())
        .layer(RetryLayer::new(WhileAsked))
        .layer(FollowRedirectLayer::new())
        .layer(graph)
        .service(service_fn(move |_: Request<Body>| {
            ready(Ok::<_, io::Error>(next(&script)))
        }));
    let sent = bench.watch(|| block_on(client.oneshot(get(url))));
    sent.unwrap().status().as_u16()
}

pub(super) fn observed(bench: &Bench) -> token_telemetry::middleware::ObservedGraphLayer {
    GraphLayer::new(headers()).with_telemetry(bench.telemetry.clone())
}

//! The span and the counter of a Graph request, across all its attempts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Debug;
use std::future::{Ready, pending, ready};
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::executor::block_on;
use futures::future::{Either, poll_immediate};
use http::{Extensions, Request, Response};
use http_body_util::Empty;
use opentelemetry_sdk::metrics::Temporality;
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use token_telemetry::graph::{
    Comment, FeatureUsage, Headers, Hosts, Product, RequestContext, SdkVersion, feature_used,
};
use token_telemetry::middleware::{GraphLayer, GraphMiddleware};
use token_telemetry::otel::{Metrics, MsalSet};
use token_telemetry::{SpanOptions, Telemetry};
use token_telemetry_test_support::collect::{Point, Sink};
use token_telemetry_test_support::subscriber::{Called, Reacting};
use tower::retry::{Policy, RetryLayer};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_http::follow_redirect::FollowRedirectLayer;
use tracing::field::{Field, Visit};

type Body = Empty<&'static [u8]>;

const TARGET: &str = "token_telemetry::graph_tests";

const ME: &str = "https://graph.microsoft.com/v1.0/users/alice@contoso.example?$select=secret";

const RESENDS: &str = "http.request.resend_count";
const CLAIMS: &str = "token_telemetry.graph.claims_challenges";
const STATUS: &str = "http.response.status_code";

/// What a subscriber and an exporter receive.
struct Bench {
    telemetry: Telemetry,
    sink: Sink,
    spans: Arc<Mutex<Spans>>,
}

type Fields = BTreeMap<&'static str, String>;

#[derive(Debug, Default)]
struct Spans {
    opened: Vec<Fields>,
    entered: usize,
    exited: usize,
    closed: usize,
}

struct Keeper<'a>(&'a mut Fields);

impl Visit for Keeper<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Bench {
    fn new() -> Self {
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
    fn watch<T>(&self, act: impl FnOnce() -> T) -> T {
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
    fn seen(&self) -> (Vec<Fields>, Vec<Point>) {
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

    /// Returns the fields of the only span, and the attributes of the only point.
    fn only(&self) -> (Fields, Point) {
        let (spans, points) = self.seen();
        assert_eq!((spans.len(), points.len()), (1, 1), "{spans:?} {points:?}");
        assert_eq!(points[0].count, 1);
        (spans[0].clone(), points[0].clone())
    }
}

fn headers() -> Headers {
    let sdk_version = SdkVersion::builder()
        .core(const { Product::from_static("graph-rust-core", "0.1.0") })
        .comment(Comment::empty())
        .feature_usage(FeatureUsage::RETRY_HANDLER)
        .build()
        .unwrap();
    let hosts = Hosts::graph().with("graph.contoso.example").unwrap();
    Headers::new(sdk_version).with_hosts(hosts)
}

fn responded(status: u16) -> Response<()> {
    Response::builder().status(status).body(()).unwrap()
}

fn with_header(status: u16, name: &'static str, value: &str) -> Response<()> {
    let response = Response::builder().status(status).header(name, value);
    response.body(()).unwrap()
}

fn claims_challenge() -> Response<()> {
    let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3M=""#;
    with_header(401, "www-authenticate", challenge)
}

/// Sends a request again while a server asks for it.
#[derive(Clone)]
struct WhileAsked;

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

type Script = Arc<Mutex<VecDeque<Response<()>>>>;

fn script(responses: impl IntoIterator<Item = Response<()>>) -> Script {
    Arc::new(Mutex::new(responses.into_iter().collect()))
}

fn next(script: &Script) -> Response<()> {
    script.lock().unwrap().pop_front().unwrap()
}

fn get(url: &str) -> Request<Body> {
    Request::get(url).body(Body::new()).unwrap()
}

/// Sends a request through the stack that the documentation recommends.
fn send(bench: &Bench, url: &str, responses: impl IntoIterator<Item = Response<()>>) -> u16 {
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

fn observed(bench: &Bench) -> token_telemetry::middleware::ObservedGraphLayer {
    GraphLayer::new(headers()).with_telemetry(bench.telemetry.clone())
}

#[test]
fn claims_challenge_then_ok() {
    let bench = Bench::new();
    let status = send(&bench, ME, [claims_challenge(), responded(200)]);
    assert_eq!(status, 200);
    let (span, point) = bench.only();
    let expected = [
        ("name", "graph_request"),
        ("otel.kind", "internal"),
        ("http.request.method", "GET"),
        ("server.address", "graph.microsoft.com"),
        (STATUS, "200"),
        (RESENDS, "1"),
        (CLAIMS, "1"),
        ("com.microsoft.kiota.handler.retry.enable", "true"),
    ];
    assert_eq!(span, expected.map(|(key, it)| (key, it.to_owned())).into());
    let attributes = point.attributes.keys().map(|key| {
        let value = point.attributes[key].to_string();
        (key.as_str(), value)
    });
    let expected = [
        ("http.request.method", "GET"),
        ("server.address", "graph.microsoft.com"),
        (STATUS, "200"),
        (RESENDS, "1"),
        (CLAIMS, "1"),
    ];
    assert_eq!(
        attributes.collect::<BTreeMap<_, _>>(),
        expected.map(|(key, it)| (key, it.to_owned())).into()
    );
    assert_eq!(point.unit, "{request}");
}

#[test]
fn span_fields_are_documented() {
    let bench = Bench::new();
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let keeping = Arc::clone(&kept);
    let subscriber = Reacting::new(
        |metadata| metadata.target() == TARGET,
        move |called| {
            if let Called::Open(_, span) = called {
                let fields = span.metadata().fields().iter();
                let names = fields.map(|field| field.name().to_owned());
                keeping.lock().unwrap().extend(names);
            }
        },
    );
    tracing::subscriber::with_default(subscriber, || {
        let client = graph_service(observed(&bench));
        block_on(client.oneshot(Request::get(ME).body(200).unwrap())).unwrap();
    });
    let source = include_str!("../../runtime/src/middleware/graph_tower.rs");
    let rows = source.lines();
    let rows = rows.filter_map(|line| line.trim_start().strip_prefix("/// | `"));
    let names = rows.filter_map(|row| row.split('`').next());
    let documented: BTreeSet<_> = names.map(str::to_owned).collect();
    assert_eq!(documented, kept.lock().unwrap().iter().cloned().collect());
}

#[test]
fn throttled_then_ok() {
    let bench = Bench::new();
    let busy = || with_header(429, "retry-after", "0");
    assert_eq!(send(&bench, ME, [busy(), busy(), responded(200)]), 200);
    let (span, point) = bench.only();
    assert_eq!(span[RESENDS], "2");
    assert_eq!(point.text(RESENDS), "2");
    assert!(!span.contains_key(CLAIMS) && !point.attributes.contains_key(CLAIMS));
    assert!(!span.contains_key("error.type") && !point.attributes.contains_key("error.type"));
}

#[test]
fn plain_401_is_no_claims_challenge() {
    let bench = Bench::new();
    let expired = || with_header(401, "www-authenticate", r#"Bearer error="invalid_token""#);
    let forbidden = with_header(403, "www-authenticate", r#"error="insufficient_claims""#);
    send(&bench, ME, [expired(), expired(), forbidden]);
    let (span, point) = bench.only();
    assert_eq!((&*span[RESENDS], &*span["error.type"]), ("2", "403"));
    assert_eq!(span["otel.status_code"], "ERROR");
    assert_eq!(point.text("error.type"), "403");
    assert!(!span.contains_key(CLAIMS) && !point.attributes.contains_key(CLAIMS));
}

#[test]
fn redirects_are_counted_apart() {
    let bench = Bench::new();
    let moved = with_header(302, "location", "https://files.contoso.example/alice");
    let busy = || responded(429);
    send(&bench, ME, [busy(), busy(), moved, responded(200)]);
    let (span, _) = bench.only();
    assert_eq!(span[RESENDS], "3");
    assert_eq!(span["com.microsoft.kiota.handler.redirect.count"], "1");
    assert_eq!(span["server.address"], "graph.microsoft.com");
}

#[test]
fn nothing_is_observed_by_default() {
    let bench = Bench::new();
    let script = script([responded(200), responded(200)]);
    let service = service_fn(move |_: Request<Body>| ready(Ok::<_, io::Error>(next(&script))));
    let client = ServiceBuilder::new()
        .layer(GraphLayer::new(headers()))
        .layer(GraphLayer::new(headers()))
        .service(service);
    bench.watch(|| block_on(client.oneshot(get(ME))).unwrap());
    let (spans, points) = bench.seen();
    assert_eq!((spans.len(), points.len()), (0, 0));
}

#[test]
fn nothing_is_observed_while_suppressed() {
    let bench = Bench::new();
    let suppressed = opentelemetry::Context::enter_telemetry_suppressed_scope();
    send(&bench, ME, [claims_challenge(), responded(200)]);
    drop(suppressed);
    let (spans, points) = bench.seen();
    assert_eq!((spans.len(), points.len()), (0, 0));
}

#[test]
fn other_hosts_are_not_observed() {
    let bench = Bench::new();
    send(&bench, "https://files.contoso.example/x", [responded(200)]);
    let (spans, points) = bench.seen();
    assert_eq!((spans.len(), points.len()), (0, 0));
}

#[test]
fn added_hosts_are_not_named() {
    let bench = Bench::new();
    send(&bench, "https://graph.contoso.example/me", [responded(200)]);
    let (span, point) = bench.only();
    assert!(!span.contains_key("server.address"));
    assert!(!point.attributes.contains_key("server.address"));
}

#[test]
fn transport_failure_and_dropped_request() {
    let bench = Bench::new();
    let graph = observed(&bench);
    let client = ServiceBuilder::new()
        .layer(graph.clone())
        .layer(graph)
        .service(service_fn(|request: Request<Body>| {
            match request.method() {
                &http::Method::DELETE => Either::Left(pending()),
                _ => Either::Right(ready(Err::<Response<()>, _>(io::Error::from(
                    io::ErrorKind::TimedOut,
                )))),
            }
        }));
    bench.watch(|| block_on(client.clone().oneshot(get(ME))).unwrap_err());
    bench.watch(|| {
        let request = Request::delete(ME).body(Body::new()).unwrap();
        assert!(block_on(poll_immediate(client.oneshot(request))).is_none());
    });
    let (spans, points) = bench.seen();
    let errors = spans.iter().map(|span| span.get("error.type").cloned());
    assert_eq!(
        errors.collect::<Vec<_>>(),
        [Some("request_timeout".into()), None]
    );
    let errors = points.iter().map(|point| {
        let method = point.text("http.request.method");
        (method, point.text("error.type"), point.count)
    });
    let expected = [
        ("DELETE", "operation_canceled", 1),
        ("GET", "request_timeout", 1),
    ];
    assert_eq!(
        errors.collect::<Vec<_>>(),
        expected.map(|(method, error, count)| (method.to_owned(), error.to_owned(), count))
    );
}

#[test]
fn layer_below_retries_observes_attempts() {
    let bench = Bench::new();
    let script = script([claims_challenge(), responded(200)]);
    let client = ServiceBuilder::new()
        .layer(RetryLayer::new(WhileAsked))
        .layer(observed(&bench))
        .service(service_fn(move |_: Request<Body>| {
            ready(Ok::<_, io::Error>(next(&script)))
        }));
    // An application that gives the attempts one context.
    let mut request = get(ME);
    request.extensions_mut().insert(RequestContext::new());
    bench.watch(|| block_on(client.oneshot(request)).unwrap());
    let (spans, points) = bench.seen();
    let resends = spans.iter().map(|span| span.get(RESENDS).cloned());
    assert_eq!(resends.collect::<Vec<_>>(), [None, Some("1".to_owned())]);
    assert_eq!(points.iter().map(|point| point.count).sum::<u64>(), 2);
}

#[test]
fn features_used_inside_are_shown() {
    let bench = Bench::new();
    let client = ServiceBuilder::new()
        .layer(observed(&bench))
        .service(service_fn(|_: Request<Body>| {
            feature_used(FeatureUsage::AUTH_HANDLER | FeatureUsage::COMPRESSION_HANDLER);
            ready(Ok::<_, io::Error>(responded(200)))
        }));
    bench.watch(|| block_on(client.oneshot(get(ME))).unwrap());
    let (span, _) = bench.only();
    for handler in ["retry", "authorization", "compression"] {
        let key = format!("com.microsoft.kiota.handler.{handler}.enable");
        assert_eq!(span[&*key], "true");
    }
    assert!(!span.contains_key("com.microsoft.kiota.handler.redirect.enable"));
}

#[test]
fn hostile_methods_and_statuses_are_bounded() {
    let bench = Bench::new();
    let graph = observed(&bench);
    let client = graph_service(graph);
    for n in 0..5_000_u16 {
        let method = if n % 2 == 0 {
            "GET".to_owned()
        } else {
            format!("M{n}")
        };
        let request = Request::builder().method(&*method).uri(ME);
        let request = request.body(100 + n % 900).unwrap();
        block_on(client.clone().oneshot(request)).unwrap();
    }
    let (_, points) = bench.seen();
    assert!(points.len() < 1_000, "{}", points.len());
    assert_eq!(points.iter().map(|point| point.count).sum::<u64>(), 5_000);
    for point in points {
        let method = point.text("http.request.method");
        assert!(["GET", "_OTHER"].contains(&&*method), "{method}");
    }
}

/// A service that responds with the status in the body.
fn graph_service(
    layer: impl tower::Layer<
        tower::util::BoxCloneService<Request<u16>, Response<()>, io::Error>,
        Service: tower::Service<Request<u16>, Response = Response<()>, Error = io::Error> + Clone,
    >,
) -> impl tower::Service<Request<u16>, Response = Response<()>, Error = io::Error> + Clone {
    let service = service_fn(|request: Request<u16>| ready(Ok(responded(*request.body()))));
    layer.layer(tower::util::BoxCloneService::new(service))
}

#[test]
fn panicking_subscriber_changes_nothing() {
    let bench = Bench::new();
    let client = graph_service(observed(&bench));
    let subscriber = Reacting::new(
        |metadata| metadata.target() == TARGET,
        |called| assert!(matches!(called, Called::Register(_)), "a faulty subscriber"),
    );
    let sent = tracing::subscriber::with_default(subscriber, || {
        block_on(client.oneshot(Request::get(ME).body(200).unwrap()))
    });
    assert_eq!(sent.unwrap().status(), 200);
    assert_eq!(bench.only_point().count, 1);
}

impl Bench {
    fn only_point(&self) -> Point {
        let (_, points) = self.seen();
        assert_eq!(points.len(), 1);
        points[0].clone()
    }
}

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

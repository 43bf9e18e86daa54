//! The span and the counter of a Graph request, across all its attempts.

mod bench;
mod reqwest_handler;

use std::collections::{BTreeMap, BTreeSet};
use std::future::{pending, ready};
use std::io;
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use futures::future::{Either, poll_immediate};
use http::{Request, Response};
use token_telemetry::graph::{FeatureUsage, RequestContext, feature_used};
use token_telemetry::middleware::GraphLayer;
use token_telemetry_test_support::subscriber::{Called, Reacting};
use tower::retry::RetryLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use bench::*;

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
    let source = include_str!("../../../runtime/src/middleware/graph_tower.rs");
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

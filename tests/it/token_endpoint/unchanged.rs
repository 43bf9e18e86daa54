//! The layer changes no request, response or error, whatever its own parts do.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use opentelemetry::InstrumentationScope;
use opentelemetry::metrics::{Meter, MeterProvider};
use token_telemetry::middleware::TokenEndpointLayer;
use token_telemetry::otel::ServerMetrics;
use tower::{BoxError, Layer as _, Service, ServiceExt as _, service_fn};

use super::{CURRENT, Endpoint, LAST, SKU, request, response};

/// Headers of which none is well-formed.
const HEADERS: [(&str, &str); 3] = [(SKU, "\u{e9}"), (CURRENT, "?"), (LAST, "?")];

#[test]
fn service_gets_request_as_it_arrived() {
    let endpoint = Endpoint::new();
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let service = endpoint.layer.layer(service_fn({
        let seen = Arc::clone(&seen);
        move |request: Request<()>| {
            seen.lock().unwrap().push(format!("{request:?}"));
            ready(Ok::<_, Infallible>(response(200)))
        }
    }));
    let sent = request(&HEADERS);
    let expected = format!("{sent:?}");
    let _response = futures::executor::block_on(service.oneshot(sent)).unwrap();
    assert_eq!(*seen.lock().unwrap(), [expected]);
}

#[test]
fn boxed_errors_pass() {
    let endpoint = Endpoint::new();
    let service = endpoint.layer.layer(service_fn(|_: Request<()>| {
        ready(Err::<Response<()>, BoxError>(
            io::Error::other("database").into(),
        ))
    }));
    let result = futures::executor::block_on(service.oneshot(request(&HEADERS)));
    assert_eq!(
        result
            .unwrap_err()
            .downcast::<io::Error>()
            .unwrap()
            .to_string(),
        "database"
    );
    assert_eq!(endpoint.points("requests"), ["1 client.sku=other"]);
}

#[tokio::test]
async fn axum_router_keeps_body_and_headers() {
    let endpoint = Endpoint::new();
    let token = post(|body: String| async move { ([("x-ms-request-id", "7")], body + "!") });
    let app: Router = Router::new()
        .route("/token", token)
        .layer(endpoint.layer.clone());
    let sent = Request::post("/token")
        .header(SKU, "MSAL.Go")
        .body(Body::from("grant"));
    let response = app.clone().oneshot(sent.unwrap()).await.unwrap();
    assert_eq!(response.headers()["x-ms-request-id"], "7");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "grant!");
    let missing = Request::get("/elsewhere").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(missing).await.unwrap().status(), 404);
    assert_eq!(
        endpoint.points("requests"),
        [
            "1 client.sku=MSAL.Go response.class=2xx",
            "1 response.class=4xx"
        ]
    );
}

#[test]
fn dropped_request_has_no_class() {
    let endpoint = Endpoint::new();
    let mut service = endpoint.layer.layer(service_fn(|_: Request<()>| {
        pending::<Result<Response<()>, Infallible>>()
    }));
    let report = [(SKU, "MSAL.Go"), (LAST, "5|7|||")];
    {
        let mut context = Context::from_waker(Waker::noop());
        assert!(service.poll_ready(&mut context).is_ready());
        let response = pin!(service.call(request(&report)));
        assert!(response.poll(&mut context).is_pending());
        assert!(endpoint.points("requests").is_empty());
    }
    assert_eq!(endpoint.points("requests"), ["1 client.sku=MSAL.Go"]);
    // The client will report the hits again.
    assert!(endpoint.points("cache_hits").is_empty());
}

#[test]
fn panic_of_service_passes() {
    let endpoint = Endpoint::new();
    let service = endpoint.layer.layer(service_fn(|_: Request<()>| async {
        assert!(std::hint::black_box(false), "the handler's own panic");
        Ok::<_, Infallible>(response(200))
    }));
    let call = || futures::executor::block_on(service.oneshot(request(&[])));
    let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"the handler's own panic"));
    assert_eq!(endpoint.points("requests"), ["1"]);
}

struct PanickingProvider;

impl MeterProvider for PanickingProvider {
    fn meter_with_scope(&self, _: InstrumentationScope) -> Meter {
        panic!("no meters today")
    }
}

#[test]
fn panic_of_provider_is_contained() {
    let layer = TokenEndpointLayer::new(ServerMetrics::with_provider(PanickingProvider));
    let service = layer.layer(service_fn(|_: Request<()>| {
        ready(Ok::<_, Infallible>(response(201)))
    }));
    let response = futures::executor::block_on(service.oneshot(request(&HEADERS)));
    assert_eq!(response.unwrap().status(), 201);
}

#[test]
fn nothing_is_recorded_while_suppressed() {
    let endpoint = Endpoint::new();
    let _suppressed = opentelemetry::Context::enter_telemetry_suppressed_scope();
    endpoint.receive(&[], 200);
    assert!(endpoint.points("requests").is_empty());
}

//! Our layer above layers of tower whose error is a boxed error, and our handler for `reqwest-middleware`.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Ready, pending, ready};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::{Extensions, HeaderMap, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use token_telemetry::acquisition::Attempt;
use token_telemetry::middleware::{TokenRequestLayer, TokenRequestMiddleware};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceBuilder, ServiceExt as _, service_fn};

use crate::support::prelude::*;

type BoxError = Box<dyn Error + Send + Sync>;

/// Responds with 429, a pause and an id, after a check of the header.
fn throttles(request: Request<()>) -> Ready<io::Result<Response<()>>> {
    let (parts, ()) = request.into_parts();
    let current = text(&parts.headers, "x-client-current-telemetry");
    assert_eq!(current, "5|1004,0,,,|0,1,1,,,");
    let response = Response::builder().status(429).header("retry-after", "7");
    ready(Ok(response
        .header("x-ms-request-id", "id-1")
        .body(())
        .unwrap()))
}

fn refuses(_: Request<()>) -> Ready<io::Result<Response<()>>> {
    ready(Err(io::ErrorKind::ConnectionRefused.into()))
}

/// Sends one request through a service, and returns the record and the error of the service.
async fn through<S>(service: S) -> (AcquisitionRecord, Option<BoxError>)
where
    S: Service<Request<()>, Response = Response<()>, Error: Into<BoxError>>,
{
    let (telemetry, recorder) = telemetry();
    let sending = async {
        let request = Request::post(TOKEN_URL).body(()).unwrap();
        Ok(service.oneshot(request).await.err().map(Into::into))
    };
    let error = for_client(&telemetry, sending).await.unwrap();
    (only(&recorder), error)
}

fn class_of(record: &AcquisitionRecord) -> Option<TransportError> {
    record.attempts().next().unwrap().transport_error()
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn above_timeout_the_response_is_read() {
    let service = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .timeout(LONG)
        .service(service_fn(throttles));
    let (record, error) = through(service).await;
    assert!(error.is_none());
    let attempt = record.attempts().next().unwrap();
    assert_eq!(attempt.status(), Some(429));
    assert_eq!(attempt.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(attempt.request_id(), Some("id-1"));
}

#[tokio::test]
async fn timeout_layer_is_a_timeout() {
    let service = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .timeout(Duration::from_millis(1))
        .service(service_fn(|_: Request<()>| {
            pending::<io::Result<Response<()>>>()
        }));
    let (record, error) = through(service).await;
    assert!(error.unwrap().is::<tower::timeout::error::Elapsed>());
    assert_eq!(class_of(&record), Some(TransportError::Timeout));
}

#[tokio::test]
async fn above_buffer_the_cause_is_classified() {
    let service = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .buffer(4)
        .service(service_fn(refuses));
    let (record, error) = through(service).await;
    assert!(error.unwrap().is::<io::Error>());
    assert_eq!(class_of(&record), Some(TransportError::Connect));
}

#[tokio::test]
async fn shed_load_is_returned_unchanged() {
    let full = service_fn(refuses).concurrency_limit(1);
    let service = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .load_shed()
        .service(full);
    let (record, _) = through(service).await;
    assert_eq!(class_of(&record), Some(TransportError::Connect));
}

trait Limited: Sized {
    fn concurrency_limit(self, max: usize) -> tower::limit::ConcurrencyLimit<Self> {
        tower::limit::ConcurrencyLimit::new(self, max)
    }
}

impl<S> Limited for S {}

#[tokio::test]
async fn inside_and_behind_a_boxed_service() {
    let boxed: BoxCloneSyncService<Request<()>, Response<()>, BoxError> = BoxCloneSyncService::new(
        ServiceBuilder::new()
            .layer(TokenRequestLayer::new())
            .map_err(BoxError::from)
            .service(service_fn(refuses)),
    );
    let (record, _) = through(boxed).await;
    assert_eq!(class_of(&record), Some(TransportError::Connect));
}

#[tokio::test]
async fn service_that_cannot_fail() {
    let service = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .service(service_fn(|_: Request<()>| {
            ready(Ok::<_, Infallible>(Response::new(())))
        }));
    let (record, _) = through(service).await;
    assert_eq!(record.status(), Some(200));
}

/// Plays the server, at the end of the chain.
struct Server(u16);

#[async_trait]
impl Middleware for Server {
    async fn handle(
        &self,
        req: reqwest::Request,
        extensions: &mut Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        extensions.insert(req.headers().clone());
        if self.0 == 0 {
            let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
            return Err(reqwest_middleware::Error::middleware(refused));
        }
        let response = Response::builder()
            .status(self.0)
            .header("retry-after", "3");
        Ok(response.body("").unwrap().into())
    }
}

/// Tries again once.
struct Again;

#[async_trait]
impl Middleware for Again {
    async fn handle(
        &self,
        req: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let again = req.try_clone().unwrap();
        drop(next.clone().run(req, extensions).await);
        next.run(again, extensions).await
    }
}

fn client(status: u16) -> ClientWithMiddleware {
    ClientBuilder::new(reqwest::Client::new())
        .with(Again)
        .with(TokenRequestMiddleware::new())
        .with(Server(status))
        .build()
}

#[test]
fn handler_records_each_retry() {
    let record = record_of(|| now(client(503).post(TOKEN_URL).send()).unwrap());
    let statuses: Vec<_> = record.attempts().map(Attempt::status).collect();
    assert_eq!(statuses, [Some(503), Some(503)]);
    let pause = record.attempts().next().unwrap().retry_after();
    assert_eq!(pause, Some(Duration::from_secs(3)));
}

#[test]
fn second_handler_adds_no_attempt() {
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(Again)
        .with(TokenRequestMiddleware::new())
        .with(TokenRequestMiddleware::new())
        .with(Server(200))
        .build();
    let record = record_of(|| now(client.post(TOKEN_URL).send()).unwrap());
    assert_eq!(record.attempt_count(), 2);
}

#[test]
fn handler_classifies_errors() {
    let record = record_of(|| now(client(0).post(TOKEN_URL).send()).unwrap_err());
    assert_eq!(class_of(&record), Some(TransportError::Connect));
}

#[test]
fn handler_uses_handle_and_purpose() {
    let (telemetry, recorder) = telemetry();
    let mut extensions = Extensions::new();
    acquire(&telemetry, || {
        extensions.insert(Acquisition::current().handle());
        extensions.insert(Purpose::Discovery);
        let client = client(200);
        let request = client.get(TOKEN_URL).build().unwrap();
        // On another thread, only the handle carries the acquisition.
        std::thread::scope(|scope| {
            let sent =
                scope.spawn(|| now(client.execute_with_extensions(request, &mut extensions)));
            assert_eq!(sent.join().unwrap().unwrap().status(), 200);
        });
    });
    let headers = extensions.get::<HeaderMap>().unwrap();
    assert_eq!(text(headers, "x-client-sku"), "Lab.Auth");
    assert_eq!(text(headers, "x-client-current-telemetry"), "");
    let record = only(&recorder);
    assert_eq!(
        record.attempts().next().unwrap().purpose(),
        Purpose::Discovery
    );
}

#[tokio::test]
async fn second_layer_loses_no_report() {
    let (telemetry, recorder) = telemetry();
    fail(&telemetry, "refused", || {});
    let arrived = Arc::new(Mutex::new(HeaderMap::new()));
    let seen = Arc::clone(&arrived);
    let service = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .layer(TokenRequestLayer::new())
        .service(service_fn(move |request: Request<()>| {
            *seen.lock().unwrap() = request.into_parts().0.headers;
            ready(Ok::<_, io::Error>(Response::new(())))
        }));
    let request = Request::post(TOKEN_URL).body(()).unwrap();
    let sending = async { Ok(service.oneshot(request).await.unwrap().status()) };
    for_client(&telemetry, sending).await.unwrap();
    let last = arrived
        .lock()
        .unwrap()
        .get("x-client-last-telemetry")
        .cloned();
    assert!(last.unwrap().to_str().unwrap().contains("refused"));
    let record = recorder.take().pop().unwrap();
    assert_eq!(record.attempt_count(), 1);
    assert_eq!(telemetry.pending_failures().len(), 0);
}

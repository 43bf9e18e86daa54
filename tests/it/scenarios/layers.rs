//! Generic HTTP layers: tower's retry and `Buffer`, with our layer below them.

use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::io;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use token_telemetry::middleware::TokenRequestLayer;
use tower::retry::Policy;
use tower::{Service, ServiceBuilder, ServiceExt as _, service_fn};

use super::{Timed, Whole, millis};

use crate::support::prelude::*;

/// Responds with each status in turn after 10 ms, and keeps the telemetry headers it received.
fn endpoint(
    timed: &Timed,
    statuses: &[u16],
    arrived: &Arc<Mutex<Vec<String>>>,
) -> impl Service<Request<()>, Response = Response<()>, Error = io::Error, Future: Send>
+ Clone
+ Send
+ 'static {
    let (clock, arrived) = (timed.clock.clone(), Arc::clone(arrived));
    let statuses = Arc::new(Mutex::new(VecDeque::from(statuses.to_vec())));
    service_fn(move |request: Request<()>| {
        clock.advance(millis(10));
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        arrived
            .lock()
            .unwrap()
            .push(header("x-client-current-telemetry").unwrap_or_default());
        let status = statuses.lock().unwrap().pop_front().unwrap();
        ready(Ok(Response::builder().status(status).body(()).unwrap()))
    })
}

/// Retries after 50 ms on 503.
#[derive(Clone)]
struct OnUnavailable(ManualClock);

impl Policy<Request<()>, Response<()>, io::Error> for OnUnavailable {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<()>,
        result: &mut Result<Response<()>, io::Error>,
    ) -> Option<Ready<()>> {
        let again = result
            .as_ref()
            .is_ok_and(|response| response.status() == 503);
        again.then(|| {
            self.0.advance(millis(50));
            ready(())
        })
    }

    fn clone_request(&mut self, req: &Request<()>) -> Option<Request<()>> {
        Some(req.clone())
    }
}

/// Sends a request through a client, with the handle of the acquisition if it asks for that.
async fn through<S>(timed: &Timed, client: S, with_handle: bool) -> Result<u16, LabError>
where
    S: Service<Request<()>, Response = Response<()>>,
{
    let sending = async {
        let current = Acquisition::current();
        current.record_refresh_reason(CacheRefreshReason::Expired);
        let mut request = Request::post(TOKEN_URL).body(()).unwrap();
        if with_handle {
            request.extensions_mut().insert(current.handle());
        }
        let sent = client.oneshot(request).await;
        let response = sent.map_err(|_| LabError::new("transport"))?;
        Ok(response.status().as_u16())
    };
    for_client(&timed.telemetry, sending).await
}

fn acquired(attempts: u32, total: u64, http: u64) -> Whole {
    Whole {
        reason: Some(CacheRefreshReason::Expired),
        total,
        http: Some(http),
        attempts,
        ..Whole::fetched()
    }
}

on_both_runtimes! {
    async fn retry_layer_adds_attempts() {
        let (timed, arrived) = (Timed::new(), Arc::default());
        let client = ServiceBuilder::new()
            .retry(OnUnavailable(timed.clock.clone()))
            .layer(TokenRequestLayer::new())
            .service(endpoint(&timed, &[503, 503, 200], &arrived));
        assert_eq!(through(&timed, client, false).await, Ok(200));
        assert_eq!(timed.only(), acquired(3, 130, 30));
        assert_eq!(*arrived.lock().unwrap(), ["5|1004,3,,,|0,1,1,,,"; 3]);
    }

    async fn buffer_uses_handle_from_extensions() {
        let (timed, arrived) = (Timed::new(), Arc::default());
        let client = ServiceBuilder::new()
            .buffer(4)
            .layer(TokenRequestLayer::new())
            .service(endpoint(&timed, &[200], &arrived));
        assert_eq!(through(&timed, client, true).await, Ok(200));
        assert_eq!(timed.only(), acquired(1, 10, 10));
        assert_eq!(*arrived.lock().unwrap(), ["5|1004,3,,,|0,1,1,,,"]);
    }

    async fn buffer_without_handle_records_nothing() {
        let (timed, arrived) = (Timed::new(), Arc::default());
        let client = ServiceBuilder::new()
            .buffer(4)
            .layer(TokenRequestLayer::new())
            .service(endpoint(&timed, &[200], &arrived));
        assert_eq!(through(&timed, client, false).await, Ok(200));
        let record = timed.only();
        assert_eq!((record.attempts, record.source), (0, None));
        assert_eq!(*arrived.lock().unwrap(), [""]);
    }
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn asks_another_server(telemetry: &Telemetry) -> Result<Request<()>, LabError> {
    let (sent, arrived) = std::sync::mpsc::channel();
    let client = ServiceBuilder::new()
        .layer(TokenRequestLayer::new())
        .service(service_fn(move |request: Request<()>| {
            sent.send(request).unwrap();
            ready(Ok::<_, io::Error>(Response::new(())))
        }));
    let request = Request::get("https://graph.example/me").body(()).unwrap();
    client.oneshot(request).await.unwrap();
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(arrived.recv().unwrap())
}

#[tokio::test]
async fn other_server_is_no_token_request() {
    let (telemetry, recorder) = recorded(|builder| builder.authorities(["login.example"]));
    let request = asks_another_server(&telemetry).await.unwrap();
    assert!(request.headers().is_empty(), "{request:?}");
    let record = only(&recorder);
    assert_eq!((record.attempt_count(), record.endpoint_host()), (0, None));
}

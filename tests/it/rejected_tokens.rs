//! Tokens that a resource rejects, and the refreshes that follow.

use std::future::ready;
use std::io;

use async_trait::async_trait;
use http::{Extensions, Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use token_telemetry::cache::RefreshTrigger;
use token_telemetry::middleware::{RejectedTokenLayer, RejectedTokenMiddleware};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

use crate::support::prelude::*;

const REJECTED: RefreshTrigger = RefreshTrigger::TokenRejected { status: 401 };

fn refresh(telemetry: &Telemetry, recorder: &Recorder) -> AcquisitionRecord {
    acquire(telemetry, || exchange(TOKEN_URL, 200));
    only(recorder)
}

#[test]
fn next_refresh_is_linked() {
    let (telemetry, recorder) = telemetry();
    telemetry.record_rejected_token(401);
    now(hit(&telemetry)).unwrap();
    assert_eq!(only(&recorder).trigger(), None);
    let linked = refresh(&telemetry, &recorder);
    assert_eq!(linked.trigger(), Some(REJECTED));
    assert_eq!(linked.refresh_reason(), None);
    assert_eq!(refresh(&telemetry, &recorder).trigger(), None);
    assert_eq!(telemetry.totals().rejected_tokens, 1);
}

#[test]
fn failed_refresh_is_linked() {
    let (telemetry, recorder) = telemetry();
    telemetry.record_rejected_token(0);
    fail(&telemetry, "invalid_grant", || {
        exchange(TOKEN_URL, 400);
    });
    let trigger = only(&recorder).trigger();
    assert_eq!(trigger, Some(RefreshTrigger::TokenRejected { status: 0 }));
}

#[test]
fn other_instances_are_not_linked() {
    let (rejected, _) = telemetry();
    let (other, recorder) = telemetry();
    rejected.record_rejected_token(401);
    assert_eq!(refresh(&other, &recorder).trigger(), None);
}

#[test]
fn recorded_trigger_takes_precedence() {
    let (telemetry, recorder) = telemetry();
    let triggered = |trigger| {
        acquire(&telemetry, || {
            Acquisition::current().record_trigger(trigger);
            exchange(TOKEN_URL, 200);
        });
        only(&recorder).trigger()
    };
    telemetry.record_rejected_token(401);
    let timer = RefreshTrigger::Timer;
    assert_eq!(triggered(timer), Some(timer));
    assert_eq!(refresh(&telemetry, &recorder).trigger(), Some(REJECTED));

    // The SDK itself knows of the rejection.
    telemetry.record_rejected_token(401);
    let claims = RefreshTrigger::ClaimsChallenge;
    assert_eq!(triggered(claims), Some(claims));
    assert_eq!(refresh(&telemetry, &recorder).trigger(), None);
}

#[test]
fn trigger_without_reason_forces_the_refresh() {
    let (telemetry, recorder) = telemetry();
    let sent = |record: fn(Acquisition)| {
        let headers = acquire(&telemetry, || {
            record(Acquisition::current());
            exchange(TOKEN_URL, 200)
        });
        let current = text(&headers, "x-client-current-telemetry").to_owned();
        (current, only(&recorder).refresh_reason())
    };
    let forced =
        sent(|current| current.record_refresh_reason(CacheRefreshReason::ForceRefreshOrClaims));
    assert!(forced.0.starts_with("5|1004,1,"), "{}", forced.0);
    let expired = sent(|current| current.record_refresh_reason(CacheRefreshReason::Expired));
    assert_eq!(sent(|current| current.record_trigger(REJECTED)), forced);
    assert_eq!(
        sent(|current| {
            current.record_trigger(RefreshTrigger::Timer);
            current.record_refresh_reason(CacheRefreshReason::Expired);
        }),
        expired
    );
}

const STATUSES: [u16; 5] = [200, 401, 403, 404, 500];

#[test]
fn tower_layer_records_rejections() {
    let (telemetry, recorder) = telemetry();
    let resource = |request: Request<u16>| match *request.body() {
        0 => ready(Err(io::Error::from(io::ErrorKind::TimedOut))),
        status => ready(Ok(Response::builder().status(status).body(()).unwrap())),
    };
    let client = ServiceBuilder::new()
        .layer(RejectedTokenLayer::new(telemetry.clone()))
        .service(service_fn(resource));
    for status in STATUSES {
        let response = now(client.clone().oneshot(Request::new(status))).unwrap();
        assert_eq!(response.status(), status);
    }
    now(client.oneshot(Request::new(0))).unwrap_err();
    assert_eq!(telemetry.totals().rejected_tokens, 2);
    let linked = refresh(&telemetry, &recorder).trigger();
    assert_eq!(linked, Some(RefreshTrigger::TokenRejected { status: 403 }));
}

/// Responds with the status in the query.
struct Resource;

#[async_trait]
impl Middleware for Resource {
    async fn handle(
        &self,
        req: reqwest::Request,
        _: &mut Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let status: u16 = req.url().query().unwrap().parse().unwrap();
        let response = Response::builder().status(status).body("").unwrap();
        Ok(response.into())
    }
}

#[test]
fn reqwest_middleware_records_rejections() {
    let (telemetry, _recorder) = telemetry();
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(RejectedTokenMiddleware::new(telemetry.clone()))
        .with(Resource)
        .build();
    for status in STATUSES {
        let sent = client
            .get(format!("https://resource.example/?{status}"))
            .send();
        assert_eq!(now(sent).unwrap().status(), status);
    }
    assert_eq!(telemetry.totals().rejected_tokens, 2);
}

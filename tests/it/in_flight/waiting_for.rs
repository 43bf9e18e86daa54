//! What an acquisition in flight waits for, and what its requests returned so far.

use std::future::pending;

use token_telemetry::acquisition::WaitingFor;

use super::{hang, poll, the_one};
use crate::support::prelude::*;

/// Lets the list be read after each step of a call.
async fn step() {
    tokio::task::yield_now().await;
}

#[test]
fn http() {
    let (telemetry, _) = telemetry();
    let _call = hang(stop_at(&telemetry, Place::DuringHttp, Event::Stop));
    let listed = the_one(&telemetry);
    assert_eq!(listed.waiting_for(), WaitingFor::Http);
    assert_eq!((listed.attempts(), listed.last_response()), (1, None));
}

#[test]
fn attempts_and_last_response() {
    let (telemetry, _) = telemetry();
    let mut call = hang(for_client(&telemetry, async {
        token_request().responded(503);
        step().await;
        token_request().failed(TransportError::Dns);
        step().await;
        let _open = token_request();
        pending::<Result<(), _>>().await
    }));
    let seen = || {
        let listed = the_one(&telemetry);
        (
            listed.waiting_for(),
            listed.attempts(),
            listed.last_response(),
        )
    };
    assert_eq!(seen(), (WaitingFor::Unknown, 1, Some(Ok(503))));
    assert!(poll(&mut call).is_pending());
    let failed = Some(Err(TransportError::Dns));
    assert_eq!(seen(), (WaitingFor::Unknown, 2, failed));
    assert!(poll(&mut call).is_pending());
    assert_eq!(seen(), (WaitingFor::Http, 3, failed));
}

#[test]
fn another_caller() {
    let (telemetry, _) = telemetry();
    let mut call = hang(for_client(&telemetry, async {
        Acquisition::current().waiting(step()).await;
        pending::<Result<(), _>>().await
    }));
    assert_eq!(the_one(&telemetry).waiting_for(), WaitingFor::AnotherCaller);
    assert!(poll(&mut call).is_pending());
    assert_eq!(the_one(&telemetry).waiting_for(), WaitingFor::Unknown);
}

#[test]
fn cache() {
    let (telemetry, _) = telemetry();
    let mut call = hang(for_client(&telemetry, async {
        let timer = Acquisition::current().time_in_cache();
        step().await;
        drop(timer);
        pending::<Result<(), _>>().await
    }));
    assert_eq!(the_one(&telemetry).waiting_for(), WaitingFor::Cache);
    assert!(poll(&mut call).is_pending());
    assert_eq!(the_one(&telemetry).waiting_for(), WaitingFor::Unknown);
}

#[test]
fn request_in_another_task() {
    let (telemetry, _) = telemetry();
    let handle = std::cell::OnceCell::new();
    let _call = hang(for_client(&telemetry, async {
        assert!(handle.set(Acquisition::current().handle()).is_ok());
        pending::<Result<(), _>>().await
    }));
    assert_eq!(the_one(&telemetry).waiting_for(), WaitingFor::Unknown);
    let request = handle.get().unwrap().token_request(TOKEN_URL);
    assert_eq!(the_one(&telemetry).waiting_for(), WaitingFor::Http);
    request.responded(429);
    let listed = the_one(&telemetry);
    assert_eq!(listed.waiting_for(), WaitingFor::Unknown);
    assert_eq!(listed.last_response(), Some(Ok(429)));
}

#[test]
fn names() {
    let all = [
        WaitingFor::Http,
        WaitingFor::Cache,
        WaitingFor::AnotherCaller,
        WaitingFor::Unknown,
    ];
    let names = ["http", "cache", "another_caller", "unknown"];
    assert_eq!(all.map(WaitingFor::name), names);
}

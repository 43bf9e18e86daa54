//! Subscribers that panic, or begin requests themselves, while they are called for a request.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tracing::subscriber::with_default;

use super::{TARGET, options};
use crate::support::prelude::*;
use crate::support::subscriber::{Called, Reacting};

/// Sends requests that end in each way, under a subscriber that panics once this is armed.
fn under_panicking(panics: fn(&Called<'_>) -> bool) {
    let armed = Arc::new(AtomicBool::new(false));
    let arming = Arc::clone(&armed);
    let subscriber = Reacting::new(
        |metadata| metadata.target() == TARGET,
        move |called| {
            let panics = armed.load(Ordering::Relaxed) && panics(&called);
            assert!(!panics, "the subscriber panics");
        },
    );
    with_default(subscriber, || {
        let (telemetry, recorder) = recorded(|builder| builder.span(options()));
        let headers = acquire(&telemetry, || {
            arming.store(true, Ordering::Relaxed);
            let headers = exchange(TOKEN_URL, 503);
            token_request().pending(400);
            token_request().failed(TransportError::Dns);
            drop(token_request());
            let sent =
                token_request().send(|_| async { Ok::<_, std::io::Error>(Status::new(200, 1)) });
            assert!(now(sent).is_ok());
            headers
        });
        assert!(headers.contains_key("client-request-id"));
        let record = only(&recorder);
        assert_eq!((record.outcome(), record.attempt_count()), (Outcome::Ok, 5));
        arming.store(false, Ordering::Relaxed);
        let unwinding = AssertUnwindSafe(|| {
            acquire(&telemetry, || {
                let _request = token_request();
                arming.store(true, Ordering::Relaxed);
                panic!("the body panics");
            });
        });
        assert!(catch_unwind(unwinding).is_err());
        assert_eq!(only(&recorder).outcome(), Outcome::Panicked);
    });
}

#[test]
fn panicking_subscriber_loses_no_request() {
    let output = alone("regressions::attempt_spans::subscribers::panicking_subscriber").output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && text.contains("1 passed");
    assert!(passed, "{text} {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "run alone, since it may abort"]
fn panicking_subscriber() {
    under_panicking(|_| true);
    under_panicking(|called| matches!(called, Called::Open(..)));
    under_panicking(|called| !matches!(called, Called::Open(..)));
    under_panicking(|called| matches!(called, Called::Close(_)));
}

/// Begins a request of the same acquisition in each callback, until that is too deep.
#[test]
fn subscriber_may_begin_requests() {
    static SHARED: Mutex<Option<Handle>> = Mutex::new(None);
    let react = |called: Called<'_>| {
        let handle = SHARED.lock().unwrap().clone();
        if let (Some(handle), false) = (handle, matches!(called, Called::Register(_))) {
            handle.token_request(TOKEN_URL).responded(200);
        }
    };
    let record = in_time(move || {
        let subscriber = Reacting::new(|metadata| metadata.target() == TARGET, react);
        with_default(subscriber, || {
            let (telemetry, recorder) = recorded(|builder| builder.span(options()));
            acquire(&telemetry, || {
                *SHARED.lock().unwrap() = Some(Acquisition::current().handle());
                exchange(TOKEN_URL, 200);
                *SHARED.lock().unwrap() = None;
            });
            only(&recorder)
        })
    });
    assert_eq!(record.outcome(), Outcome::Ok);
    assert!(record.attempt_count() > 1);
}

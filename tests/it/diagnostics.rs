//! Diagnostics that telemetry logs about itself at debug level.

use token_telemetry::otel::Metrics;
use tracing::Level;

use crate::otel::providers::Panicking;
use crate::support::Log;
use crate::support::prelude::*;

/// Repeats `act` until the log has lines, because repeated diagnostics are logged ever more rarely.
fn log_of(act: impl Fn()) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..10_000 {
            act();
            if !log.text().is_empty() {
                break;
            }
        }
    });
    log.text()
}

#[test]
fn records_outside_an_acquisition_are_logged() {
    let line = log_of(|| Acquisition::current().record_cache_hit(CacheLevel::L1Cache));
    assert!(line.contains("DEBUG"), "{line}");
    assert!(line.contains("token_telemetry::diagnostics"), "{line}");
    assert!(line.contains("recorded outside an acquisition"), "{line}");
}

#[test]
fn token_request_outside_is_logged() {
    let line = log_of(|| {
        let mut request = Acquisition::current().token_request(TOKEN_URL);
        assert!(request.take_headers().is_empty());
    });
    assert!(
        line.contains("token request was made outside an acquisition"),
        "{line}"
    );
}

#[test]
fn middleware_request_outside_is_silent() {
    let log = log_of(|| {
        let mut request = Acquisition::current().middleware_request(TOKEN_URL);
        assert!(request.take_headers().is_empty());
        request.responded(200);
    });
    assert_eq!(log, "");
}

#[test]
fn panicking_provider_is_logged() {
    let log = log_of(|| {
        let metrics = Metrics::with_provider(Panicking::default());
        drop(Telemetry::builder().metrics(metrics).build().unwrap());
    });
    assert!(log.contains("meter provider panicked"), "{log}");
}

#[test]
fn token_request_after_finish_is_logged() {
    let telemetry = Telemetry::builder()
        .metrics(Metrics::off())
        .build()
        .unwrap();
    let handle = acquire(&telemetry, || Acquisition::current().handle());
    for line in [
        log_of(|| drop(handle.token_request(TOKEN_URL))),
        log_of(|| {
            let _entered = handle.enter();
            drop(Acquisition::current().token_request(TOKEN_URL));
        }),
    ] {
        assert!(line.contains("after its acquisition had ended"), "{line}");
        assert!(line.contains("`Telemetry::background`"), "{line}");
    }
    assert_eq!(telemetry.totals().unknown, 1);
}

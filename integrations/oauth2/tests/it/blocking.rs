//! Requests of blocking clients.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use oauth2::StandardDeviceAuthorizationResponse;
use token_telemetry::TransportError;
use token_telemetry_oauth2::TelemetryHttpClient;
use token_telemetry_test_support::{only, telemetry};

use crate::server::{DEVICE_CODE, Server, TOKEN};
use crate::{acquire_blocking, client};

#[test]
fn blocking_token_is_recorded() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new().responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.blocking());
    let client = client();
    let request = || client.exchange_client_credentials().request(&http);
    acquire_blocking(&telemetry, request).unwrap();
    let record = only(&recorder);
    assert_eq!((record.status(), record.attempt_count()), (Some(200), 1));
    assert_eq!(record.remaining_lifetime(), Some(Duration::from_secs(3599)));
    assert!(server.header("x-client-current-telemetry")[0].is_some());
}

#[test]
fn blocking_failures_are_described() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new()
        .responds_with(429, &[("retry-after", "7")], r#"{"error":"slow"}"#)
        .fails(io::ErrorKind::TimedOut);
    let http = TelemetryHttpClient::new(server.blocking());
    let client = client();
    for _ in 0..2 {
        let request = || client.exchange_client_credentials().request(&http);
        acquire_blocking(&telemetry, request).unwrap_err();
    }
    let [throttled, timeout] = &recorder.take()[..] else {
        panic!("expected two records")
    };
    assert_eq!(
        (throttled.error_code(), throttled.status()),
        (Some("slow"), Some(429))
    );
    assert_eq!(throttled.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(timeout.error_code(), Some("request_timeout"));
    assert_eq!(timeout.transport_error(), Some(TransportError::Timeout));
}

#[test]
fn blocking_polls_are_pending() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new()
        .responds(200, DEVICE_CODE)
        .responds(400, r#"{"error":"authorization_pending"}"#)
        .responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.blocking());
    let client = client();
    let slept = Cell::new(0);
    acquire_blocking(&telemetry, || {
        let device = client.exchange_device_code();
        let device: StandardDeviceAuthorizationResponse = device.request(&http).unwrap();
        let sleep = |_| slept.set(slept.get() + 1);
        client
            .exchange_device_access_token(&device)
            .request(&http, sleep, None)
    })
    .unwrap();
    let record = only(&recorder);
    assert_eq!((record.pending_polls(), slept.get()), (1, 1));
    assert_eq!((record.attempt_count(), record.status()), (3, Some(200)));
}

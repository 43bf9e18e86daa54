//! The device code flow, in which most responses mean "not yet".

use std::future::ready;
use std::io;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use oauth2::basic::BasicTokenResponse;
use oauth2::{
    DeviceCodeErrorResponse, RequestTokenError, StandardDeviceAuthorizationResponse as DeviceCode,
};
use token_telemetry::acquisition::Attempt;
use token_telemetry::error::ErrorKind;
use token_telemetry::{AcquisitionRecord, Outcome, Purpose, Telemetry};
use token_telemetry_oauth2::TelemetryHttpClient;
use token_telemetry_test_support::{now, only, telemetry};

use crate::server::{DEVICE_CODE, Server, TOKEN};
use crate::{acquire, client};

const PENDING: &str = r#"{"error":"authorization_pending","error_description":"AADSTS70016"}"#;

type Returned = Result<BasicTokenResponse, RequestTokenError<io::Error, DeviceCodeErrorResponse>>;

/// Runs the flow; each pause lasts five minutes, and the code expires after fifteen.
fn sign_in(telemetry: &Telemetry, server: &Server) -> Returned {
    let http = TelemetryHttpClient::new(server.client());
    let client = client();
    let minutes = AtomicI64::new(0);
    let clock = || DateTime::from_timestamp(60 * minutes.load(Ordering::Relaxed), 0).unwrap();
    let flow = async {
        let device: DeviceCode = client
            .exchange_device_code()
            .request_async(&http)
            .await
            .unwrap();
        let sleep = |_| {
            minutes.fetch_add(5, Ordering::Relaxed);
            ready(())
        };
        client
            .exchange_device_access_token(&device)
            .set_time_fn(clock)
            .request_async(&http, sleep, None)
            .await
    };
    now(acquire(telemetry, flow))
}

fn purposes(record: &AcquisitionRecord) -> Vec<Purpose> {
    record.attempts().map(Attempt::purpose).collect()
}

#[test]
fn polls_are_one_acquisition() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new()
        .responds(200, DEVICE_CODE)
        .responds(400, PENDING)
        .responds(400, r#"{"error":"slow_down"}"#)
        .responds(200, TOKEN)
        .responds(200, DEVICE_CODE)
        .responds(200, TOKEN);
    sign_in(&telemetry, &server).unwrap();
    let record = only(&recorder);
    assert!(record.is_ok());
    assert_eq!((record.pending_polls(), record.attempt_count()), (2, 4));
    let (discovery, token) = (Purpose::Discovery, Purpose::Token);
    assert_eq!(purposes(&record), [discovery, token, token, token]);

    sign_in(&telemetry, &server).unwrap();
    assert_eq!(telemetry.totals().failures, 0);
    assert!(telemetry.pending_failures().is_empty());
    let last = server.header("x-client-last-telemetry");
    let reported = |it: &String| it.contains("authorization_pending") || it.contains("slow_down");
    assert!(!last.iter().flatten().any(reported), "{last:?}");
}

#[test]
fn lost_connection_does_not_end_polling() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new()
        .responds(200, DEVICE_CODE)
        .fails(io::ErrorKind::ConnectionReset)
        .responds(200, TOKEN);
    sign_in(&telemetry, &server).unwrap();
    let record = only(&recorder);
    assert!(record.is_ok());
    assert_eq!((record.pending_polls(), record.attempt_count()), (0, 3));
}

#[test]
fn refusal_of_the_user_is_a_failure() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new()
        .responds(200, DEVICE_CODE)
        .responds(400, PENDING)
        .responds(400, r#"{"error":"access_denied"}"#);
    sign_in(&telemetry, &server).unwrap_err();
    let record = only(&recorder);
    assert_eq!(
        (record.outcome(), record.pending_polls()),
        (Outcome::Error, 1)
    );
    assert_eq!(record.error_code(), Some("access_denied"));
}

#[test]
fn code_that_expires_at_the_client() {
    let (telemetry, recorder) = telemetry();
    let polls = 4;
    let server = Server::new().responds(200, DEVICE_CODE);
    let server = (0..polls).fold(server, |server, _| server.responds(400, PENDING));
    sign_in(&telemetry, &server).unwrap_err();
    let record = only(&recorder);
    assert_eq!(record.pending_polls(), polls);
    assert_eq!(record.error_code(), Some("expired_token"));
    assert_eq!(record.error_kind(), Some(ErrorKind::InteractionRequired));
}

//! Edge cases of token requests: reused headers, odd URLs, late ids, misbehaving responses.

use std::error::Error;
use std::fmt;
use std::future::ready;
use std::time::Duration;

use http::{HeaderMap, Response};
use token_telemetry::acquisition::HttpOutcome;

use super::handle_of;
use crate::support::full_map;
use crate::support::prelude::*;

const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";
const ID: &str = "client-request-id";

/// Two attempts that share one header map, as in a retry middleware.
fn twice_with_one_map(telemetry: &Telemetry, status: u16, second_url: &str) -> [HeaderMap; 2] {
    acquire(telemetry, || {
        let mut headers = HeaderMap::new();
        let mut first = token_request();
        first.apply_to(&mut headers);
        let sent = headers.clone();
        first.responded(status);
        let mut second = Acquisition::current().token_request(second_url);
        second.apply_to(&mut headers);
        second.responded(200);
        [sent, headers]
    })
}

fn fail_with_400(telemetry: &Telemetry) {
    fail(telemetry, "invalid_grant", || {
        token_request().responded(400);
    });
}

#[test]
fn reused_map_reports_no_failure_twice() {
    let (telemetry, _recorder) = telemetry();
    fail_with_400(&telemetry);
    let [first, second] = twice_with_one_map(&telemetry, 401, TOKEN_URL);
    assert!(first[LAST].to_str().unwrap().contains("invalid_grant"));
    assert!(!second.contains_key(LAST), "{second:?}");
    assert!(second.contains_key(CURRENT));
}

#[test]
fn reused_map_reports_undelivered_failures() {
    let (telemetry, _recorder) = telemetry();
    fail_with_400(&telemetry);
    let [first, second] = twice_with_one_map(&telemetry, 503, TOKEN_URL);
    assert_eq!(first[LAST], second[LAST]);
}

#[test]
fn reused_map_keeps_failures_from_other_hosts() {
    let builder = Telemetry::builder().authorities(["login.example"]);
    let telemetry = builder.build().unwrap();
    let [first, second] = twice_with_one_map(&telemetry, 400, "https://other.example/");
    assert!(first.contains_key(CURRENT));
    assert!(!second.contains_key(CURRENT), "{second:?}");
}

#[test]
fn record_holds_host_without_path() {
    for (url, host) in [
        (
            "https://login.example/{tenant}/tökén",
            Some("login.example"),
        ),
        ("http://[::1]:8080/token", Some("[::1]")),
        ("tenant-of-a-customer", None),
        ("tenant-of-a-customer/oauth2/token", None),
        ("tenant-of-a-customer:443/oauth2/token", None),
    ] {
        let record = record_of(|| exchange(url, 200));
        assert_eq!(record.endpoint_host(), host, "{url}");
    }
}

#[test]
fn late_request_has_the_record_id() {
    let (telemetry, recorder) = telemetry();
    let handle = handle_of(&telemetry);
    let record = only(&recorder);
    let headers = handle.token_request(TOKEN_URL).take_headers();
    let id: ClientRequestId = headers[ID].to_str().unwrap().parse().unwrap();
    assert_eq!(record.correlation_id(), Some(id));
}

#[test]
fn id_is_fixed_by_the_first_request() {
    let [one, two, late] = [1, 2, 3].map(|byte| ClientRequestId::from_bytes([byte; 16]));
    for before in [&[one, two][..], &[]] {
        let (telemetry, recorder) = telemetry();
        let id_sent = || text(&exchange(TOKEN_URL, 503), ID).to_owned();
        let [first, second] = acquire(&telemetry, || {
            for id in before {
                Acquisition::current().set_correlation_id(*id);
            }
            let first = id_sent();
            Acquisition::current().set_correlation_id(late);
            [first, id_sent()]
        });
        assert_eq!(first, second);
        assert_eq!(only(&recorder).correlation_id().unwrap().to_string(), first);
        if let Some(last_before) = before.last() {
            assert_eq!(first, last_before.to_string());
        }
    }
}

/// A response that panics when read.
struct Unreadable;

impl HttpOutcome for Unreadable {
    fn status(&self) -> Result<u16, TransportError> {
        panic!("the status panics")
    }

    fn retry_after(&self) -> Option<Duration> {
        Some(Duration::from_secs(9))
    }
}

#[test]
fn panicking_response_is_returned() {
    let record = record_of(|| now(token_request().send(|_| ready(Unreadable))));
    assert_eq!((record.attempt_count(), record.status()), (1, None));
}

/// An error that is its own source.
#[derive(Debug)]
struct Circular;

impl Error for Circular {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Self)
    }
}

impl fmt::Display for Circular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("circular")
    }
}

/// Returns the class of an error that a client returned.
fn class_of<E: Error + 'static>(error: E) -> Option<TransportError> {
    let send = || token_request().send(|_| ready(Err::<Response<()>, _>(error)));
    record_of(|| now(send()).is_err()).transport_error()
}

#[test]
fn cyclic_error_source_terminates() {
    assert_eq!(class_of(Circular), Some(TransportError::Other));
}

#[test]
fn nested_io_error_is_classified() {
    let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    let class = class_of(std::io::Error::other(refused));
    assert_eq!(class, Some(TransportError::Connect));
}

#[test]
fn taking_headers_twice_is_stable() {
    let (telemetry, _recorder) = telemetry();
    fail_with_400(&telemetry);
    let [first, second] = acquire(&telemetry, || {
        let mut request = token_request();
        let both = [request.take_headers(), request.take_headers()];
        request.responded(200);
        both
    });
    assert_eq!(first, second);
    assert!(first.contains_key(LAST));
    assert_eq!(telemetry.pending_failures(), []);
}

#[test]
fn debug_shows_exactly_the_recorded_fields() {
    let (telemetry, recorder) = telemetry();
    acquire(&telemetry, || token_request().responded(200));
    let plain = format!("{:?}", only(&recorder));
    assert!(
        !plain.contains("stale") && !plain.contains("background"),
        "{plain}"
    );
    let swallowing = async {
        let current = Acquisition::current();
        current.record_stale_token();
        current.record_suppressed_error(ErrorInfo::new("late_failure"));
        current.token_request(TOKEN_URL).pending(400);
        Ok::<_, LabError>(())
    };
    now(telemetry.background(LabApi::Silent, swallowing)).unwrap();
    let full = format!("{:?}", only(&recorder));
    for part in [
        "stale: true",
        "background: true",
        "pending_polls: 1",
        "late_failure",
    ] {
        assert!(full.contains(part), "{part} {full}");
    }
}

#[test]
fn full_map_stays_unchanged() {
    let mut headers = full_map();
    let record = record_of(|| {
        let mut request = token_request();
        request.apply_to(&mut headers);
        request.responded(200);
    });
    assert_eq!(headers.len(), full_map().len());
    assert!(!headers.contains_key(CURRENT));
    assert_eq!(record.attempt_count(), 1);
}

#[test]
fn token_after_errors_has_unknown_source() {
    let record = record_of(|| token_request().responded(503));
    assert_eq!((record.token_source(), record.status()), (None, Some(503)));
}

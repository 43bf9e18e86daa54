//! Edge cases of token requests: reused headers, odd URLs, late ids, misbehaving responses.

use std::error::Error;
use std::fmt;
use std::future::ready;
use std::time::Duration;

use http::{HeaderMap, Response};
use token_telemetry::acquisition::HttpOutcome;
use token_telemetry::{
    Acquisition, ClientRequestId, Status, Telemetry, TokenRequest, TransportError, acquire_token,
};

use super::{handle_of, headers_for, run};
use crate::support::{LabApi, LabError, TOKEN_URL, acquire_with_status, only, telemetry};

const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";
const ID: &str = "client-request-id";

/// Two attempts that share one header map, as in a retry middleware.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn twice_with_one_map(
    telemetry: &Telemetry,
    status: u16,
    second_url: &str,
) -> Result<[HeaderMap; 2], LabError> {
    let mut headers = HeaderMap::new();
    let mut first = Acquisition::current().token_request(TOKEN_URL);
    first.apply_to(&mut headers);
    let sent = headers.clone();
    first.responded(status);
    let mut second = Acquisition::current().token_request(second_url);
    second.apply_to(&mut headers);
    second.responded(200);
    Ok([sent, headers])
}

#[test]
fn reused_map_reports_no_failure_twice() {
    let (telemetry, _recorder) = telemetry();
    run(acquire_with_status(&telemetry, 400, "invalid_grant")).unwrap_err();
    let [first, second] = run(twice_with_one_map(&telemetry, 401, TOKEN_URL)).unwrap();
    assert!(first[LAST].to_str().unwrap().contains("invalid_grant"));
    assert!(!second.contains_key(LAST), "{second:?}");
    assert!(second.contains_key(CURRENT));
}

#[test]
fn reused_map_reports_undelivered_failures() {
    let (telemetry, _recorder) = telemetry();
    run(acquire_with_status(&telemetry, 400, "invalid_grant")).unwrap_err();
    let [first, second] = run(twice_with_one_map(&telemetry, 503, TOKEN_URL)).unwrap();
    assert_eq!(first[LAST], second[LAST]);
}

#[test]
fn reused_map_keeps_failures_from_other_hosts() {
    let builder = Telemetry::builder().authorities(["login.example"]);
    let telemetry = builder.build().unwrap();
    let [first, second] = run(twice_with_one_map(
        &telemetry,
        400,
        "https://other.example/",
    ))
    .unwrap();
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
        let (telemetry, recorder) = telemetry();
        run(headers_for(&telemetry, url)).unwrap();
        assert_eq!(only(&recorder).endpoint_host(), host, "{url}");
    }
}

#[test]
fn late_request_has_the_record_id() {
    let (telemetry, recorder) = telemetry();
    let handle = run(handle_of(&telemetry)).unwrap();
    let record = only(&recorder);
    let headers = handle.token_request(TOKEN_URL).take_headers();
    let id: ClientRequestId = headers[ID].to_str().unwrap().parse().unwrap();
    assert_eq!(record.correlation_id(), Some(id));
}

/// Sets an id before the first attempt and another one after it.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn noting_ids(
    telemetry: &Telemetry,
    before: &[ClientRequestId],
    after: ClientRequestId,
) -> Result<[String; 2], LabError> {
    let id_sent = || {
        let mut request = Acquisition::current().token_request(TOKEN_URL);
        let headers = request.take_headers();
        request.responded(503);
        headers[ID].to_str().unwrap().to_owned()
    };
    for id in before {
        Acquisition::current().set_correlation_id(*id);
    }
    let first = id_sent();
    Acquisition::current().set_correlation_id(after);
    Ok([first, id_sent()])
}

#[test]
fn id_is_fixed_by_the_first_request() {
    let [one, two, late] = [1, 2, 3].map(|byte| ClientRequestId::from_bytes([byte; 16]));
    for before in [&[one, two][..], &[]] {
        let (telemetry, recorder) = telemetry();
        let [first, second] = run(noting_ids(&telemetry, before, late)).unwrap();
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

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn unreadable(telemetry: &Telemetry) -> Result<Unreadable, LabError> {
    let request = Acquisition::current().token_request(TOKEN_URL);
    Ok(request.send(|_| ready(Unreadable)).await)
}

#[test]
fn panicking_response_is_returned() {
    let (telemetry, recorder) = telemetry();
    assert!(run(unreadable(&telemetry)).is_ok());
    let record = only(&recorder);
    assert_eq!((record.attempts(), record.status()), (1, None));
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

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn failing_with<E: Error + 'static>(telemetry: &Telemetry, error: E) -> Result<(), LabError> {
    let request = Acquisition::current().token_request(TOKEN_URL);
    let sent = request.send(|_| ready(Err::<Response<()>, _>(error))).await;
    sent.map(drop).map_err(|_| LabError::new("transport"))
}

#[test]
fn cyclic_error_source_terminates() {
    let (telemetry, recorder) = telemetry();
    run(failing_with(&telemetry, Circular)).unwrap_err();
    assert_eq!(
        only(&recorder).transport_error(),
        Some(TransportError::Other)
    );
}

#[test]
fn nested_io_error_is_classified() {
    let (telemetry, recorder) = telemetry();
    let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    run(failing_with(&telemetry, std::io::Error::other(refused))).unwrap_err();
    assert_eq!(
        only(&recorder).transport_error(),
        Some(TransportError::Connect)
    );
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn asking_twice_for_headers(telemetry: &Telemetry) -> Result<[HeaderMap; 2], LabError> {
    let mut request: TokenRequest = Acquisition::current().token_request(TOKEN_URL);
    let both = [request.take_headers(), request.take_headers()];
    request.responded(200);
    Ok(both)
}

#[test]
fn taking_headers_twice_is_stable() {
    let (telemetry, _recorder) = telemetry();
    run(acquire_with_status(&telemetry, 400, "invalid_grant")).unwrap_err();
    let [first, second] = run(asking_twice_for_headers(&telemetry)).unwrap();
    assert_eq!(first, second);
    assert!(first.contains_key(LAST));
    assert_eq!(telemetry.pending_failures(), []);
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_status(telemetry: &Telemetry, status: u16) -> Result<(), LabError> {
    let request = Acquisition::current().token_request(TOKEN_URL);
    let sent = request.send(|_| ready(Ok::<_, std::io::Error>(Status::new(status, ()))));
    sent.await.map(drop).map_err(|_| LabError::new("io"))
}

#[test]
fn debug_shows_exactly_the_recorded_fields() {
    let (telemetry, recorder) = telemetry();
    run(with_status(&telemetry, 200)).unwrap();
    let plain = format!("{:?}", only(&recorder));
    assert!(
        !plain.contains("stale") && !plain.contains("background"),
        "{plain}"
    );
    let swallowing = async {
        let current = Acquisition::current();
        current.record_stale_token();
        current.record_suppressed_error(token_telemetry::ErrorInfo::new("late_failure"));
        current.token_request(TOKEN_URL).pending(400);
        Ok::<_, LabError>(())
    };
    run(telemetry.background(LabApi::Silent, swallowing)).unwrap();
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

/// A map without capacity for another name.
fn full() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for number in 0.. {
        let name = http::HeaderName::try_from(format!("x-{number}")).unwrap();
        if headers
            .try_insert(name, http::HeaderValue::from_static("1"))
            .is_err()
        {
            break;
        }
    }
    headers
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn with_a_full_map(telemetry: &Telemetry) -> Result<HeaderMap, LabError> {
    let mut headers = full();
    let mut request = Acquisition::current().token_request(TOKEN_URL);
    request.apply_to(&mut headers);
    request.responded(200);
    Ok(headers)
}

#[test]
fn full_map_stays_unchanged() {
    let (telemetry, recorder) = telemetry();
    let headers = run(with_a_full_map(&telemetry)).unwrap();
    assert_eq!(headers.len(), full().len());
    assert!(!headers.contains_key(CURRENT));
    assert_eq!(only(&recorder).attempts(), 1);
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn unavailable_then_ok(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current()
        .token_request(TOKEN_URL)
        .responded(503);
    Ok(())
}

#[test]
fn token_after_errors_has_unknown_source() {
    let (telemetry, recorder) = telemetry();
    run(unavailable_then_ok(&telemetry)).unwrap();
    let record = only(&recorder);
    assert_eq!((record.token_source(), record.status()), (None, Some(503)));
}

//! What the headers of a response add to an attempt: the pause, and the id in the server's logs.

use std::future::ready;
use std::io;

use http::{HeaderMap, HeaderName, HeaderValue, Response};
use token_telemetry::acquisition::HttpOutcome;

use super::{attempt, millis};
use crate::support::prelude::*;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        (HeaderName::from_static(name), value)
    });
    pairs.collect()
}

#[test]
fn headers_give_pause_and_request_id() {
    let read = headers(&[("retry-after", "7"), ("x-ms-request-id", "ticket")]);
    let by_hand = record_of(|| token_request().responded_with(429, &read));
    let mut response = Response::new(());
    response.headers_mut().clone_from(&read);
    let sent = record_of(|| now(token_request().send(|_| ready(Ok::<_, io::Error>(response)))));
    let status = Status::new(429, ()).with_headers(&read);
    let of_status = record_of(|| now(token_request().send(|_| ready(Ok::<_, io::Error>(status)))));
    for record in [by_hand, sent, of_status] {
        assert_eq!(record.retry_after(), Some(millis(7_000)));
        assert_eq!(record.server_request_id(), Some("ticket"));
        assert_eq!(attempt(&record).request_id(), Some("ticket"));
    }
}

#[test]
fn unsafe_request_ids_are_dropped() {
    let longest = "x".repeat(64);
    let too_long = "x".repeat(65);
    for (id, expected) in [
        ("2a5b0c3e-7f0e-4c3c-9c2f-5e2c8d1b0a00", true),
        (&*longest, true),
        (&*too_long, false),
        ("", false),
        ("somebody@contoso.com", false),
        ("two words", false),
        ("a,b", false),
        ("tïcket", false),
    ] {
        let read = headers(&[("x-ms-request-id", id)]);
        let record = record_of(|| token_request().responded_with(200, &read));
        assert_eq!(record.server_request_id(), expected.then_some(id));
        let status: Result<_, io::Error> = Ok(Status::new(200, ()).with_headers(&read));
        assert_eq!(status.request_id(), expected.then_some(id));
    }
}

/// A response whose id was not checked.
struct Unchecked;

impl HttpOutcome for Unchecked {
    fn status(&self) -> Result<u16, TransportError> {
        Ok(200)
    }

    fn request_id(&self) -> Option<&str> {
        Some("somebody@contoso.com")
    }
}

#[test]
fn ids_of_other_clients_are_checked() {
    let record = record_of(|| now(token_request().send(|_| ready(Unchecked))));
    assert_eq!(
        (record.status(), record.server_request_id()),
        (Some(200), None)
    );
}

#[test]
fn request_id_is_that_of_the_last_response() {
    let with_id = |id| Status::new(503, ()).with_request_id(id);
    let record = record_of(|| {
        for response in [with_id("first"), with_id("second")] {
            let _sent = now(token_request().send(|_| ready(Ok::<_, io::Error>(response))));
        }
        token_request().failed(TransportError::Dns);
        drop(token_request());
    });
    assert_eq!(record.server_request_id(), Some("second"));
    let record = record_of(|| {
        let _sent = now(token_request().send(|_| ready(Ok::<_, io::Error>(with_id("first")))));
        token_request().responded(200);
    });
    assert_eq!(record.server_request_id(), None);
}

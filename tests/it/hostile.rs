//! Hostile text from servers and callers breaks neither this call nor the next.

use std::time::Duration;

use http::Response;
use proptest::prelude::*;
use token_telemetry::acquisition::HttpOutcome;

use crate::support::prelude::*;

/// Returns the last-telemetry header of the call after a failure with this code.
fn header_after_failure(code: &str) -> String {
    let (telemetry, _) = telemetry();
    fail(&telemetry, code, || token_request().responded(400));
    let headers = acquire(&telemetry, || exchange(TOKEN_URL, 200));
    assert_eq!(telemetry.pending_failures(), []);
    text(&headers, "x-client-last-telemetry").to_owned()
}

/// Asserts five segments, one failed call with a plain code, and a length within the budget.
fn assert_one_failure(value: &str) {
    let segments: Vec<&str> = value.split('|').collect();
    assert_eq!(segments.len(), 5, "{value}");
    assert_eq!(
        (segments[0], segments[1], segments[4]),
        ("5", "0", ""),
        "{value}"
    );
    assert_eq!(segments[2].split(',').count(), 2, "{value}");
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    assert!(
        !segments[3].is_empty() && segments[3].chars().all(plain),
        "{value}"
    );
    assert!(segments[3].len() <= 64 && value.len() <= 350, "{value}");
}

#[test]
fn hostile_error_code_keeps_header_valid() {
    let long = "x".repeat(10_240);
    for code in [
        "a\r\nSet-Cookie: b",
        "a,b,c",
        "a|b|c",
        "nul\0",
        "tout à coup",
        "日本語",
        "😀",
        &long,
        " ",
        "%0d%0a",
    ] {
        assert_one_failure(&header_after_failure(code));
    }
}

#[test]
fn empty_error_code_becomes_type_name() {
    let value = header_after_failure("");
    assert!(value.ends_with("|LabError|"), "{value}");
}

proptest! {
    #[test]
    fn any_error_code_keeps_header_valid(code in prop::collection::vec(any::<u8>(), 0..400)) {
        assert_one_failure(&header_after_failure(&String::from_utf8_lossy(&code)));
    }

    #[test]
    fn any_recorded_text_keeps_header_valid(
        id in ".{0,80}", version in ".{0,80}", correlation in ".{0,80}", region in ".{0,80}",
    ) {
        let (telemetry, recorder) = telemetry();
        let headers = acquire(&telemetry, || {
            let current = Acquisition::current();
            current.record_caller_sdk(id, version);
            current.set_correlation_id(&*correlation);
            current.record_region(Region::used(region));
            exchange(TOKEN_URL, 200)
        });
        let value = text(&headers, "x-client-current-telemetry");
        let segments: Vec<&str> = value.split('|').collect();
        prop_assert_eq!(segments.len(), 3);
        prop_assert_eq!(segments[1].split(',').count(), 5);
        prop_assert_eq!(segments[2].split(',').count(), 6);
        prop_assert_eq!(headers.get("client-request-id").unwrap().len(), 36);
        prop_assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    }
}

#[test]
fn bad_sku_or_version_reports_field_and_byte() {
    for (sku, version, field, offset) in [
        ("Contoso Auth", "1", "SKU", Some(7)),
        ("", "1", "SKU", None),
        ("ok", "1\n2", "version", Some(1)),
        ("ok", "é", "version", Some(0)),
        ("ok", &"9".repeat(65), "version", None),
    ] {
        let error = Telemetry::builder()
            .sdk(sku.to_owned(), version.to_owned())
            .build()
            .unwrap_err();
        let text = error.client_info().unwrap();
        assert_eq!((text.field(), text.offset()), (field, offset), "{error}");
    }
}

#[test]
fn unreadable_url_is_tolerated() {
    for url in [
        "",
        "::::",
        "http://",
        "not a url \u{0}",
        &"x".repeat(100_000),
    ] {
        let record = record_of(|| {
            assert!(exchange(url, 200).contains_key("client-request-id"));
        });
        assert_eq!(record.attempt_count(), 1);
    }
}

/// Returns the recorded pause for a response with this header.
fn pause(retry_after: &str) -> Option<Duration> {
    let response = Response::builder().header("retry-after", retry_after);
    Ok::<_, std::io::Error>(response.body(()).unwrap()).retry_after()
}

#[test]
fn retry_after_is_at_most_a_day() {
    let day = 24 * 60 * 60;
    assert_eq!(TokenRequest::MAX_RETRY_AFTER, Duration::from_secs(day));
    for (header, seconds) in [
        ("7", Some(7)),
        (" 007 ", Some(7)),
        ("0", Some(0)),
        ("86400", Some(day)),
        ("86401", Some(day)),
        ("18446744073709551615", Some(day)),
        ("18446744073709551616", Some(day)),
        ("+7", None),
        ("-7", None),
        ("7.5", None),
        ("", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ] {
        assert_eq!(pause(header), seconds.map(Duration::from_secs), "{header}");
    }
}

#[test]
fn recorded_retry_after_is_capped() {
    let record = record_of(|| {
        let mut request = token_request();
        request.set_retry_after(Duration::MAX);
        request.responded(429);
    });
    assert_eq!(record.retry_after(), Some(TokenRequest::MAX_RETRY_AFTER));
}

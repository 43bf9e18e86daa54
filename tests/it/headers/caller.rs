//! Headers that the caller of an SDK adds to a token request.

use http::{HeaderMap, HeaderValue};
use token_telemetry::entra::{CURRENT_TELEMETRY, Dialect, add_caller_headers};

use super::{noting, speaking};

#[test]
fn headers_of_the_caller_do_not_replace_ours_and_the_conflict_is_told() {
    let mut headers = noting(&speaking(Dialect::default()), || ()).headers;
    let before = headers.clone();
    let mut extra = HeaderMap::new();
    for name in [
        "x-client-SKU",
        "X-Client-Current-Telemetry",
        "client-request-id",
        "x-ms-test",
    ] {
        extra.append(
            http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_static("theirs"),
        );
    }
    extra.append("x-ms-test", HeaderValue::from_static("second"));
    extra.append("x-client-sku", HeaderValue::from_static("second"));
    let mut left_out = add_caller_headers(&mut headers, extra);
    left_out.sort_by_key(ToString::to_string);
    assert_eq!(
        left_out,
        [
            "client-request-id",
            "x-client-current-telemetry",
            "x-client-sku"
        ]
    );
    for (name, value) in &before {
        assert_eq!(headers.get_all(name).iter().collect::<Vec<_>>(), [value]);
    }
    let added: Vec<_> = headers.get_all("x-ms-test").iter().collect();
    assert_eq!(added, ["theirs", "second"]);
}

#[test]
fn a_header_of_ours_that_is_switched_off_is_free_for_the_caller() {
    let dialect = Dialect::default().without_current();
    let mut headers = noting(&speaking(dialect), || ()).headers;
    let mut extra = HeaderMap::new();
    extra.insert(CURRENT_TELEMETRY, HeaderValue::from_static("theirs"));
    assert!(add_caller_headers(&mut headers, extra).is_empty());
    assert_eq!(headers[CURRENT_TELEMETRY], "theirs");
}

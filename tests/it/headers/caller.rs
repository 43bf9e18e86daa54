//! Headers that the SDK's caller adds to a token request.

use http::{HeaderMap, HeaderValue};
use token_telemetry::entra::{CURRENT_TELEMETRY, Dialect, add_caller_headers};

use super::{noting, speaking};
use crate::support::full_map;

#[test]
fn caller_headers_do_not_replace_telemetry() {
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
fn disabled_header_is_free_for_the_caller() {
    let dialect = Dialect::default().without_current();
    let mut headers = noting(&speaking(dialect), || ()).headers;
    let mut extra = HeaderMap::new();
    extra.insert(CURRENT_TELEMETRY, HeaderValue::from_static("theirs"));
    assert!(add_caller_headers(&mut headers, extra).is_empty());
    assert_eq!(headers[CURRENT_TELEMETRY], "theirs");
}

#[test]
fn full_map_keeps_existing_names() {
    let mut headers = full_map();
    let before = headers.len();
    let mut extra = HeaderMap::new();
    extra.insert("x-new", HeaderValue::from_static("theirs"));
    extra.insert("x-7", HeaderValue::from_static("theirs"));
    let left_out = add_caller_headers(&mut headers, extra);
    assert_eq!(left_out, ["x-new"]);
    assert_eq!(headers.len(), before);
    assert_eq!(headers["x-7"], "theirs");
}

#[test]
fn largest_caller_map_does_not_panic() {
    let mut headers = noting(&speaking(Dialect::default()), || ()).headers;
    let ours = headers.clone();
    let extra = full_map();
    let names = extra.len();
    let left_out = add_caller_headers(&mut headers, extra);
    assert_eq!(headers.len() + left_out.len(), names + ours.len());
    assert!(left_out.iter().all(|name| !headers.contains_key(name)));
    assert!(ours.iter().all(|(name, value)| headers[name] == *value));
}

#[test]
fn second_value_without_capacity_is_returned() {
    let mut headers = full_map();
    let mut extra = HeaderMap::new();
    extra.append("x-7", HeaderValue::from_static("one"));
    extra.append("x-7", HeaderValue::from_static("two"));
    assert_eq!(add_caller_headers(&mut headers, extra), ["x-7"]);
    assert_eq!(headers["x-7"], "one");
}

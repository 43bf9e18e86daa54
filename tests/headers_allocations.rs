//! Allocations of token request headers; a separate binary, because it counts the whole process.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what is wrong")]

use allocation_counter::{AllocationInfo, measure};
use http::HeaderMap;
use token_telemetry::entra::{Dialect, Header, ReceivedHeaders};
use token_telemetry_test_support::prelude::*;

/// Returns the allocations for writing the headers of a request into a map with spare capacity.
fn requesting(telemetry: &Telemetry, headers: &mut HeaderMap) -> AllocationInfo {
    acquire(telemetry, || {
        let current = Acquisition::current();
        current.record_refresh_reason(CacheRefreshReason::Expired);
        current.record_region(Region::used("westus2"));
        current.record_caller_sdk("41", "3.2.1");
        let mut request = token_request();
        let counted = measure(|| request.apply_to(headers));
        request.responded(503);
        counted
    })
}

fn allocations_of(dialect: Dialect) -> (u64, HeaderMap) {
    let telemetry = Telemetry::builder()
        .sdk("Lab.Auth", "1.2.3")
        .dialect(dialect);
    let telemetry = telemetry.build().unwrap();
    for _ in 0..3 {
        fail(&telemetry, "invalid_client", || ());
    }
    let mut headers = HeaderMap::with_capacity(16);
    // The first request promotes the constant values to shared ones.
    requesting(&telemetry, &mut headers);
    headers.clear();
    let counted = requesting(&telemetry, &mut headers);
    (counted.count_total, headers)
}

#[test]
fn all_headers_take_at_most_five_allocations() {
    let (count, headers) = allocations_of(Dialect::default());
    assert_eq!(headers.len(), 7);
    assert!(count <= 5, "{count} allocations");
}

#[test]
fn the_two_telemetry_values_take_two_allocations() {
    let identity = [
        Header::Sku,
        Header::Version,
        Header::Os,
        Header::RequestId,
        Header::ReturnRequestId,
    ];
    let dialect = identity
        .into_iter()
        .fold(Dialect::default(), Dialect::without);
    let (count, headers) = allocations_of(dialect);
    assert_eq!(headers.len(), 2);
    assert!(headers.values().any(|value| {
        value
            .as_bytes()
            .ends_with(b"|invalid_client,invalid_client,invalid_client|")
    }));
    assert!(count <= 2, "{count} allocations");
}

#[test]
fn received_identity_takes_no_allocations() {
    let (_, headers) = allocations_of(Dialect::default());
    let counted = measure(|| {
        let received = ReceivedHeaders::from_map(&headers);
        assert_eq!(received.sku(), Some("Lab.Auth"));
        assert_eq!((received.library(), received.cpu()), (None, None));
        assert!(received.client_request_id().is_some());
        assert!(headers.iter().collect::<ReceivedHeaders<'_>>() == received);
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn received_telemetry_takes_at_most_nine_allocations() {
    let (_, headers) = allocations_of(Dialect::default());
    let received = ReceivedHeaders::from_map(&headers);
    let counted = measure(|| assert!(received.current().is_ok_and(|current| current.is_some())));
    assert!(counted.count_total <= 9, "{}", counted.count_total);
}

//! Allocations of token request headers; a separate binary, because it counts the whole process.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what is wrong")]

use allocation_counter::{AllocationInfo, measure};
use http::HeaderMap;
use token_telemetry::entra::{Dialect, Header};
use token_telemetry::{
    Acquisition, ApiId, CacheRefreshReason, DescribeError, ErrorInfo, Region, Telemetry,
    acquire_token,
};

struct Lab;

#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Lab)]
enum LabApi {
    ForClient = 1004,
}

impl DescribeError<()> for Lab {
    fn describe((): &()) -> ErrorInfo {
        ErrorInfo::new("invalid_client")
    }
}

const TOKEN_URL: &str = "https://login.example/tenant/oauth2/v2.0/token";

/// A failing call, so that the next one has a failure to report.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn failing(telemetry: &Telemetry) -> Result<(), ()> {
    Err(())
}

/// Returns the allocations for writing the headers of a request into a map with spare capacity.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn requesting(telemetry: &Telemetry, headers: &mut HeaderMap) -> Result<AllocationInfo, ()> {
    let current = Acquisition::current();
    current.record_refresh_reason(CacheRefreshReason::Expired);
    current.record_region(Region::used("westus2"));
    current.record_caller_sdk("41", "3.2.1");
    let mut request = current.token_request(TOKEN_URL);
    let counted = measure(|| request.apply_to(headers));
    request.responded(503);
    Ok(counted)
}

fn allocations_of(dialect: Dialect) -> (u64, HeaderMap) {
    let telemetry = Telemetry::builder()
        .sdk("Lab.Auth", "1.2.3")
        .dialect(dialect);
    let telemetry = telemetry.build().unwrap();
    for _ in 0..3 {
        futures::executor::block_on(failing(&telemetry)).unwrap_err();
    }
    let mut headers = HeaderMap::with_capacity(16);
    // The first request promotes the constant values to shared ones.
    futures::executor::block_on(requesting(&telemetry, &mut headers)).unwrap();
    headers.clear();
    let counted = futures::executor::block_on(requesting(&telemetry, &mut headers)).unwrap();
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

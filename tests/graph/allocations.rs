//! Allocations per request; a separate program, because it replaces the allocator.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use http::{HeaderMap, HeaderValue, Uri};
use token_telemetry::ClientRequestId;
use token_telemetry::graph::{
    FeatureUsage, Headers, Product, RequestContext, SDK_VERSION, SdkVersion,
};

fn sdk_version() -> SdkVersion {
    SdkVersion::builder()
        .service(const { Product::from_static("graph-rust", "1.0.0") })
        .core(const { Product::from_static("graph-rust-core", "1.0.0") })
        .feature_usage(FeatureUsage::RETRY_HANDLER)
        .build()
        .unwrap()
}

#[test]
fn ready_value_does_not_allocate() {
    let sdk_version = sdk_version();
    let known = [FeatureUsage::NONE, FeatureUsage::RETRY_HANDLER];
    // The first clone of a header value makes its bytes shared.
    assert!(sdk_version.header_value(FeatureUsage::NONE).is_some());
    let counted = allocation_counter::measure(|| {
        for features in known {
            assert!(sdk_version.header_value(features).is_some());
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn added_features_take_two_allocations() {
    let sdk_version = sdk_version();
    for bits in 1..16 {
        let features = FeatureUsage::from_bits(bits << 2);
        let counted = allocation_counter::measure(|| {
            assert!(sdk_version.header_value(features).is_some());
        });
        assert!(
            counted.count_total <= 2,
            "{} allocations",
            counted.count_total
        );
    }
}

#[test]
fn second_attempt_does_not_allocate() {
    let headers = Headers::new(sdk_version());
    let uri: Uri = "https://graph.microsoft.com/v1.0/me".parse().unwrap();
    let context = RequestContext::new();
    let mut map = HeaderMap::new();
    headers.apply_for(&context, &uri, &mut map);
    let again = allocation_counter::measure(|| {
        headers.apply_for(&context, &uri, &mut map);
    });
    assert_eq!(again.count_total, 0);
}

#[test]
fn request_with_id_and_capacity_does_not_allocate() {
    let headers = Headers::new(sdk_version());
    let uri: Uri = "https://graph.microsoft.com/v1.0/me".parse().unwrap();
    let context = RequestContext::new();
    let mut seen = HeaderMap::new();
    headers.apply_for(&context, &uri, &mut seen);

    let mut map = HeaderMap::with_capacity(8);
    let id = HeaderValue::from_static("b48eb1a9-4b0f-4b18-875a-cbdd171d3711");
    map.insert(ClientRequestId::HEADER, id);
    let counted = allocation_counter::measure(|| {
        headers.apply_for(&context, &uri, &mut map);
    });
    assert_eq!(counted.count_total, 0);
    assert_eq!(map[SDK_VERSION], seen[SDK_VERSION]);
}

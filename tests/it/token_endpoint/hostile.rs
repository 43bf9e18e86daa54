//! Clients that invent values: series stay few, and others keep their names.

use super::{CURRENT, Endpoint, LAST, SKU, VERSION};

/// Number of requests of a hostile client, each with new values.
const REQUESTS: u32 = 10_000;

/// Sends a request whose values all differ from those of any other.
fn invent(endpoint: &Endpoint, number: u32, sku: &str, status: u16) {
    let version = format!("1.{number}");
    let current = format!("5|{number},{},,,|0,1,1,,,", number % 6);
    let last = format!("5|1|{number},id|code_{number}|");
    let headers = [
        (SKU, sku),
        (VERSION, &version),
        (CURRENT, &current),
        (LAST, &last),
    ];
    endpoint.receive(&headers, status);
}

/// Returns the sums of all metrics, after checking that each has a limited number of series.
fn sums(endpoint: &Endpoint) -> [u64; 4] {
    let names = [
        "requests",
        "requests_by_version",
        "cache_hits",
        "reported_failures",
    ];
    names.map(|metric| {
        let points = endpoint.points(metric);
        assert!(points.len() < 1_000, "{metric}: {} series", points.len());
        let value = |line: &String| line.split(' ').next().unwrap().parse::<u64>().unwrap();
        points.iter().map(value).sum()
    })
}

#[test]
fn invented_values_are_bounded() {
    let endpoint = Endpoint::new();
    for number in 0..REQUESTS {
        let known = number.is_multiple_of(2);
        let sku = if known {
            "MSAL.Go"
        } else {
            &*format!("sku_{number}")
        };
        invent(&endpoint, number, sku, 200);
    }
    assert_eq!(sums(&endpoint), [u64::from(REQUESTS); 4]);
    let has_sku = |line: &String| line.contains("sku_");
    assert!(!endpoint.points("requests").iter().any(has_sku));
}

#[test]
fn strangers_leave_share_to_accepted_clients() {
    let endpoint = Endpoint::new();
    for number in 0..5_000 {
        invent(&endpoint, number, "MSAL.Go", 401);
    }
    let headers = [
        (SKU, "MSAL.NetCore"),
        (VERSION, "4.86.1.0"),
        (CURRENT, "5|1004,2,,,|0,1,1,,,"),
        (LAST, "5|1|1004,id|invalid_client|"),
    ];
    endpoint.receive(&headers, 200);
    for (metric, expected) in [
        (
            "requests",
            "1 api.name=AcquireTokenForClient client.sku=MSAL.NetCore \
             refresh.reason=no_cached_access_token response.class=2xx",
        ),
        (
            "requests_by_version",
            "1 client.sku=MSAL.NetCore client.version=4.86.1.0 response.class=2xx",
        ),
        (
            "reported_failures",
            "1 error.type=invalid_client api.name=AcquireTokenForClient client.sku=MSAL.NetCore",
        ),
    ] {
        let points = endpoint.points(metric);
        assert!(
            points.iter().any(|line| line == expected),
            "{metric}: {points:#?}"
        );
    }
}

#[test]
fn failures_beyond_limit_are_counted_together() {
    let endpoint = Endpoint::new();
    let ids = ["1004,id"; 1_000].join(",");
    let codes = ["timeout"; 1_000].join(",");
    let last = format!("5|0|{ids}|{codes}|");
    assert!(
        last.len() < token_telemetry::entra::read::MAX_LEN,
        "{}",
        last.len()
    );
    endpoint.receive(&[(LAST, &last)], 200);
    assert_eq!(
        endpoint.points("reported_failures"),
        [
            "64 error.type=timeout api.name=AcquireTokenForClient",
            "936 error.type=_OTHER",
        ]
    );
}

#[test]
fn incredible_hits_do_not_overflow() {
    let endpoint = Endpoint::new();
    let last = format!("5|{}|||", u64::MAX);
    endpoint.receive(&[(LAST, &last)], 200);
    endpoint.receive(&[(LAST, &last)], 200);
    assert_eq!(endpoint.points("cache_hits"), [(1_u64 << 33).to_string()]);
}

#[test]
fn texts_that_identify_users_are_not_recorded() {
    let endpoint = Endpoint::new();
    let headers = [
        (SKU, "jo@contoso.com"),
        (VERSION, "6ba7b8109dad11d180b400c04fd430c8"),
        (LAST, "5|1|5551234567,id|no user jo@contoso.com|"),
    ];
    endpoint.receive(&headers, 200);
    endpoint.receive(&[(SKU, "MSAL.Go"), headers[1], headers[2]], 200);
    for metric in [
        "requests",
        "requests_by_version",
        "cache_hits",
        "reported_failures",
    ] {
        for line in endpoint.points(metric) {
            let leaks = ["contoso", "6ba7", "555"]
                .iter()
                .any(|text| line.contains(text));
            assert!(!leaks, "{line}");
        }
    }
}

#[test]
fn any_bytes_are_recorded() {
    let endpoint = Endpoint::new();
    let long = "x".repeat(20_000);
    let headers = [
        (SKU, "\u{e9}"),
        (VERSION, "\u{e9}"),
        (CURRENT, "\u{e9}"),
        (LAST, &long),
    ];
    endpoint.receive(&headers, 200);
    assert_eq!(
        endpoint.points("requests_by_version"),
        ["1 client.sku=other client.version=other response.class=2xx"]
    );
    let reasons = endpoint.points("unreadable_headers");
    assert!(
        reasons.iter().any(|line| line.contains("too-long")),
        "{reasons:?}"
    );
}

//! What each metric counts.

use token_telemetry::ApiId;
use token_telemetry::otel::{Metric, SERVER_METER};

use super::{CURRENT, Endpoint, LAST, SKU, VERSION};

#[test]
fn requests_by_client_api_reason_class() {
    let endpoint = Endpoint::new();
    let net = [(SKU, "MSAL.NetCore"), (CURRENT, "5|1004,2,,,|0,1,1,,,")];
    endpoint.receive(&net, 200);
    endpoint.receive(&net, 200);
    endpoint.receive(&net, 401);
    endpoint.receive(&[(SKU, "MSAL.Python"), (CURRENT, "4|730,0|")], 503);
    endpoint.receive(&[], 204);
    assert_eq!(
        endpoint.points("requests"),
        [
            "1 api.name=AcquireTokenForClient client.sku=MSAL.NetCore \
             refresh.reason=no_cached_access_token response.class=4xx",
            "1 api.name=AcquireTokenForClient client.sku=MSAL.Python response.class=5xx",
            "1 response.class=2xx",
            "2 api.name=AcquireTokenForClient client.sku=MSAL.NetCore \
             refresh.reason=no_cached_access_token response.class=2xx",
        ]
    );
}

#[test]
fn requests_by_version() {
    let endpoint = Endpoint::new();
    for version in [
        "4.86.1.0",
        "4.87.0-beta.1",
        "4.87.0-beta.1+5a5ff0b",
        "latest",
    ] {
        endpoint.receive(&[(SKU, "MSAL.NetCore"), (VERSION, version)], 200);
    }
    endpoint.receive(&[(SKU, "MSAL.Go")], 400);
    assert_eq!(
        endpoint.points("requests_by_version"),
        [
            "1 client.sku=MSAL.Go response.class=4xx",
            "1 client.sku=MSAL.NetCore client.version=4.86.1.0 response.class=2xx",
            "1 client.sku=MSAL.NetCore client.version=other response.class=2xx",
            "2 client.sku=MSAL.NetCore client.version=4.87.0-beta.1 response.class=2xx",
        ]
    );
}

#[test]
fn reported_hits_and_failures() {
    let endpoint = Endpoint::new();
    let id = "ad8c894a-557f-48c0-b045-c129590c344e";
    let last = format!("5|7|1004,{id},1007,{id}|invalid_client,timeout|");
    let headers = [(SKU, "MSAL.NetCore"), (VERSION, "4.47.0.0"), (LAST, &last)];
    endpoint.receive(&headers, 200);
    assert_eq!(
        endpoint.points("cache_hits"),
        ["7 client.sku=MSAL.NetCore client.version=4.47.0.0"]
    );
    assert_eq!(
        endpoint.points("reported_failures"),
        [
            "1 error.type=invalid_client api.name=AcquireTokenForClient client.sku=MSAL.NetCore",
            "1 error.type=timeout api.name=AcquireTokenSilent client.sku=MSAL.NetCore",
        ]
    );
}

#[test]
fn repeated_report_is_counted_once() {
    let endpoint = Endpoint::new();
    let report = [(SKU, "MSAL.NetCore"), (LAST, "5|7|1004,id|timeout|")];
    endpoint.receive(&report, 503);
    endpoint.receive(&report, 429);
    assert_eq!(endpoint.points("cache_hits"), [""; 0]);
    endpoint.receive(&report, 400);
    assert_eq!(endpoint.points("cache_hits"), ["7 client.sku=MSAL.NetCore"]);
    assert_eq!(endpoint.points("reported_failures").len(), 1);
    // MSAL for Python repeats its report until a request succeeds.
    let report = [(SKU, "MSAL.Python"), (LAST, "4|2|730,id|invalid_grant|")];
    endpoint.receive(&report, 400);
    assert_eq!(endpoint.points("cache_hits").len(), 1);
    endpoint.receive(&report, 200);
    assert_eq!(endpoint.points("cache_hits").len(), 2);
}

#[test]
fn report_of_unknown_sdk_is_counted_once() {
    let endpoint = Endpoint::new();
    // Other libraries with this layout repeat it after a 400, or do not.
    let report = [(SKU, "Contoso.Auth"), (LAST, "4|2|730,id|invalid_grant|")];
    endpoint.receive(&report, 400);
    assert_eq!(endpoint.points("cache_hits"), [""; 0]);
    endpoint.receive(&report, 200);
    assert_eq!(endpoint.points("cache_hits"), ["2 client.sku=other"]);
}

#[test]
fn unreadable_headers_by_reason() {
    let endpoint = Endpoint::new();
    let sku = (SKU, "MSAL.Java");
    endpoint.receive(&[sku, (CURRENT, "9|1004,2|"), (LAST, "5|x|||")], 200);
    endpoint.receive(&[sku, (CURRENT, "5|1004,2|0,1"), (LAST, "")], 200);
    assert_eq!(
        endpoint.points("unreadable_headers"),
        [
            "1 error.type=not-a-number client.sku=MSAL.Java header=x-client-last-telemetry",
            "1 error.type=unknown-schema client.sku=MSAL.Java header=x-client-current-telemetry",
            "1 error.type=wrong-field-count client.sku=MSAL.Java \
             header=x-client-current-telemetry",
        ]
    );
    assert_eq!(
        endpoint.points("requests"),
        ["2 client.sku=MSAL.Java response.class=2xx"]
    );
}

struct Fabrikam;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Fabrikam)]
enum FabrikamApi {
    SignIn = 1004,
}

#[test]
fn provider_adds_names_of_its_sdk() {
    assert_eq!(FabrikamApi::SignIn.api().number(), 1004);
    let endpoint = Endpoint::with(|metrics| {
        metrics
            .known_sku("Fabrikam.Auth")
            .known_apis::<FabrikamApi>()
    });
    let mut headers = [(SKU, "Fabrikam.Auth"), (CURRENT, "5|1004,0,,,|0,1,1,,,")];
    endpoint.receive(&headers, 200);
    headers[0].1 = "Contoso.Auth";
    endpoint.receive(&headers, 200);
    headers[1].1 = "5|4711,0,,,|0,1,1,,,";
    endpoint.receive(&headers, 200);
    assert_eq!(
        endpoint.points("requests"),
        [
            "1 api.name=4711 client.sku=other response.class=2xx",
            "1 api.name=SignIn client.sku=Fabrikam.Auth response.class=2xx",
            "1 api.name=SignIn client.sku=other response.class=2xx",
        ]
    );
}

#[test]
fn exported_server_metrics_match_catalog() {
    let endpoint = Endpoint::new();
    let last = (LAST, "5|7|1004,id|timeout|");
    let (sku, version) = ((SKU, "MSAL.NetCore"), (VERSION, "4.47.0.0"));
    let current = (CURRENT, "5|1004,2,,,|0,1,1,,,");
    endpoint.receive(&[sku, version, current, last], 200);
    endpoint.receive(&[sku, (CURRENT, "?")], 200);
    let points = endpoint.sink.collect();
    for metric in Metric::SERVER {
        let of_metric = points.iter().filter(|it| it.metric == metric.name());
        let keys = of_metric.map(|point| {
            assert_eq!(point.scope.0, SERVER_METER);
            assert_eq!(point.scope.0, metric.meter());
            assert_eq!(Some(&*point.unit), metric.unit());
            assert_eq!(point.description, metric.description());
            point.attributes.keys().map(String::as_str)
        });
        let mut keys: Vec<&str> = keys.flatten().collect();
        keys.sort_unstable();
        keys.dedup();
        let mut known: Vec<&str> = metric.attributes().collect();
        known.sort_unstable();
        assert_eq!(keys, known, "{}", metric.name());
        assert_eq!(Metric::named(metric.name()).unwrap().name(), metric.name());
    }
    assert!(
        points
            .iter()
            .all(|it| it.metric.starts_with("token_telemetry.server."))
    );
}

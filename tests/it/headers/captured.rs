//! The test helper that parses the telemetry of a captured request.

use std::panic::catch_unwind;

use http::{HeaderMap, HeaderValue};
use token_telemetry::api::Api;
use token_telemetry::entra::{CurrentField, Dialect, FieldValue};
use token_telemetry::test_util::SentTelemetry;

use super::{Ending, fail, hit, noting, speaking};

use crate::support::prelude::*;

const ID: &str = "ad8c894a-557f-48c0-b045-c129590c344e";

#[test]
fn headers_and_form_fields_parse_alike() {
    for dialect in [Dialect::default(), Dialect::msal_node()] {
        let telemetry = speaking(dialect);
        hit(&telemetry);
        fail(&telemetry, Ending::Early("one"));
        fail(&telemetry, Ending::Early("two"));
        let sent = noting(&telemetry, || {
            Acquisition::current().set_correlation_id(ID);
            Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        });
        let sent = if sent.form.is_empty() {
            SentTelemetry::of_headers(&sent.headers).unwrap()
        } else {
            SentTelemetry::of_form(sent.form).unwrap()
        };
        sent.assert_api(LabApi::ForClient)
            .assert_refresh(CacheRefreshReason::Expired)
            .assert_hits(1)
            .assert_failures(&["one", "two"]);
        assert_eq!(sent.request_id(), ID.parse().ok());
        assert_eq!(sent.sdk(), (Some("Lab.Auth"), Some("1.2.3")));
        let api = sent.current().unwrap().get(CurrentField::Api);
        assert_eq!(api, Some(&FieldValue::Number(1004)));
    }
}

#[test]
fn request_without_telemetry_is_empty() {
    let sent = SentTelemetry::of_headers(&HeaderMap::new()).unwrap();
    assert_eq!(sent, SentTelemetry::default());
    sent.assert_hits(0).assert_failures(&[]);
}

#[test]
fn parse_error_names_the_header() {
    let mut headers = HeaderMap::new();
    headers.insert(
        "x-client-last-telemetry",
        HeaderValue::from_static("4|0|730,id|a,b|"),
    );
    let error = SentTelemetry::of_headers(&headers).unwrap_err();
    assert_eq!(error.header(), "x-client-last-telemetry");
    assert!(
        error
            .to_string()
            .starts_with("x-client-last-telemetry: expected one error code per failure")
    );
}

#[test]
fn failed_assertion_shows_the_value() {
    let sent = SentTelemetry::of_form([("x-client-current-telemetry", "5|1004,2,,,|,")]).unwrap();
    let message = |assertion: fn(&SentTelemetry)| {
        let panicked = catch_unwind(|| assertion(&sent)).unwrap_err();
        panicked.downcast_ref::<String>().unwrap().clone()
    };
    let api = message(|sent| {
        sent.assert_api(Api::new(1007, "Silent"));
    });
    assert!(api.contains("1004") && api.contains("1007"), "{api}");
    let refresh = message(|sent| {
        sent.assert_refresh(CacheRefreshReason::Expired);
    });
    assert!(refresh.contains("NoCachedAccessToken"), "{refresh}");
    let hits = message(|sent| {
        sent.assert_hits(1);
    });
    assert!(hits.contains("cache hits"), "{hits}");
    let failures = message(|sent| {
        sent.assert_failures(&["one"]);
    });
    assert!(failures.contains("one"), "{failures}");
}

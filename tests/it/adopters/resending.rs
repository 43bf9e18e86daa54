//! Clients with their own header map that send one request object several times.

use std::collections::BTreeMap;

use token_telemetry::entra::Dialect;

use crate::support::prelude::*;

const LAST: &str = "x-client-last-telemetry";

type Headers = BTreeMap<String, String>;

/// Sends one request object once per status; returns its headers on each attempt.
fn arrived(telemetry: &Telemetry, statuses: &[u16]) -> Vec<Headers> {
    let mut arrived = Vec::new();
    let sends = || {
        let mut headers = Headers::from([("x-own".to_owned(), "stays".to_owned())]);
        for status in statuses {
            let mut attempt = token_request();
            attempt.apply_with(|name, value| match value {
                Some(value) => drop(headers.insert(name.to_owned(), value.to_owned())),
                None => drop(headers.remove(name)),
            });
            arrived.push(headers.clone());
            attempt.responded(*status);
        }
    };
    if statuses.last() == Some(&200) {
        acquire(telemetry, sends);
    } else {
        fail(telemetry, "invalid_client", sends);
    }
    arrived
}

fn reports(attempts: &[Headers]) -> Vec<bool> {
    let report = |headers: &Headers| {
        headers
            .get(LAST)
            .is_some_and(|value| value.contains("invalid_client"))
    };
    attempts.iter().map(report).collect()
}

#[test]
fn resent_request_reports_failure_once() {
    let telemetry = Telemetry::builder()
        .sdk("Lab.Auth", "1.2.3")
        .build()
        .unwrap();
    arrived(&telemetry, &[401]);
    let attempts = arrived(&telemetry, &[408, 200]);
    assert_eq!(reports(&attempts), [true, false]);
    for headers in &attempts {
        assert_eq!(headers["x-own"], "stays");
        assert_eq!(headers["x-client-sku"], "Lab.Auth");
        assert!(headers["x-client-current-telemetry"].starts_with("5|1004,"));
    }
    let id = |headers: &Headers| headers["client-request-id"].clone();
    assert_eq!(id(&attempts[0]), id(&attempts[1]));
}

#[test]
fn undelivered_failure_is_reported_again() {
    let telemetry = Telemetry::builder().build().unwrap();
    arrived(&telemetry, &[401]);
    assert_eq!(
        reports(&arrived(&telemetry, &[503, 200, 200])),
        [true, true, false]
    );
}

#[test]
fn same_headers_as_header_map() {
    for dialect in [
        Dialect::default(),
        Dialect::msal_node(),
        Dialect::msal_android(),
    ] {
        let telemetry = Telemetry::builder()
            .dialect(dialect)
            .sdk("Lab.Auth", "1")
            .build()
            .unwrap();
        let pairs = arrived(&telemetry, &[200]).remove(0);
        let map = acquire(&telemetry, || exchange(TOKEN_URL, 200));
        let names = |name: &str| !matches!(name, "x-own" | "client-request-id");
        let of_pairs: BTreeMap<_, _> = pairs.into_iter().filter(|(name, _)| names(name)).collect();
        let of_map: BTreeMap<_, _> = map
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .filter(|(name, _)| names(name))
            .collect();
        assert_eq!(of_pairs, of_map);
    }
}

#[test]
fn no_headers_outside_an_acquisition() {
    token_request().apply_with(|name, _| panic!("{name}"));
}

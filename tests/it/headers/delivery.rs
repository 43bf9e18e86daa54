//! The authority of a failure, and that each failure is delivered, pending, or lost.

use token_telemetry::entra::{Dialect, MsalNetVersion};

use super::{Sent, speaking, waiting};

use crate::support::prelude::*;

pub(super) const PUBLIC: &str = "https://login.example/tenant/token";
const OTHER: &str = "https://login.other.example/tenant/token";
const DISCOVERY: &str = "https://discovery.example/common/instance";
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// Sends requests for these purposes one after the other, and fails.
pub(super) fn fail_after(telemetry: &Telemetry, requests: &[(&str, Purpose)], code: &str) {
    fail(telemetry, code, || {
        for (url, purpose) in requests {
            let mut request = Acquisition::current().token_request(url).purpose(*purpose);
            drop(request.take_headers());
            request.responded(400);
        }
    });
}

/// Fails at the token endpoint of a host.
pub(super) fn fail_at(telemetry: &Telemetry, url: &str, code: &str) {
    fail_after(telemetry, &[(url, Purpose::Token)], code);
}

/// Starts a token request, and leaves it open.
pub(crate) fn open(telemetry: &Telemetry, url: &str) -> (TokenRequest, Vec<String>) {
    let opening = async {
        let mut request = Acquisition::current().token_request(url);
        let headers = request.take_headers();
        Ok((request, headers))
    };
    let (request, headers) = now(silent(telemetry, opening)).unwrap();
    let codes = text(&headers, "x-client-last-telemetry")
        .split('|')
        .nth(3)
        .unwrap_or_default();
    let codes = codes.split(',').filter(|code| !code.is_empty());
    (request, codes.map(str::to_owned).collect())
}

/// Returns the failures that a delivered request to this URL reports.
pub(super) fn delivered(telemetry: &Telemetry, url: &str) -> Vec<String> {
    let (request, codes) = open(telemetry, url);
    request.responded(200);
    codes
}

fn authorities(telemetry: &Telemetry) -> Vec<Option<String>> {
    let pending = telemetry.pending_failures().into_iter();
    let authority = |failure: token_telemetry::entra::PendingFailure| failure.authority;
    pending
        .map(|failure| authority(failure).map(|host| host.to_string()))
        .collect()
}

#[test]
fn discovery_failure_has_no_authority() {
    let telemetry = speaking(Dialect::default());
    fail_after(&telemetry, &[(DISCOVERY, Purpose::Discovery)], "discovery");
    assert_eq!(authorities(&telemetry), [None]);
    assert_eq!(delivered(&telemetry, PUBLIC), ["discovery"]);
    assert_eq!(telemetry.pending_failures(), []);
}

#[test]
fn only_token_requests_set_the_authority() {
    let telemetry = speaking(Dialect::default());
    let token = (PUBLIC, Purpose::Token);
    let discovery = (DISCOVERY, Purpose::Discovery);
    let metadata = (METADATA, Purpose::InstanceMetadata);
    for requests in [
        &[token, discovery][..],
        &[discovery, token],
        &[token, discovery, discovery],
        &[metadata, token, metadata],
        &[(OTHER, Purpose::Token), token, discovery],
    ] {
        fail_after(&telemetry, requests, "refused");
        assert_eq!(authorities(&telemetry), [Some("login.example".to_owned())]);
        assert!(delivered(&telemetry, OTHER).is_empty(), "{requests:?}");
        assert_eq!(delivered(&telemetry, PUBLIC), ["refused"]);
    }
}

#[test]
fn managed_identity_failures_are_not_queued() {
    let telemetry = speaking(Dialect::default());
    for _ in 0..60 {
        fail_after(&telemetry, &[(METADATA, Purpose::InstanceMetadata)], "busy");
    }
    assert_eq!(telemetry.pending_failures(), []);
    assert_eq!(telemetry.lost_failures(), 0);
}

#[test]
fn only_acknowledged_failures_count_as_delivered() {
    let telemetry = speaking(Dialect::default());
    fail_after(&telemetry, &[], "first");
    fail_after(&telemetry, &[], "second");
    for (status, count) in [(503, 0), (200, 2), (200, 2)] {
        let (request, _) = open(&telemetry, PUBLIC);
        request.responded(status);
        assert_eq!(telemetry.delivered_failures(), count, "{status}");
    }
}

#[test]
fn unreadable_hosts_are_distinct() {
    let telemetry = speaking(Dialect::default());
    let urls = [
        "https://l\u{f6}gin.example/token",
        "https://\u{e9}vil.example/token",
        "https://login%2eexample/token",
        "https://login%2Eother/token",
        "/token",
    ];
    for url in urls {
        fail_at(&telemetry, url, "refused");
        for other in urls.iter().filter(|other| **other != url) {
            assert!(delivered(&telemetry, other).is_empty(), "{url} {other}");
        }
        assert_eq!(delivered(&telemetry, url), ["refused"], "{url}");
    }
    fail_at(
        &telemetry,
        "https://u:p@L\u{d6}GIN.example:8443/other?q",
        "refused",
    );
    assert_eq!(delivered(&telemetry, urls[0]), ["refused"]);
}

#[test]
fn unreadable_host_is_not_displayed() {
    let telemetry = speaking(Dialect::default());
    fail_at(&telemetry, "https://c\u{f6}ntoso.example/token", "refused");
    let pending = telemetry.pending_failures();
    assert_eq!(authorities(&telemetry), [Some(String::new())]);
    let shown = format!("{pending:?} {telemetry:?}");
    assert!(!shown.contains("ntoso"), "{shown}");
}

/// Polls a few times, perhaps fails with a code, and returns what each poll reported.
fn polled(telemetry: &Telemetry, code: Option<&str>) -> Vec<usize> {
    let mut reported = Vec::new();
    let polls = || {
        for _ in 0..3 {
            let mut request = token_request();
            let last = Sent::of(&mut request).last().unwrap_or_default();
            reported.push(last.matches("carried").count());
            request.pending(400);
        }
    };
    match code {
        Some(code) => fail(telemetry, code, polls),
        None => acquire(telemetry, polls),
    }
    reported
}

#[test]
fn polled_responses_deliver_as_the_dialect_says() {
    let busy = Some("temporarily_unavailable");
    let late = Some("request_timeout");
    let net_32 = Dialect::msal_net(MsalNetVersion::V4_32);
    let net_47 = Dialect::msal_net(MsalNetVersion::V4_47);
    for (dialect, code, reported, kept) in [
        (Dialect::default(), None, [1, 0, 0], false),
        (Dialect::default(), late, [1, 0, 0], false),
        (Dialect::msal_node(), late, [1, 0, 0], false),
        (Dialect::msal_browser(), late, [1, 0, 0], false),
        (Dialect::msal4j(), late, [1, 0, 0], false),
        (Dialect::msal_android(), late, [1, 0, 0], false),
        (Dialect::msal_python(), None, [1, 1, 1], true),
        (Dialect::msal_apple(), None, [1, 1, 1], true),
        (net_32, None, [1, 0, 0], false),
        (net_32, busy, [1, 0, 0], false),
        (net_32, late, [1, 0, 0], true),
        (net_47, None, [1, 0, 0], false),
        (net_47, busy, [1, 0, 0], true),
        (net_47, late, [1, 0, 0], true),
    ] {
        let telemetry = speaking(dialect);
        fail_after(&telemetry, &[], "carried");
        let found = polled(&telemetry, code);
        assert_eq!(found, reported, "{} {code:?}", dialect.name());
        let waits = waiting(&telemetry).contains(&"carried".to_owned());
        assert_eq!(waits, kept, "{} {code:?}", dialect.name());
    }
}

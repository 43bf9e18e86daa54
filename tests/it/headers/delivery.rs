//! The authority of a failure, and that each failure is delivered, pending, or lost.

use http::HeaderMap;
use token_telemetry::entra::{Dialect, MsalNetVersion};
use token_telemetry::{Acquisition, Purpose, Telemetry, TokenRequest, acquire_token};

use super::{run, speaking, waiting};
use crate::support::{LabApi, LabError};

pub(super) const PUBLIC: &str = "https://login.example/tenant/token";
const OTHER: &str = "https://login.other.example/tenant/token";
const DISCOVERY: &str = "https://discovery.example/common/instance";
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// Sends requests for these purposes one after the other, and fails.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn failing_after(
    telemetry: &Telemetry,
    requests: &[(&str, Purpose)],
    code: &str,
) -> Result<(), LabError> {
    for (url, purpose) in requests {
        let mut request = Acquisition::current().token_request(url).purpose(*purpose);
        drop(request.take_headers());
        request.responded(400);
    }
    Err(LabError::new(code))
}

pub(super) fn fail_after(telemetry: &Telemetry, requests: &[(&str, Purpose)], code: &str) {
    run(failing_after(telemetry, requests, code)).unwrap_err();
}

/// Fails at the token endpoint of a host.
pub(super) fn fail_at(telemetry: &Telemetry, url: &str, code: &str) {
    fail_after(telemetry, &[(url, Purpose::Token)], code);
}

/// Starts a token request, and leaves it open.
#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn opening(telemetry: &Telemetry, url: &str) -> Result<(TokenRequest, HeaderMap), LabError> {
    let mut request = Acquisition::current().token_request(url);
    let headers = request.take_headers();
    Ok((request, headers))
}

pub(super) fn open(telemetry: &Telemetry, url: &str) -> (TokenRequest, Vec<String>) {
    let (request, headers) = run(opening(telemetry, url)).unwrap();
    let last = headers.get("x-client-last-telemetry");
    let last = last.map_or("", |last| last.to_str().unwrap());
    let codes = last.split('|').nth(3).unwrap_or_default();
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

/// Polls a few times, optionally fails with a code, and returns what each poll reported.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn polling(
    telemetry: &Telemetry,
    reported: &mut Vec<usize>,
    code: Option<&str>,
) -> Result<(), LabError> {
    for _ in 0..3 {
        let mut request = Acquisition::current().token_request(PUBLIC);
        let headers = [request.take_headers()];
        let form = request.form_fields();
        let in_headers = headers[0].get("x-client-last-telemetry");
        let in_form = form
            .iter()
            .find(|(name, _)| name.contains("last-telemetry"));
        let last = in_headers
            .map(|value| value.to_str().unwrap().to_owned())
            .or_else(|| in_form.map(|(_, value)| value.clone()));
        reported.push(last.map_or(0, |last| last.matches("carried").count()));
        request.pending(400);
    }
    code.map_or(Ok(()), |code| Err(LabError::new(code)))
}

#[test]
fn polled_responses_deliver_as_the_dialect_says() {
    let busy = Some("temporarily_unavailable");
    let late = Some("request_timeout");
    for (dialect, code, reported, kept) in [
        (Dialect::default(), None, [1, 0, 0], false),
        (Dialect::default(), late, [1, 0, 0], false),
        (Dialect::msal_node(), late, [1, 0, 0], false),
        (Dialect::msal_browser(), late, [1, 0, 0], false),
        (Dialect::msal4j(), late, [1, 0, 0], false),
        (Dialect::msal_android(), late, [1, 0, 0], false),
        (Dialect::msal_python(), None, [1, 1, 1], true),
        (Dialect::msal_apple(), None, [1, 1, 1], true),
        (
            Dialect::msal_net(MsalNetVersion::V4_32),
            None,
            [1, 0, 0],
            false,
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_32),
            busy,
            [1, 0, 0],
            false,
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_32),
            late,
            [1, 0, 0],
            true,
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_47),
            None,
            [1, 0, 0],
            false,
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_47),
            busy,
            [1, 0, 0],
            true,
        ),
        (
            Dialect::msal_net(MsalNetVersion::V4_47),
            late,
            [1, 0, 0],
            true,
        ),
    ] {
        let telemetry = speaking(dialect);
        fail_after(&telemetry, &[], "carried");
        let mut found = Vec::new();
        let _ended = run(polling(&telemetry, &mut found, code));
        assert_eq!(found, reported, "{} {code:?}", dialect.name());
        let waits = waiting(&telemetry).contains(&"carried".to_owned());
        assert_eq!(waits, kept, "{} {code:?}", dialect.name());
    }
}

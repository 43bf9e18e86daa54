//! Which hosts receive the headers, and which failures each host receives.

use token_telemetry::{Acquisition, Telemetry, acquire_token};

use super::{headers_for, run};
use crate::support::{LabApi, LabError, TOKEN_URL, telemetry};

const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";

#[test]
fn authority_accepts_any_form_with_a_host() {
    for authority in [
        "login.example",
        "Login.Example",
        "login.example:443",
        "login.example.",
        "https://login.example",
        "https://login.example/tenant/",
        "https://LOGIN.example:443/tenant/",
    ] {
        let builder = Telemetry::builder().authorities([authority]);
        let telemetry = builder.build().unwrap();
        for (url, goes) in [
            (TOKEN_URL, true),
            ("https://login.example:8443/token", true),
            ("https://LOGIN.EXAMPLE./token", true),
            ("https://user:password@login.example/token", true),
            ("https://login.example@other.example/token", false),
            ("https://other.example\\@login.example/token", false),
            ("https://login.example.other.example/token", false),
            ("login.example/token", false),
            ("/token", false),
            ("", false),
        ] {
            let headers = run(headers_for(&telemetry, url)).unwrap();
            assert_eq!(headers.contains_key(CURRENT), goes, "{authority} {url}");
        }
    }
}

#[test]
fn authority_without_host_is_rejected() {
    for authority in ["", "https://", "https://log in"] {
        let builder = Telemetry::builder().authorities(["login.example", authority]);
        let error = builder.build().unwrap_err();
        assert!(error.is_authority(), "{authority}");
        let expected = "invalid authority 2: expected a host or a URL with a host";
        assert_eq!(error.to_string(), expected, "{authority}");
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn fails_at(telemetry: &Telemetry, url: &str) -> Result<(), LabError> {
    Acquisition::current().token_request(url).responded(400);
    Err(LabError::new("invalid_grant"))
}

#[test]
fn failure_at_unknown_host_stays_there() {
    let (telemetry, _recorder) = telemetry();
    run(fails_at(&telemetry, "/token")).unwrap_err();
    let headers = run(headers_for(&telemetry, TOKEN_URL)).unwrap();
    assert!(!headers.contains_key(LAST), "{headers:?}");
    assert_eq!(telemetry.pending_failures().len(), 1);
    let headers = run(headers_for(&telemetry, "/token")).unwrap();
    assert!(headers.contains_key(LAST), "{headers:?}");
    assert!(telemetry.pending_failures().is_empty());
}

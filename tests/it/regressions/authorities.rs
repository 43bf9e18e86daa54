//! Which hosts the headers go to, and which failures a host is told of.

use crate::support::prelude::*;

const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";

#[test]
fn an_authority_may_be_written_in_any_form_that_names_its_host() {
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
            let headers = acquire(&telemetry, || exchange(url, 200));
            assert_eq!(headers.contains_key(CURRENT), goes, "{authority} {url}");
        }
    }
}

#[test]
fn authority_without_a_host_fails_the_build() {
    for (authorities, position) in [
        (&["login.example", ""][..], 2),
        (&["https://"], 1),
        (&["https://log in", "login.example"], 1),
    ] {
        let error = Telemetry::builder()
            .authorities(authorities)
            .build()
            .unwrap_err();
        assert!(error.is_authority() && !error.is_client_info());
        assert!(
            error
                .to_string()
                .contains(&format!("authority {position}:")),
            "{error}"
        );
    }
}

#[test]
fn empty_list_of_authorities_lets_nothing_through() {
    let telemetry = Telemetry::builder().authorities([""; 0]).build().unwrap();
    for url in ["", "https://", "https://https/", TOKEN_URL] {
        assert!(
            acquire(&telemetry, || exchange(url, 200)).is_empty(),
            "{url}"
        );
    }
}

#[test]
fn a_failure_at_a_host_that_cannot_be_read_is_told_to_no_other() {
    let (telemetry, _recorder) = telemetry();
    let url = "/token";
    fail(&telemetry, "invalid_grant", || drop(exchange(url, 400)));
    let headers = acquire(&telemetry, || exchange(TOKEN_URL, 200));
    assert!(!headers.contains_key(LAST), "{headers:?}");
    assert_eq!(telemetry.pending_failures().len(), 1);
    let headers = acquire(&telemetry, || exchange("/token", 200));
    assert!(headers.contains_key(LAST), "{headers:?}");
    assert!(telemetry.pending_failures().is_empty());
}

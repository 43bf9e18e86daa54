//! The kinds that errors are assigned to.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt as _;
use token_telemetry::error::ErrorKind::{
    self, ConsentRequired, CredentialUnavailable, InteractionRequired, InvalidConfiguration,
    ServiceUnavailable, Throttled, Transport, Unknown,
};

use crate::support::prelude::*;

#[test]
fn kind_by_number() {
    let rows = [
        (
            "wrong secret",
            "invalid_client",
            7_000_215,
            InvalidConfiguration,
        ),
        (
            "second factor",
            "interaction_required",
            50_076,
            InteractionRequired,
        ),
        (
            "second factor to enroll",
            "invalid_grant",
            50_079,
            InteractionRequired,
        ),
        ("consent", "invalid_grant", 65_001, ConsentRequired),
        (
            "refresh token expired",
            "invalid_grant",
            700_082,
            InteractionRequired,
        ),
        (
            "no such application",
            "unauthorized_client",
            700_016,
            InvalidConfiguration,
        ),
        ("client in a loop", "invalid_grant", 50_196, Throttled),
        (
            "directory down",
            "invalid_request",
            90_033,
            ServiceUnavailable,
        ),
        ("number without meaning", "slow_down", 1, Throttled),
    ];
    for (name, code, number, kind) in rows {
        let info = ErrorInfo::new(code).with_sts_codes([number]);
        assert_eq!(info.kind(), kind, "{name}");
    }
}

#[test]
fn kind_by_code() {
    let rows = [
        ("consent_required", ConsentRequired),
        ("expired_token", InteractionRequired),
        ("slow_down", Throttled),
        ("temporarily_unavailable", ServiceUnavailable),
        (
            "managed_identity_unreachable_network",
            CredentialUnavailable,
        ),
        ("contoso_error", Unknown),
    ];
    for (code, kind) in rows {
        // The code says more than the status.
        assert_eq!(ErrorInfo::new(code).with_status(400).kind(), kind, "{code}");
    }
}

#[test]
fn kind_by_suberror_status_and_failure() {
    let by_status = |status| ErrorInfo::new("contoso_error").with_status(status).kind();
    assert_eq!(
        [503, 429, 404].map(by_status),
        [ServiceUnavailable, Throttled, Unknown]
    );
    let info = ErrorInfo::new("invalid_grant").with_suberror("consent_required");
    assert_eq!(info.kind(), ConsentRequired);
    assert_eq!(
        ErrorInfo::transport(TransportError::Connect).kind(),
        Transport
    );
    assert_eq!(ErrorInfo::unknown().kind(), Unknown);
}

#[test]
fn first_known_number_decides() {
    let info = ErrorInfo::new("invalid_client").with_sts_codes([1, 65_001, 50_196]);
    assert_eq!(info.kind(), ConsentRequired);
}

#[test]
fn sdk_overrides_kind() {
    let info = ErrorInfo::new("invalid_client").with_kind(CredentialUnavailable);
    assert_eq!(info.kind(), CredentialUnavailable);
    let merged = ErrorInfo::unknown().or(info);
    assert_eq!(merged.kind(), CredentialUnavailable);
}

#[test]
fn only_users_and_callers_are_expected() {
    let expected: Vec<_> = ErrorKind::ALL
        .iter()
        .filter(|kind| kind.is_expected())
        .map(|kind| kind.name())
        .collect();
    assert_eq!(
        expected,
        ["interaction_required", "consent_required", "cancelled"]
    );
}

/// Ends a request.
type Send = fn(TokenRequest);

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = ErrorInfo::clone)]
async fn failing(telemetry: &Telemetry, info: ErrorInfo, send: Send) -> Result<(), ErrorInfo> {
    send(token_request());
    Err(info)
}

#[test]
fn kind_of_record_from_its_requests() {
    let own = || ErrorInfo::new("own_code");
    let rows: [(ErrorInfo, Send, ErrorKind); 7] = [
        (own(), |sent| sent.responded(200), Unknown),
        (own(), |sent| sent.responded(400), Unknown),
        (own(), |sent| sent.responded(429), Throttled),
        (own(), |sent| sent.responded(503), ServiceUnavailable),
        (own(), |sent| sent.failed(TransportError::Dns), Transport),
        (
            ErrorInfo::new("invalid_grant"),
            |sent| sent.responded(503),
            InteractionRequired,
        ),
        (
            own().with_kind(Unknown),
            |sent| sent.responded(503),
            Unknown,
        ),
    ];
    for (info, send, kind) in rows {
        let (telemetry, recorder) = telemetry();
        now(failing(&telemetry, info.clone(), send)).unwrap_err();
        assert_eq!(only(&recorder).error_kind(), Some(kind), "{info:?}");
    }
}

#[test]
fn kind_of_record_by_outcome() {
    let (telemetry, recorder) = telemetry();
    let cancelled = for_client(&telemetry, std::future::pending::<Result<(), _>>());
    assert!(cancelled.now_or_never().is_none());
    assert_eq!(only(&recorder).error_kind(), Some(ErrorKind::Cancelled));
    let panicking = for_client::<()>(&telemetry, async { panic!("the body panics") });
    catch_unwind(AssertUnwindSafe(|| now(panicking))).unwrap_err();
    assert_eq!(only(&recorder).error_kind(), Some(Unknown));
    fail(&telemetry, "later", || {
        Acquisition::current().record_pending();
    });
    assert_eq!(only(&recorder).error_kind(), None);
    assert_eq!(record_of(|| ()).error_kind(), None);
}

//! The kinds that errors are assigned to.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt as _;
use token_telemetry::error::ErrorKind;

use crate::support::prelude::*;

/// What identity providers and networks report, and who has to act.
#[test]
fn kinds_of_real_errors() {
    let new = |code: &str| ErrorInfo::new(code);
    let rows = [
        (
            "wrong secret",
            new("invalid_client")
                .with_sts_codes([7_000_215])
                .with_status(401),
            ErrorKind::InvalidConfiguration,
        ),
        (
            "second factor",
            new("interaction_required").with_sts_codes([50_076]),
            ErrorKind::InteractionRequired,
        ),
        (
            "second factor, as invalid_grant",
            new("invalid_grant")
                .with_sts_codes([50_079])
                .with_suberror("basic_action"),
            ErrorKind::InteractionRequired,
        ),
        (
            "consent, by number",
            new("invalid_grant").with_sts_codes([65_001]),
            ErrorKind::ConsentRequired,
        ),
        (
            "consent, by suberror",
            new("invalid_grant").with_suberror("consent_required"),
            ErrorKind::ConsentRequired,
        ),
        (
            "consent, by code",
            new("consent_required"),
            ErrorKind::ConsentRequired,
        ),
        (
            "refresh token expired",
            new("invalid_grant").with_sts_codes([700_082]),
            ErrorKind::InteractionRequired,
        ),
        (
            "unknown application",
            new("unauthorized_client").with_sts_codes([700_016]),
            ErrorKind::InvalidConfiguration,
        ),
        (
            "client in a loop",
            new("invalid_grant").with_sts_codes([50_196]),
            ErrorKind::Throttled,
        ),
        (
            "directory down",
            new("invalid_request").with_sts_codes([90_033]),
            ErrorKind::ServiceUnavailable,
        ),
        (
            "device code expired",
            new("expired_token"),
            ErrorKind::InteractionRequired,
        ),
        ("poll too often", new("slow_down"), ErrorKind::Throttled),
        (
            "busy, by code",
            new("temporarily_unavailable").with_status(400),
            ErrorKind::ServiceUnavailable,
        ),
        (
            "busy, by status",
            new("unexpected").with_status(503),
            ErrorKind::ServiceUnavailable,
        ),
        (
            "too many requests",
            new("unexpected").with_status(429),
            ErrorKind::Throttled,
        ),
        (
            "no connection",
            ErrorInfo::transport(TransportError::Connect),
            ErrorKind::Transport,
        ),
        (
            "no metadata service",
            new("managed_identity_unreachable_network"),
            ErrorKind::CredentialUnavailable,
        ),
        (
            "own code",
            new("contoso_error").with_status(400),
            ErrorKind::Unknown,
        ),
        ("nothing", ErrorInfo::unknown(), ErrorKind::Unknown),
    ];
    for (name, info, kind) in rows {
        assert_eq!(info.kind(), kind, "{name}: {info:?}");
    }
}

#[test]
fn first_known_number_decides() {
    let info = ErrorInfo::new("invalid_client").with_sts_codes([1, 65_001, 50_196]);
    assert_eq!(info.kind(), ErrorKind::ConsentRequired);
}

#[test]
fn sdk_overrides_kind() {
    let info = ErrorInfo::new("invalid_client").with_kind(ErrorKind::CredentialUnavailable);
    assert_eq!(info.kind(), ErrorKind::CredentialUnavailable);
    let merged = ErrorInfo::unknown().or(info);
    assert_eq!(merged.kind(), ErrorKind::CredentialUnavailable);
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
        (own(), |sent| sent.responded(200), ErrorKind::Unknown),
        (own(), |sent| sent.responded(400), ErrorKind::Unknown),
        (own(), |sent| sent.responded(429), ErrorKind::Throttled),
        (
            own(),
            |sent| sent.responded(503),
            ErrorKind::ServiceUnavailable,
        ),
        (
            own(),
            |sent| sent.failed(TransportError::Dns),
            ErrorKind::Transport,
        ),
        (
            ErrorInfo::new("invalid_grant"),
            |sent| sent.responded(503),
            ErrorKind::InteractionRequired,
        ),
        (
            own().with_kind(ErrorKind::Unknown),
            |sent| sent.responded(503),
            ErrorKind::Unknown,
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
    assert_eq!(only(&recorder).error_kind(), Some(ErrorKind::Unknown));
    fail(&telemetry, "later", || {
        Acquisition::current().record_pending();
    });
    assert_eq!(only(&recorder).error_kind(), None);
    assert_eq!(record_of(|| ()).error_kind(), None);
}

//! The kinds that errors are assigned to.

use token_telemetry::error::ErrorKind;
use token_telemetry::{ErrorInfo, TransportError};

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

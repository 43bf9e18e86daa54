//! Functions that return `Ok(None)`.

use crate::support::prelude::*;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the attribute calls it so"
)]
#[expect(clippy::ref_option, reason = "the attribute calls it so")]
fn token_info(token: &Option<u8>) -> TokenInfo {
    token.map_or(TokenInfo::none(), |_| TokenInfo::new())
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry, token_info = token_info)]
async fn silent_token(
    telemetry: &Telemetry,
    body: impl Future<Output = Option<u8>>,
) -> Result<Option<u8>, LabError> {
    Ok(body.await)
}

#[test]
fn neither_success_nor_failure() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(now(silent_token(&telemetry, async { None })), Ok(None));
    let record = only(&recorder);
    assert_eq!(record.outcome(), Outcome::NoToken);
    assert_eq!(record.outcome().name(), "no_token");
    assert!(!record.is_ok());
    assert_eq!(
        (record.error(), record.error_kind(), record.token_source()),
        (None, None, None)
    );
    let totals = telemetry.totals();
    assert_eq!((totals.no_token, totals.unknown), (1, 0));
    assert_eq!((totals.failures, totals.pending), (0, 0));
    assert_eq!(totals.duration, std::time::Duration::ZERO);
    assert!(telemetry.pending_failures().is_empty());
}

#[test]
fn returned_token_decides() {
    let (telemetry, recorder) = telemetry();
    let token = async {
        Acquisition::current().record_token(TokenInfo::none());
        Some(1)
    };
    now(silent_token(&telemetry, token)).unwrap();
    assert_eq!(only(&recorder).outcome(), Outcome::Ok);
}

#[test]
fn last_recorded_token_decides() {
    let current = Acquisition::current;
    let none = record_of(|| current().record_token(TokenInfo::none()));
    assert_eq!(none.outcome(), Outcome::NoToken);
    let some = record_of(|| {
        current().record_token(TokenInfo::none());
        current().record_token(TokenInfo::new());
    });
    assert_eq!(some.outcome(), Outcome::Ok);
}

/// The function around it may have got its token in another way.
#[test]
fn merged_call_does_not_decide() {
    let (telemetry, recorder) = telemetry();
    let outer = for_client(&telemetry, silent_token(&telemetry, async { None }));
    assert_eq!(now(outer), Ok(None));
    assert_eq!(only(&recorder).outcome(), Outcome::Ok);
}

#[test]
fn error_is_an_error() {
    let (telemetry, recorder) = telemetry();
    fail(&telemetry, "invalid_grant", || {
        Acquisition::current().record_token(TokenInfo::none());
    });
    assert_eq!(only(&recorder).outcome(), Outcome::Error);
}

#[test]
fn request_is_acknowledged() {
    let (telemetry, _recorder) = telemetry();
    fail(&telemetry, "earlier", || ());
    let sent = async {
        let _headers = exchange(TOKEN_URL, 200);
        None
    };
    now(silent_token(&telemetry, sent)).unwrap();
    assert!(telemetry.pending_failures().is_empty());
}

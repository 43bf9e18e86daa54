//! Functions that poll once per call: a pending response is not a failure.

use token_telemetry::Totals;

use crate::support::prelude::*;

fn describe(error: &LabError) -> ErrorInfo {
    match error.0.as_str() {
        "poll_continue" => ErrorInfo::pending(),
        code => ErrorInfo::new(code),
    }
}

/// Polls once, in a flow where the caller runs the loop; returns the last-telemetry header sent.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, error_info = describe)]
async fn poll_once(telemetry: &Telemetry, code: &str) -> Result<String, LabError> {
    let headers = exchange(TOKEN_URL, if code.is_empty() { 200 } else { 400 });
    if code.is_empty() {
        return Ok(text(&headers, "x-client-last-telemetry").to_owned());
    }
    Err(LabError::new(code))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn records_pending(telemetry: &Telemetry, fails: bool) -> Result<(), LabError> {
    Acquisition::current().record_pending();
    if fails {
        return Err(LabError::new("mfa_required"));
    }
    Ok(())
}

#[test]
fn pending_call_is_not_a_failure() {
    let (telemetry, recorder) = telemetry();
    for _ in 0..3 {
        let polled = now(poll_once(&telemetry, "poll_continue"));
        assert_eq!(polled, Err(LabError::new("poll_continue")));
    }
    let records = recorder.take();
    assert_eq!(records.len(), 3);
    for record in &records {
        assert_eq!(record.outcome(), Outcome::Pending);
        assert_eq!((record.attempt_count(), record.status()), (1, Some(400)));
        assert_eq!((record.token_source(), record.error_code()), (None, None));
        assert!(!record.is_ok());
    }
    let totals = telemetry.totals();
    assert_eq!((totals.pending, totals.failures), (3, 0));
    assert_eq!(telemetry.pending_failures(), []);
    assert_eq!(now(poll_once(&telemetry, "")), Ok(String::new()));
}

#[test]
fn failure_after_pending_is_reported() {
    let (telemetry, _recorder) = telemetry();
    now(poll_once(&telemetry, "poll_continue")).unwrap_err();
    now(poll_once(&telemetry, "expired_token")).unwrap_err();
    let last = now(poll_once(&telemetry, "")).unwrap();
    assert!(last.ends_with("|expired_token|"), "{last}");
    let expected = Totals::default();
    let Totals {
        pending, failures, ..
    } = telemetry.totals();
    assert_eq!((pending, failures), (1 + expected.pending, 1));
}

#[test]
fn body_can_record_pending() {
    let (telemetry, recorder) = telemetry();
    let captured = now(capture(records_pending(&telemetry, true)));
    let record = captured.last().unwrap();
    assert_eq!(record.outcome(), Outcome::Pending);
    assert_eq!(record.error_code(), Some("mfa_required"));
    assert_eq!(only(&recorder).outcome(), Outcome::Pending);
    assert_eq!(telemetry.totals().failures, 0);
}

/// A cache around [`poll_once`] whose error has no code.
#[acquire_token(api = LabApi::Silent, telemetry = telemetry, error_info = undescribed)]
async fn cached_poll(telemetry: &Telemetry, code: &str) -> Result<String, LabError> {
    poll_once(telemetry, code).await
}

fn undescribed(_: &LabError) -> ErrorInfo {
    ErrorInfo::unknown()
}

#[test]
fn inner_pending_is_not_a_failure() {
    let (telemetry, recorder) = telemetry();
    now(cached_poll(&telemetry, "poll_continue")).unwrap_err();
    let record = only(&recorder);
    assert_eq!(record.outcome(), Outcome::Pending);
    assert_eq!((record.error_code(), record.status()), (None, Some(400)));
    let totals = telemetry.totals();
    assert_eq!((totals.pending, totals.failures), (1, 0));
    assert_eq!(telemetry.pending_failures(), []);
    now(cached_poll(&telemetry, "expired_token")).unwrap_err();
    assert_eq!(only(&recorder).error_code(), Some("expired_token"));
}

#[test]
fn returned_token_overrides_pending() {
    let (telemetry, recorder) = telemetry();
    now(records_pending(&telemetry, false)).unwrap();
    assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    assert_eq!(telemetry.totals().pending, 0);
}

#[test]
fn client_side_expiry_has_no_status() {
    for status in [None, Some(200), Some(403)] {
        let (telemetry, recorder) = telemetry();
        let device_code = || {
            token_request().pending(400);
            if let Some(status) = status {
                token_request().responded(status);
            }
        };
        if status == Some(200) {
            acquire(&telemetry, device_code);
        } else {
            fail(&telemetry, "expired_token", device_code);
        }
        assert_eq!(only(&recorder).status(), status);
    }
}

//! Retries, polling, fallbacks, failed refreshes: one record each, with all attempts.

use std::future::ready;

use super::{Timed, Whole, millis};

use crate::support::prelude::*;

/// One attempt that takes 10 ms and gets this status.
pub(super) fn attempt(clock: &ManualClock, status: u16) -> u16 {
    let request = token_request();
    clock.advance(millis(10));
    request.responded(status);
    status
}

fn retry(timed: &Timed, statuses: &[u16]) -> Result<(), LabError> {
    now(for_client(&timed.telemetry, async {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        for status in statuses {
            if attempt(&timed.clock, *status) == 200 {
                return Ok(());
            }
            timed.clock.advance(millis(50));
        }
        Err(LabError::new("service_not_available"))
    }))
}

#[test]
fn retries_count_but_backoff_is_not_http_time() {
    let timed = Timed::new();
    assert_eq!(retry(&timed, &[503, 503, 200]), Ok(()));
    let expected = Whole {
        reason: Some(CacheRefreshReason::Expired),
        total: 130,
        http: Some(30),
        attempts: 3,
        ..Whole::fetched()
    };
    assert_eq!(timed.only(), expected);
}

#[test]
fn failure_has_all_durations() {
    let timed = Timed::new();
    assert!(retry(&timed, &[503, 503]).is_err());
    let expected = Whole {
        reason: Some(CacheRefreshReason::Expired),
        total: 120,
        http: Some(20),
        attempts: 2,
        status: Some(503),
        ..Whole::failed("service_not_available")
    };
    assert_eq!(timed.only(), expected);
}

fn says_nothing(_: &std::io::Error) -> ErrorInfo {
    ErrorInfo::unknown()
}

#[acquire_token(api = LabApi::ForClient, telemetry = timed.telemetry, error_info = says_nothing)]
async fn unreachable_with_retry_after(timed: &Timed) -> Result<(), std::io::Error> {
    let mut throttled = Acquisition::current().token_request(TOKEN_URL);
    throttled.set_retry_after(millis(7_000));
    throttled.responded(429);
    let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    let sent = Acquisition::current().token_request(TOKEN_URL).send(|_| {
        timed.clock.advance(millis(3));
        ready(Err::<Status<()>, _>(refused()))
    });
    sent.await.map(drop)
}

#[test]
fn transport_error_supplies_code() {
    let timed = Timed::new();
    assert!(now(unreachable_with_retry_after(&timed)).is_err());
    let expected = Whole {
        total: 3,
        http: Some(3),
        attempts: 2,
        transport: Some(TransportError::Connect),
        retry_after: Some(7_000),
        ..Whole::failed("connect_error")
    };
    assert_eq!(timed.only(), expected);
}

#[test]
fn failed_proactive_refresh_is_kept() {
    let timed = Timed::new();
    let serves_the_old_token = async {
        let current = Acquisition::current();
        current.record_refresh_reason(CacheRefreshReason::ProactivelyRefreshed);
        attempt(&timed.clock, 503);
        let error = ErrorInfo::new("service_not_available");
        current.record_suppressed_error(error.with_status(503));
        current.record_stale_token();
        current.record_cache_hit(CacheLevel::L2Cache);
        let token = TokenInfo::new().with_token_type(TokenType::Pop);
        current.record_token(token.with_expires_in(millis(90_000)));
        Ok(())
    };
    assert_eq!(now(silent(&timed.telemetry, serves_the_old_token)), Ok(()));
    let expected = Whole {
        api: "Silent",
        source: Some(TokenSource::Cache),
        level: Some(CacheLevel::L2Cache),
        reason: Some(CacheRefreshReason::ProactivelyRefreshed),
        token_type: Some(TokenType::Pop),
        stale: true,
        lifetime: Some(90_000),
        status: Some(503),
        sub_failures: vec!["service_not_available".to_owned()],
        ..Whole::fetched()
    };
    assert_eq!(timed.only(), expected);
    assert_eq!(
        timed.telemetry.pending_failures()[0].code,
        "service_not_available"
    );
}

#[test]
fn background_refresh_has_own_record() {
    let timed = Timed::new();
    let refresh = async {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::ProactivelyRefreshed);
        attempt(&timed.clock, 200);
        Ok::<_, LabError>(())
    };
    let refreshed = now(timed.telemetry.background(LabApi::Silent, refresh));
    assert_eq!(refreshed, Ok(()));
    let expected = Whole {
        api: "Silent",
        reason: Some(CacheRefreshReason::ProactivelyRefreshed),
        background: true,
        ..Whole::fetched()
    };
    assert_eq!(timed.only(), expected);
    let totals = timed.telemetry.totals();
    assert_eq!((totals.identity_provider, totals.duration), (1, millis(0)));
}

#[test]
fn background_refresh_defaults_to_proactive() {
    let timed = Timed::new();
    let ask = || {
        let headers = exchange(TOKEN_URL, 200);
        Ok::<_, LabError>(text(&headers, "x-client-current-telemetry").to_owned())
    };
    let silent = timed.telemetry.background(LabApi::Silent, async { ask() });
    assert!(now(silent).unwrap().starts_with("5|1007,4,"));
    let reason = timed.only().reason;
    assert_eq!(reason, Some(CacheRefreshReason::ProactivelyRefreshed));

    let with_reason = async {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        ask()
    };
    let with_reason = timed.telemetry.background(LabApi::Silent, with_reason);
    assert!(now(with_reason).unwrap().starts_with("5|1007,3,"));
    assert_eq!(timed.only().reason, Some(CacheRefreshReason::Expired));
}

#[test]
fn credential_fallback_keeps_first_failure() {
    let timed = Timed::new();
    acquire(&timed.telemetry, || {
        attempt(&timed.clock, 400);
        Acquisition::current().record_suppressed_error(ErrorInfo::new("unauthorized_client"));
        let _presentable = Acquisition::current().time_in_extension();
        {
            let _cache = Acquisition::current().time_in_cache();
            timed.clock.advance(millis(4));
        }
        attempt(&timed.clock, 200);
    });
    let expected = Whole {
        total: 24,
        http: Some(20),
        cache: Some(4),
        extension: Some(14),
        attempts: 2,
        sub_failures: vec!["unauthorized_client".to_owned()],
        ..Whole::fetched()
    };
    assert_eq!(timed.only(), expected);
}

#[test]
fn serialized_record_omits_absent_fields() {
    let timed = Timed::new();
    assert!(retry(&timed, &[503]).is_err());
    let mut json = serde_json::to_value(only(&timed.recorder)).unwrap();
    let id = json
        .as_object_mut()
        .unwrap()
        .remove("correlation_id")
        .unwrap();
    assert_eq!(id.as_str().unwrap().len(), 36);
    let number = json.as_object_mut().unwrap().remove("id").unwrap();
    assert!(number.is_u64());
    let expected = serde_json::json!({
        "api": "ForClient",
        "api_number": 1004,
        "outcome": "error",
        "refresh_reason": "Expired",
        "duration_total_us": 60_000,
        "duration_in_http_us": 10_000,
        "endpoint_host": "redacted",
        "attempt_count": 1,
        "attempts": [{
            "number": 1,
            "purpose": "token",
            "host": "redacted",
            "start_us": 0,
            "duration_us": 10_000,
            "status": 503,
        }],
        "started_at_us": 0,
        "ended_at_us": 60_000,
        "status": 503,
        "error": { "code": "service_not_available", "kind": "service_unavailable" },
        "error_kind": "service_unavailable",
    });
    assert_eq!(json, expected);
}

//! Retries, polling, fallbacks, failed refreshes: one record each, with all attempts.

use std::future::ready;

use super::{Timed, Whole, millis};

use crate::support::prelude::*;

pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

/// One attempt that takes 10 ms and gets this status.
pub(super) async fn attempt(clock: &ManualClock, status: u16) -> u16 {
    let sent = Acquisition::current().token_request(TOKEN_URL).send(|_| {
        clock.advance(millis(10));
        ready(Ok::<_, std::io::Error>(Status::new(status, ())))
    });
    sent.await.map_or(0, |response| response.status)
}

#[acquire_token(api = LabApi::ForClient, telemetry = timed.telemetry)]
async fn with_retries(timed: &Timed, statuses: &[u16]) -> Result<(), LabError> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
    for status in statuses {
        if attempt(&timed.clock, *status).await == 200 {
            return Ok(());
        }
        timed.clock.advance(millis(50));
    }
    Err(LabError::new("service_not_available"))
}

#[test]
fn retries_count_but_backoff_is_not_http_time() {
    let timed = Timed::new();
    assert_eq!(run(with_retries(&timed, &[503, 503, 200])), Ok(()));
    let expected = Whole {
        api: "ForClient",
        outcome: Some(Outcome::Ok),
        source: Some(TokenSource::IdentityProvider),
        reason: Some(CacheRefreshReason::Expired),
        total: 130,
        http: Some(30),
        host: Some("login.example".to_owned()),
        attempts: 3,
        status: Some(200),
        ..Whole::default()
    };
    assert_eq!(timed.only(), expected);
}

#[test]
fn failure_has_all_durations() {
    let timed = Timed::new();
    assert!(run(with_retries(&timed, &[503, 503])).is_err());
    let expected = Whole {
        api: "ForClient",
        outcome: Some(Outcome::Error),
        reason: Some(CacheRefreshReason::Expired),
        total: 120,
        http: Some(20),
        host: Some("login.example".to_owned()),
        attempts: 2,
        status: Some(503),
        error: Some("service_not_available".to_owned()),
        ..Whole::default()
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
    assert!(run(unreachable_with_retry_after(&timed)).is_err());
    let expected = Whole {
        api: "ForClient",
        outcome: Some(Outcome::Error),
        total: 3,
        http: Some(3),
        host: Some("login.example".to_owned()),
        attempts: 2,
        transport: Some(TransportError::Connect),
        retry_after: Some(7_000),
        error: Some("connect_error".to_owned()),
        ..Whole::default()
    };
    assert_eq!(timed.only(), expected);
}

#[acquire_token(api = LabApi::Silent, telemetry = timed.telemetry)]
async fn refresh_fails_and_the_old_token_is_served(timed: &Timed) -> Result<(), LabError> {
    let current = Acquisition::current();
    current.record_refresh_reason(CacheRefreshReason::ProactivelyRefreshed);
    if attempt(&timed.clock, 503).await != 200 {
        current.record_suppressed_error(ErrorInfo::new("service_not_available").with_status(503));
        current.record_stale_token();
    }
    current.record_cache_hit(CacheLevel::L2Cache);
    current.record_token(
        TokenInfo::new()
            .with_token_type(TokenType::Pop)
            .with_expires_in(millis(90_000)),
    );
    Ok(())
}

#[test]
fn failed_proactive_refresh_is_kept() {
    let timed = Timed::new();
    assert_eq!(
        run(refresh_fails_and_the_old_token_is_served(&timed)),
        Ok(())
    );
    let expected = Whole {
        api: "Silent",
        outcome: Some(Outcome::Ok),
        source: Some(TokenSource::Cache),
        level: Some(CacheLevel::L2Cache),
        reason: Some(CacheRefreshReason::ProactivelyRefreshed),
        token_type: Some(TokenType::Pop),
        stale: true,
        total: 10,
        http: Some(10),
        lifetime: Some(90_000),
        host: Some("login.example".to_owned()),
        attempts: 1,
        status: Some(503),
        sub_failures: vec!["service_not_available".to_owned()],
        ..Whole::default()
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
        attempt(&timed.clock, 200).await;
        Ok::<_, LabError>(())
    };
    assert_eq!(
        run(timed.telemetry.background(LabApi::Silent, refresh)),
        Ok(())
    );
    let expected = Whole {
        api: "Silent",
        outcome: Some(Outcome::Ok),
        source: Some(TokenSource::IdentityProvider),
        reason: Some(CacheRefreshReason::ProactivelyRefreshed),
        background: true,
        total: 10,
        http: Some(10),
        host: Some("login.example".to_owned()),
        attempts: 1,
        status: Some(200),
        ..Whole::default()
    };
    assert_eq!(timed.only(), expected);
    let totals = timed.telemetry.totals();
    assert_eq!((totals.identity_provider, totals.duration), (1, millis(0)));
}

#[test]
fn background_refresh_defaults_to_proactive() {
    let timed = Timed::new();
    let ask = || {
        let mut request = Acquisition::current().token_request(TOKEN_URL);
        let headers = request.take_headers();
        request.responded(200);
        let current = headers["x-client-current-telemetry"].to_str().unwrap();
        Ok::<_, LabError>(current.to_owned())
    };
    let silent = timed.telemetry.background(LabApi::Silent, async { ask() });
    assert!(run(silent).unwrap().starts_with("5|1007,4,"));
    let reason = timed.only().reason;
    assert_eq!(reason, Some(CacheRefreshReason::ProactivelyRefreshed));

    let with_reason = async {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        ask()
    };
    let with_reason = timed.telemetry.background(LabApi::Silent, with_reason);
    assert!(run(with_reason).unwrap().starts_with("5|1007,3,"));
    assert_eq!(timed.only().reason, Some(CacheRefreshReason::Expired));
}

#[acquire_token(api = LabApi::ForClient, telemetry = timed.telemetry)]
async fn chain_of_credentials(timed: &Timed) -> Result<(), LabError> {
    if let Err(error) = first_credential(timed).await {
        Acquisition::current().record_suppressed_error(ErrorInfo::new(error.0));
    }
    second_credential(timed).await
}

async fn first_credential(timed: &Timed) -> Result<(), LabError> {
    attempt(&timed.clock, 400).await;
    Err(LabError::new("unauthorized_client"))
}

async fn second_credential(timed: &Timed) -> Result<(), LabError> {
    let _presentable = Acquisition::current().time_in_extension();
    {
        let _cache = Acquisition::current().time_in_cache();
        timed.clock.advance(millis(4));
    }
    attempt(&timed.clock, 200).await;
    Ok(())
}

#[test]
fn credential_fallback_keeps_first_failure() {
    let timed = Timed::new();
    assert_eq!(run(chain_of_credentials(&timed)), Ok(()));
    let expected = Whole {
        api: "ForClient",
        outcome: Some(Outcome::Ok),
        source: Some(TokenSource::IdentityProvider),
        total: 24,
        http: Some(20),
        cache: Some(4),
        extension: Some(14),
        host: Some("login.example".to_owned()),
        attempts: 2,
        status: Some(200),
        sub_failures: vec!["unauthorized_client".to_owned()],
        ..Whole::default()
    };
    assert_eq!(timed.only(), expected);
}

#[test]
fn serialized_record_omits_absent_fields() {
    let timed = Timed::new();
    assert!(run(with_retries(&timed, &[503])).is_err());
    let mut json = serde_json::to_value(only(&timed.recorder)).unwrap();
    let id = json
        .as_object_mut()
        .unwrap()
        .remove("correlation_id")
        .unwrap();
    assert_eq!(id.as_str().unwrap().len(), 36);
    let expected = serde_json::json!({
        "api": "ForClient",
        "api_number": 1004,
        "outcome": "error",
        "refresh_reason": "Expired",
        "duration_total_us": 60_000,
        "duration_in_http_us": 10_000,
        "endpoint_host": "redacted",
        "attempts": 1,
        "status": 503,
        "error": { "code": "service_not_available" },
    });
    assert_eq!(json, expected);
}

//! Wrappers of credentials that hide where a token came from.

use std::time::{Duration, SystemTime};

use futures::executor::block_on;
use token_telemetry::acquisition::SeenTokens;

use crate::support::prelude::*;

const WINDOW: Duration = Duration::from_secs(300);

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A call of a wrapper: the time, the expiry of the token, the status of a request inside.
struct Call {
    key: &'static str,
    now: u64,
    expires_on: u64,
    status: Option<u16>,
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn wrapped(telemetry: &Telemetry, seen: &SeenTokens, call: Call) -> Result<(), LabError> {
    let lookup = seen.lookup(call.key, at(call.now), WINDOW);
    if let Some(status) = call.status {
        Acquisition::current()
            .token_request(TOKEN_URL)
            .responded(status);
    }
    lookup.record_token(at(call.expires_on));
    Ok(())
}

fn run(calls: impl IntoIterator<Item = Call>) -> Vec<AcquisitionRecord> {
    let (telemetry, recorder) = telemetry();
    let seen = SeenTokens::new();
    let record = |call| {
        block_on(wrapped(&telemetry, &seen, call)).unwrap();
        only(&recorder)
    };
    calls.into_iter().map(record).collect()
}

fn call(key: &'static str, now: u64, expires_on: u64) -> Call {
    Call {
        key,
        now,
        expires_on,
        status: None,
    }
}

fn facts(record: &AcquisitionRecord) -> (Option<TokenSource>, Option<CacheRefreshReason>) {
    (record.token_source(), record.refresh_reason())
}

#[test]
fn same_expiry_is_a_hit() {
    use CacheRefreshReason::{NoCachedAccessToken, NotApplicable};
    let records = run([call("a", 0, 3600), call("a", 10, 3600), call("b", 10, 3600)]);
    assert_eq!(facts(&records[0]), (None, Some(NoCachedAccessToken)));
    assert_eq!(
        facts(&records[1]),
        (Some(TokenSource::Cache), Some(NotApplicable))
    );
    assert_eq!(records[1].cache_level(), Some(CacheLevel::Unknown));
    assert_eq!(facts(&records[2]), (None, Some(NoCachedAccessToken)));
}

#[test]
fn reason_follows_last_expiry() {
    use CacheRefreshReason::{Expired, NotApplicable, ProactivelyRefreshed};
    let records = run([
        call("a", 0, 3600),
        call("a", 3400, 7200),
        call("a", 7200, 9000),
        call("a", 8900, 9000),
    ]);
    assert_eq!(facts(&records[1]), (None, Some(ProactivelyRefreshed)));
    assert_eq!(facts(&records[2]), (None, Some(Expired)));
    // Within the refresh window, but the credential kept its token.
    assert_eq!(
        facts(&records[3]),
        (Some(TokenSource::Cache), Some(NotApplicable))
    );
}

#[test]
fn new_expiry_after_response_is_not_a_hit() {
    let fetched = Call {
        status: Some(200),
        ..call("a", 0, 3600)
    };
    let records = run([fetched, call("a", 1, 3600)]);
    assert_eq!(
        records[0].token_source(),
        Some(TokenSource::IdentityProvider)
    );
    assert_eq!(records[1].token_source(), Some(TokenSource::Cache));
}

#[test]
fn same_expiry_after_response_is_not_a_hit() {
    let fetched = |now| Call {
        status: Some(200),
        ..call("a", now, 3600)
    };
    let failed = Call {
        status: Some(503),
        ..call("a", 3500, 3600)
    };
    let records = run([fetched(0), fetched(3400), failed]);
    let source = Some(TokenSource::IdentityProvider);
    let reason = Some(CacheRefreshReason::ProactivelyRefreshed);
    assert_eq!(facts(&records[1]), (source, reason));
    // The refresh failed, and the credential returned the token that it still had.
    assert_eq!(records[2].token_source(), Some(TokenSource::Cache));
}

#[test]
fn key_count_is_bounded() {
    let seen = SeenTokens::new();
    for key in 0..3000_u64 {
        seen.lookup(&key, at(0), WINDOW)
            .record_token(at(10_000 + key));
    }
    let is_seen = |key: u64| {
        seen.lookup(&key, at(0), WINDOW)
            .record_token(at(10_000 + key))
    };
    assert!(is_seen(2999));
    assert!(!is_seen(0));
    assert_eq!(format!("{seen:?}"), "SeenTokens { len: 1024, .. }");
}

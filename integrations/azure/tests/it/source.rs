//! Where a token came from, as far as a wrapper can know it.

use std::sync::Arc;

use azure_core::credentials::TokenCredential as _;
use azure_core::time::{Duration, OffsetDateTime};
use futures::future::{join, join3};
use token_telemetry::CacheRefreshReason::{Expired, NoCachedAccessToken, NotApplicable};
use token_telemetry::TokenSource::{Cache, IdentityProvider};
use token_telemetry::{AcquisitionRecord, CacheLevel, CacheRefreshReason, TokenSource};

use crate::support::{ManagedIdentity, Process, Reply, SCOPE, Wrapped, busy, client_secret};

fn facts(record: &AcquisitionRecord) -> (Option<TokenSource>, Option<CacheRefreshReason>) {
    (record.token_source(), record.refresh_reason())
}

#[tokio::test]
async fn cold_then_warm() {
    let wrapped = Wrapped::new([Reply::Token(3599)]);
    let cold = wrapped.record().await;
    assert_eq!(
        facts(&cold),
        (Some(IdentityProvider), Some(NoCachedAccessToken))
    );
    let warm = wrapped.record().await;
    assert_eq!(facts(&warm), (Some(Cache), Some(NotApplicable)));
    assert_eq!(warm.cache_level(), Some(CacheLevel::Unknown));
}

#[tokio::test]
async fn expired_token_is_the_reason() {
    let wrapped = Wrapped::new([Reply::Token(-10), Reply::Token(3599)]);
    wrapped.record().await;
    let record = wrapped.record().await;
    assert_eq!(facts(&record), (Some(IdentityProvider), Some(Expired)));
    let header = &wrapped.script.sent()[1]["x-client-current-telemetry"];
    assert!(header.starts_with("5|1004,3,"), "{header}");
}

#[tokio::test]
async fn concurrent_callers_share_one_fetch() {
    let wrapped = Wrapped::new([Reply::Later(Box::new(Reply::Token(3599)))]);
    let (first, second, third) = join3(wrapped.token(), wrapped.token(), wrapped.token()).await;
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    let records = wrapped.recorder.take();
    let fetched = records.iter().filter(|it| it.attempt_count() == 1);
    assert_eq!(fetched.count(), 1);
    for record in records.iter().filter(|it| it.attempt_count() == 0) {
        assert_eq!(facts(record), (Some(Cache), Some(NotApplicable)));
        assert!(record.duration_waiting().is_some());
    }
}

#[tokio::test]
async fn hit_behind_the_fetch_of_another_scope() {
    let later = Reply::Later(Box::new(Reply::Token(3599)));
    let wrapped = Wrapped::new([Reply::Token(3599), later]);
    wrapped.record().await;
    let other = wrapped.credential.get_token(&["other/.default"], None);
    let (other, hit) = join(other, wrapped.token()).await;
    assert!(other.is_ok() && hit.is_ok());
    let records = wrapped.recorder.take();
    let hit = records.iter().find(|it| it.attempt_count() == 0).unwrap();
    assert_eq!(facts(hit), (Some(Cache), Some(NotApplicable)));
    assert!(hit.duration_waiting().is_some());
}

#[tokio::test]
async fn expiry_long_before_1970() {
    let reply = Reply::Status(200, ("server", "imds"), "{}");
    let wrapped = Wrapped::with([reply], |options| {
        Arc::new(ManagedIdentity::new(
            options,
            OffsetDateTime::UNIX_EPOCH - Duration::weeks(300_000),
        ))
    });
    let record = wrapped.record().await;
    assert!(record.is_ok());
    assert_eq!(record.remaining_lifetime(), Some(std::time::Duration::ZERO));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn herds_on_two_threads() {
    for _ in 0..50 {
        let wrapped = Wrapped::new([Reply::Later(Box::new(Reply::Token(3599)))]);
        let tasks: Vec<_> = (0..8)
            .map(|_| Arc::clone(&wrapped.credential))
            .map(|credential| tokio::spawn(async move { credential.get_token(SCOPE, None).await }))
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let records = wrapped.recorder.take();
        let from = |source| {
            records
                .iter()
                .filter(|it| it.token_source() == Some(source))
                .count()
        };
        assert_eq!((from(IdentityProvider), from(Cache)), (1, 7), "{records:?}");
    }
}

#[tokio::test]
async fn failed_attempts_are_no_source() {
    let wrapped = Wrapped::new([busy(), busy(), busy(), busy()]);
    let record = wrapped.record().await;
    assert_eq!(facts(&record), (None, Some(NoCachedAccessToken)));
    assert_eq!(record.attempt_count(), 4);
}

#[tokio::test]
async fn source_of_new_token_without_policy() {
    let wrapped = Wrapped::with([Reply::Token(3599)], client_secret);
    let cold = wrapped.record().await;
    assert_eq!((cold.token_source(), cold.attempt_count()), (None, 0));
    assert_eq!(wrapped.record().await.token_source(), Some(Cache));
}

#[tokio::test]
async fn server_with_a_cache_is_a_fetch() {
    let reply = || Reply::Status(200, ("server", "imds"), "{}");
    let wrapped = Wrapped::with([reply(), reply()], |options| {
        let expires_on = OffsetDateTime::now_utc() + Duration::seconds(3600);
        Arc::new(ManagedIdentity::new(options, expires_on))
    });
    for _ in 0..2 {
        assert_eq!(
            wrapped.record().await.token_source(),
            Some(IdentityProvider)
        );
    }
}

#[tokio::test]
async fn new_token_of_a_process_has_no_source() {
    let wrapped = Wrapped::with([], |_| Arc::new(Process));
    for _ in 0..2 {
        let record = wrapped.record().await;
        assert!(record.is_ok());
        assert_eq!(record.token_source(), None);
        assert_eq!(record.duration_waiting(), None);
    }
}

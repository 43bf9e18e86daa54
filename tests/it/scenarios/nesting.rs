//! Annotated functions that call annotated functions.

use futures::FutureExt as _;

use super::Whole;

use crate::support::prelude::*;

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn inner(telemetry: &Telemetry) -> Result<String, LabError> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
    let headers = exchange(TOKEN_URL, 200);
    let text = |name| text(&headers, name);
    Ok([text("x-client-sku"), text("x-client-current-telemetry")].join(" "))
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry, own_record)]
async fn always_recorded(telemetry: &Telemetry) -> Result<(), LabError> {
    Err(LabError::new("inner_failure"))
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn fails(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
    Err(LabError::new("merged_failure"))
}

/// Calls the function with the other id from a body, after a hit.
fn outer_calls(
    outer: &Telemetry,
    called: &Telemetry,
) -> impl Future<Output = Result<String, LabError>> + Send {
    for_client(outer, async {
        Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
        inner(called).await
    })
}

fn other_sdk() -> (Telemetry, Recorder) {
    recorded(|builder| builder.sdk("Other.Sdk", "9"))
}

on_both_runtimes! {
    async fn two_sdks_stay_separate() {
        let (ours, recorder) = telemetry();
        let (theirs, their_recorder) = other_sdk();
        let sent = outer_calls(&ours, &theirs).await.unwrap();
        assert_eq!(sent, "Other.Sdk 5|1007,3,,,|0,1,1,,,");
        let outer = only(&recorder);
        let inner = only(&their_recorder);
        assert_eq!(inner.parent(), outer.correlation_id());
        assert_ne!(inner.correlation_id(), outer.correlation_id());
        let expected = Whole {
            api: "ForClient",
            outcome: Some(Outcome::Ok),
            source: Some(TokenSource::Cache),
            level: Some(CacheLevel::L2Cache),
            reason: Some(CacheRefreshReason::NotApplicable),
            ..Whole::default()
        };
        assert_eq!(Whole { total: 0, ..Whole::without_ids(&outer) }, expected);
        assert_eq!((inner.api().name(), inner.attempt_count()), ("Silent", 1));
    }

    async fn nested_calls_merge_into_one_record() {
        let (ours, recorder) = telemetry();
        let sent = outer_calls(&ours, &ours.clone()).await.unwrap();
        assert_eq!(sent, "Lab.Auth 5|1004,3,,,|0,1,1,,,");
        let record = only(&recorder);
        // The outer hit did not suffice, because the inner function requested a token.
        let expected = Whole { reason: Some(CacheRefreshReason::Expired), ..Whole::fetched() };
        assert_eq!(Whole { total: 10, http: Some(10), ..Whole::without_ids(&record) }, expected);
    }

    async fn merged_call_does_not_set_outcome() {
        let (ours, recorder) = telemetry();
        let swallows = async {
            assert!(fails(&ours).await.is_err());
            Ok(())
        };
        assert_eq!(for_client(&ours, swallows).await, Ok(()));
        let record = only(&recorder);
        assert_eq!((record.api().name(), record.outcome()), ("ForClient", Outcome::Ok));
        assert_eq!(record.refresh_reason(), Some(CacheRefreshReason::Expired));
    }

    async fn own_record_flag_prevents_merging() {
        let (ours, recorder) = telemetry();
        let swallows = async {
            assert!(always_recorded(&ours).await.is_err());
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            Ok(())
        };
        assert_eq!(for_client(&ours, swallows).await, Ok(()));
        let [inner, outer] = recorder.take().try_into().unwrap();
        assert_eq!((inner.api().name(), inner.outcome()), ("Silent", Outcome::Error));
        assert_eq!((outer.api().name(), outer.outcome()), ("ForClient", Outcome::Ok));
        assert_eq!(inner.parent(), outer.correlation_id());
        assert_eq!(inner.cache_level(), None);
    }

    async fn background_refresh_names_its_parent() {
        let (ours, recorder) = telemetry();
        let triggers = async {
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            let late = async { Err::<(), _>(LabError::new("late")) };
            let refresh = tokio::spawn(ours.background(LabApi::Silent, late));
            assert!(refresh.await.unwrap().is_err());
            Ok(())
        };
        assert_eq!(silent(&ours, triggers).await, Ok(()));
        let [refresh, trigger] = recorder.take().try_into().unwrap();
        assert!(refresh.is_background() && !trigger.is_background());
        assert_eq!(refresh.parent(), trigger.correlation_id());
        assert_eq!((refresh.outcome(), trigger.outcome()), (Outcome::Error, Outcome::Ok));
    }
}

#[test]
fn moved_call_absorbs_its_own_calls() {
    let (ours, recorder) = telemetry();
    let mut future = Box::pin(for_client(&ours, async {
        tokio::task::yield_now().await;
        fails(&ours).await
    }));
    assert_eq!(future.as_mut().now_or_never(), None);
    std::thread::scope(|threads| {
        let ended = threads.spawn(|| futures::executor::block_on(future));
        assert_eq!(ended.join().unwrap(), Err(LabError::new("merged_failure")));
    });
    assert_eq!(only(&recorder).api().name(), "ForClient");
}

#[test]
fn totals_cover_all_threads() {
    let (ours, _recorder) = telemetry();
    std::thread::scope(|threads| {
        // More threads than processors, and than any per-thread table is likely to hold.
        for _ in 0..40 {
            threads.spawn(|| now(hit(&ours)).unwrap());
        }
    });
    assert!(now(fails(&ours)).is_err());
    let totals = ours.totals();
    assert_eq!((totals.cache, totals.failures), (40, 1));
    assert_eq!(ours.pending_hits(), 40);
}

#[test]
fn totals_count_unknown_sources() {
    let (ours, _recorder) = telemetry();
    acquire(&ours, || ());
    let totals = ours.totals();
    let known = totals.cache + totals.identity_provider + totals.broker;
    assert_eq!((totals.unknown, known), (1, 0));
}

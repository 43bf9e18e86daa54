//! Annotated functions that call annotated functions.

use futures::FutureExt as _;
use token_telemetry::test_util::Recorder;
use token_telemetry::{
    Acquisition, CacheLevel, CacheRefreshReason, Outcome, Status, Telemetry, TokenSource,
    acquire_token,
};

use super::Whole;
use crate::support::{LabApi, LabError, TOKEN_URL, on_both_runtimes, only, telemetry};

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn inner(telemetry: &Telemetry) -> Result<String, LabError> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
    let sent = Acquisition::current()
        .token_request(TOKEN_URL)
        .send(|headers| std::future::ready(Ok::<_, std::io::Error>(Status::new(200, headers))));
    let Status {
        response: headers, ..
    } = sent.await.map_err(|_| LabError::new("io"))?;
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    Ok(format!(
        "{:?} {:?}",
        text("x-client-sku"),
        text("x-client-current-telemetry").unwrap()
    ))
}

#[acquire_token(api = LabApi::ForClient, telemetry = outer)]
async fn outer_calls(outer: &Telemetry, called: &Telemetry) -> Result<String, LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
    inner(called).await
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry, own_record)]
async fn always_recorded(telemetry: &Telemetry) -> Result<(), LabError> {
    Err(LabError::new("inner_failure"))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn swallows_the_recorded(telemetry: &Telemetry) -> Result<(), LabError> {
    let _swallowed = always_recorded(telemetry).await;
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(())
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn fails(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
    Err(LabError::new("merged_failure"))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn swallows_the_merged(telemetry: &Telemetry) -> Result<(), LabError> {
    let _swallowed = fails(telemetry).await;
    Ok(())
}

fn other_sdk() -> (Telemetry, Recorder) {
    let recorder = Recorder::new();
    let builder = Telemetry::builder()
        .sdk("Other.Sdk", "9")
        .observer(recorder.clone());
    (builder.build().unwrap(), recorder)
}

on_both_runtimes! {
    async fn two_sdks_stay_separate() {
        let (ours, recorder) = telemetry();
        let (theirs, their_recorder) = other_sdk();
        let sent = outer_calls(&ours, &theirs).await.unwrap();
        assert_eq!(sent, r#"Some("Other.Sdk") "5|1007,3,,,|0,1,1,,,""#);
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
        assert_eq!((inner.api().name(), inner.attempts()), ("Silent", 1));
    }

    async fn nested_calls_merge_into_one_record() {
        let (ours, recorder) = telemetry();
        let sent = outer_calls(&ours, &ours.clone()).await.unwrap();
        assert_eq!(sent, r#"Some("Lab.Auth") "5|1004,3,,,|0,1,1,,,""#);
        let record = only(&recorder);
        let expected = Whole {
            api: "ForClient",
            outcome: Some(Outcome::Ok),
            // The outer hit did not suffice, because the inner function requested a token.
            source: Some(TokenSource::IdentityProvider),
            reason: Some(CacheRefreshReason::Expired),
            http: Some(0),
            host: Some("login.example".to_owned()),
            attempts: 1,
            status: Some(200),
            ..Whole::default()
        };
        assert_eq!(Whole { total: 0, http: Some(0), ..Whole::without_ids(&record) }, expected);
    }

    async fn merged_call_does_not_set_outcome() {
        let (ours, recorder) = telemetry();
        assert_eq!(swallows_the_merged(&ours).await, Ok(()));
        let record = only(&recorder);
        assert_eq!((record.api().name(), record.outcome()), ("ForClient", Outcome::Ok));
        assert_eq!(record.refresh_reason(), Some(CacheRefreshReason::Expired));
    }

    async fn own_record_flag_prevents_merging() {
        let (ours, recorder) = telemetry();
        assert_eq!(swallows_the_recorded(&ours).await, Ok(()));
        let [inner, outer] = recorder.take().try_into().unwrap();
        assert_eq!((inner.api().name(), inner.outcome()), ("Silent", Outcome::Error));
        assert_eq!((outer.api().name(), outer.outcome()), ("ForClient", Outcome::Ok));
        assert_eq!(inner.parent(), outer.correlation_id());
        assert_eq!(inner.cache_level(), None);
    }

    async fn background_refresh_names_its_parent() {
        let (ours, recorder) = telemetry();
        assert_eq!(triggers_a_refresh(&ours).await, Ok(()));
        let [refresh, trigger] = recorder.take().try_into().unwrap();
        assert!(refresh.is_background() && !trigger.is_background());
        assert_eq!(refresh.parent(), trigger.correlation_id());
        assert_eq!((refresh.outcome(), trigger.outcome()), (Outcome::Error, Outcome::Ok));
    }
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn triggers_a_refresh(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    let refresh = telemetry.background(LabApi::Silent, async {
        Err::<(), _>(LabError::new("late"))
    });
    tokio::spawn(refresh)
        .await
        .map_err(|_| LabError::new("task"))?
        .unwrap_err();
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn goes_on_later(telemetry: &Telemetry) -> Result<(), LabError> {
    tokio::task::yield_now().await;
    fails(telemetry).await
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn hits(telemetry: &Telemetry) -> Result<(), LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(())
}

#[test]
fn moved_call_absorbs_its_own_calls() {
    let (ours, recorder) = telemetry();
    let mut future = Box::pin(goes_on_later(&ours));
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
            threads.spawn(|| futures::executor::block_on(hits(&ours)).unwrap());
        }
    });
    let _failed = futures::executor::block_on(fails(&ours));
    let totals = ours.totals();
    assert_eq!((totals.cache, totals.failures), (40, 1));
    assert_eq!(ours.pending_hits(), 40);
}

#[test]
fn totals_count_unknown_sources() {
    #[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
    async fn says_nothing(telemetry: &Telemetry) -> Result<(), LabError> {
        Ok(())
    }
    let (ours, _recorder) = telemetry();
    futures::executor::block_on(says_nothing(&ours)).unwrap();
    let totals = ours.totals();
    let known = totals.cache + totals.identity_provider + totals.broker;
    assert_eq!((totals.unknown, known), (1, 0));
}

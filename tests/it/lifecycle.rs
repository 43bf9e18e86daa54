//! Every call produces exactly one record, no matter how it ends.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{join, poll_immediate};

use crate::support::prelude::*;

/// Polls the acquisition until it stops at `place`, then drops it.
async fn drop_at(place: Place) -> (Telemetry, Recorder) {
    let (telemetry, recorder) = telemetry();
    let stopped = poll_immediate(stop_at(&telemetry, place, Event::Stop)).await;
    assert_eq!(stopped, None);
    (telemetry, recorder)
}

/// Runs the acquisition into a panic and catches it.
async fn panic_at(place: Place, event: Event) -> Recorder {
    let (telemetry, recorder) = telemetry();
    let caught = AssertUnwindSafe(stop_at(&telemetry, place, event))
        .catch_unwind()
        .await;
    assert!(caught.is_err());
    recorder
}

on_both_runtimes! {
    async fn unpolled_call_records_nothing() {
        let (telemetry, recorder) = telemetry();
        drop(stop_at(&telemetry, Place::Nowhere, Event::Stop));
        assert!(recorder.records().is_empty());
    }

    async fn drop_before_request_is_cancelled() {
        let (_, recorder) = drop_at(Place::BeforeHttp).await;
        let record = only(&recorder);
        assert_eq!((record.outcome(), record.attempt_count()), (Outcome::Cancelled, 0));
        assert_eq!(record.error_code(), Some("operation_canceled"));
        assert_eq!(record.refresh_reason(), Some(CacheRefreshReason::NoCachedAccessToken));
    }

    async fn drop_during_request_counts_the_attempt() {
        let (_, recorder) = drop_at(Place::DuringHttp).await;
        let record = only(&recorder);
        assert_eq!((record.outcome(), record.attempt_count(), record.status()), (Outcome::Cancelled, 1, None));
        assert_eq!(record.endpoint_host(), Some("login.example"));
        assert!(record.duration_in_http().is_some());
    }

    async fn drop_after_request_keeps_the_status() {
        let (_, recorder) = drop_at(Place::AfterHttp).await;
        let record = only(&recorder);
        assert_eq!((record.outcome(), record.attempt_count(), record.status()), (Outcome::Cancelled, 1, Some(200)));
    }

    async fn panic_before_first_await_is_recorded() {
        let record = only(&panic_at(Place::BeforeHttp, Event::Panic).await);
        assert_eq!((record.outcome(), record.error_code()), (Outcome::Panicked, Some("panicked")));
    }

    async fn panic_after_await_is_recorded() {
        let record = only(&panic_at(Place::AfterHttp, Event::PanicAfterAwait).await);
        assert_eq!((record.outcome(), record.status()), (Outcome::Panicked, Some(200)));
    }

    async fn panic_inside_request_is_recorded() {
        let record = only(&panic_at(Place::DuringHttp, Event::Panic).await);
        assert_eq!((record.outcome(), record.attempt_count()), (Outcome::Panicked, 1));
    }

    async fn sibling_panic_is_a_cancellation() {
        let (telemetry, recorder) = telemetry();
        let sibling = async {
            tokio::task::yield_now().await;
            panic!("the sibling panics");
        };
        let both = join(stop_at(&telemetry, Place::DuringHttp, Event::Stop), sibling);
        let caught = AssertUnwindSafe(both.map(drop)).catch_unwind().await;
        assert!(caught.is_err());
        assert_eq!(only(&recorder).outcome(), Outcome::Cancelled);
    }

    async fn caught_panic_is_recorded_once() {
        let (telemetry, recorder) = telemetry();
        let mut future = Box::pin(stop_at(&telemetry, Place::BeforeHttp, Event::Panic));
        let caught = AssertUnwindSafe(&mut future).catch_unwind().await;
        assert!(caught.is_err());
        assert!(recorder.records().len() <= 1);
        drop(future);
        assert_eq!(only(&recorder).outcome(), Outcome::Panicked);
    }

    async fn leaked_guard_loses_no_record() {
        let (telemetry, recorder) = telemetry();
        acquire(&telemetry, || {
            let mut request = token_request();
            drop(request.take_headers());
            #[expect(clippy::mem_forget, reason = "the leak is what is tested")]
            std::mem::forget(request);
        });
        let record = only(&recorder);
        assert_eq!((record.outcome(), record.attempt_count()), (Outcome::Ok, 0));
        assert_eq!(hit(&telemetry).await, Ok(()));
        assert_eq!(only(&recorder).token_source(), Some(TokenSource::Cache));
    }

    async fn response_in_another_task_counts() {
        let (telemetry, recorder) = telemetry();
        let in_task = async {
            let request = token_request();
            let task = tokio::spawn(async move {
                tokio::task::yield_now().await;
                request.responded(200);
            });
            task.await.map_err(|_| LabError::new("task"))
        };
        assert_eq!(for_client(&telemetry, in_task).await, Ok(()));
        let record = only(&recorder);
        assert_eq!((record.attempt_count(), record.status()), (1, Some(200)));
        assert_eq!(record.token_source(), Some(TokenSource::IdentityProvider));
    }

    async fn response_after_finish_changes_nothing() {
        let (telemetry, recorder) = telemetry();
        let handed_out = acquire(&telemetry, token_request);
        let record = only(&recorder);
        assert_eq!((record.attempt_count(), record.token_source()), (0, None));
        handed_out.responded(200);
        assert!(recorder.records().is_empty());
    }

    async fn body_values_drop_inside_acquisition() {
        let (telemetry, recorder) = telemetry();
        let call = for_client(&telemetry, async {
            let _value = NotesOnDrop;
            std::future::pending::<Result<(), LabError>>().await
        });
        assert_eq!(poll_immediate(call).await, None);
        let record = only(&recorder);
        assert_eq!((record.outcome(), record.cache_level()), (Outcome::Cancelled, Some(CacheLevel::L2Cache)));
    }

    async fn nothing_is_current_after_a_call() {
        let (telemetry, _) = telemetry();
        assert_eq!(hit(&telemetry).await, Ok(()));
        assert!(!Acquisition::current().is_active());
        drop(poll_immediate(stop_at(&telemetry, Place::DuringHttp, Event::Stop)).await);
        assert!(!Acquisition::current().is_active());
        drop(panic_at(Place::AfterHttp, Event::PanicAfterAwait).await);
        assert!(!Acquisition::current().is_active());
    }

    async fn inner_panic_restores_outer_acquisition() {
        let (outer, outer_recorder) = telemetry();
        let (inner, inner_recorder) = telemetry();
        let around_panic = async {
            {
                let call = pin!(stop_at(&inner, Place::AfterHttp, Event::PanicAfterAwait));
                assert!(AssertUnwindSafe(call).catch_unwind().await.is_err());
            }
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            Ok(())
        };
        assert_eq!(for_client(&outer, around_panic).await, Ok(()));
        assert_eq!(only(&inner_recorder).outcome(), Outcome::Panicked);
        let record = only(&outer_recorder);
        assert_eq!((record.outcome(), record.cache_level()), (Outcome::Ok, Some(CacheLevel::L1Cache)));
    }

    async fn timeout_is_a_cancellation() {
        let (telemetry, recorder) = telemetry();
        let call = stop_at(&telemetry, Place::DuringHttp, Event::Stop);
        assert!(tokio::time::timeout(Duration::from_millis(5), call).await.is_err());
        assert_eq!(only(&recorder).outcome(), Outcome::Cancelled);
    }
}

/// Records on the current acquisition when dropped.
struct NotesOnDrop;

impl Drop for NotesOnDrop {
    fn drop(&mut self) {
        Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
    }
}

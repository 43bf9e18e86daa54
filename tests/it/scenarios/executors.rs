//! The record is the same with every executor and combinator.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream;

use super::Whole;

use crate::support::prelude::*;

async fn one_call() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(
        stop_at(&telemetry, Place::Nowhere, Event::Stop).await,
        Ok(7)
    );
    let record = only(&recorder);
    let whole = Whole {
        total: 10,
        http: Some(10),
        ..Whole::without_ids(&record)
    };
    let expected = Whole {
        reason: Some(CacheRefreshReason::NoCachedAccessToken),
        ..Whole::fetched()
    };
    assert_eq!(whole, expected);
}

#[test]
fn smol_runs_acquisitions() {
    smol::block_on(async { smol::spawn(one_call()).await });
}

#[test]
fn futures_executor_runs_acquisitions() {
    futures::executor::block_on(one_call());
}

on_both_runtimes! {
    async fn tokio_runs_acquisitions() {
        one_call().await;
    }

    async fn select_cancels_the_loser() {
        let (telemetry, recorder) = telemetry();
        tokio::select! {
            biased;
            _ = stop_at(&telemetry, Place::DuringHttp, Event::Stop) => unreachable!(),
            result = stop_at(&telemetry, Place::Nowhere, Event::Stop) => assert_eq!(result, Ok(7)),
        }
        let outcomes: Vec<Outcome> = recorder.take().iter().map(AcquisitionRecord::outcome).collect();
        assert_eq!(outcomes, [Outcome::Ok, Outcome::Cancelled]);
    }

    async fn join_runs_both() {
        let (telemetry, recorder) = telemetry();
        let call = || stop_at(&telemetry, Place::Nowhere, Event::Stop);
        let (one, two) = tokio::join!(call(), call());
        assert_eq!((one, two), (Ok(7), Ok(7)));
        assert_eq!(recorder.take().len(), 2);
    }

    async fn buffer_unordered_runs_all() {
        let (telemetry, recorder) = telemetry();
        let calls = stream::iter(0..30).map(|_| stop_at(&telemetry, Place::Nowhere, Event::Stop));
        let results: Vec<_> = calls.buffer_unordered(7).collect().await;
        assert_eq!(results.len(), 30);
        let records = recorder.take();
        assert!(records.iter().all(|record| record.is_ok() && record.attempt_count() == 1));
        assert_eq!(records.len(), 30);
    }

    async fn timeout_cancels() {
        let (telemetry, recorder) = telemetry();
        let call = stop_at(&telemetry, Place::AfterHttp, Event::Stop);
        assert!(tokio::time::timeout(Duration::from_millis(1), call).await.is_err());
        let record = only(&recorder);
        assert_eq!((record.outcome(), record.status()), (Outcome::Cancelled, Some(200)));
    }
}

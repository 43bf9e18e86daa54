//! What `capture` collects, and what it does not.

use futures::future::{join, poll_immediate};
use token_telemetry::acquisition::AttachRecord;

use crate::support::prelude::*;

fn call(telemetry: &Telemetry) -> impl Future<Output = Result<u8, LabError>> {
    stop_at(telemetry, Place::Nowhere, Event::Stop)
}

#[acquire_token(api = LabApi::Silent, telemetry = outer)]
async fn around(outer: &Telemetry, inner: &Telemetry) -> Result<usize, LabError> {
    let captured = capture(call(inner)).await;
    call(inner).await?;
    Ok(captured.records.len())
}

#[acquire_token(api = LabApi::Silent, telemetry = outer)]
async fn around_two(outer: &Telemetry, inner: [&Telemetry; 2]) -> Result<(), LabError> {
    #[acquire_token(api = LabApi::Silent, telemetry = outer, own_record)]
    async fn within(outer: &Telemetry, inner: &Telemetry) -> Result<(), LabError> {
        call(inner).await?;
        inner
            .background(LabApi::Silent, async { Ok::<_, LabError>(()) })
            .await
    }
    let [middle, innermost] = inner;
    within(middle, innermost).await
}

#[derive(Debug)]
struct AuthResult(Option<AcquisitionRecord>);

impl AttachRecord for AuthResult {
    fn attach_record(&mut self, record: AcquisitionRecord) {
        self.0 = Some(record);
    }
}

on_both_runtimes! {
    async fn plain_future_has_no_records() {
        let captured = capture(async { 5 }).await;
        assert_eq!((captured.output, captured.records.len(), captured.dropped), (5, 0, 0));
        assert!(captured.last().is_none());
    }

    async fn one_acquisition_is_one_record_with_id() {
        let (telemetry, _recorder) = telemetry();
        let captured = capture(call(&telemetry)).await;
        assert_eq!(captured.output, Ok(7));
        assert!(captured.last().unwrap().correlation_id().is_some());
        assert_eq!(captured.records.len(), 1);
    }

    async fn records_come_in_finishing_order() {
        let (telemetry, _recorder) = telemetry();
        let captured = capture(async {
            let slow = async { tokio::task::yield_now().await; call(&telemetry).await };
            join(slow, stop_at(&telemetry, Place::BeforeHttp, Event::Stop).now_or_cancelled()).await
        });
        let outcomes: Vec<Outcome> = captured.await.records.iter().map(AcquisitionRecord::outcome).collect();
        assert_eq!(outcomes, [Outcome::Cancelled, Outcome::Ok]);
    }

    async fn outer_capture_sees_inner_records() {
        let (telemetry, _recorder) = telemetry();
        let outer = capture(async { capture(call(&telemetry)).await.records.len() }).await;
        assert_eq!((outer.output, outer.records.len()), (1, 1));
    }

    async fn inner_acquisitions_merge() {
        let (ours, _recorder) = telemetry();
        let (theirs, their_recorder) = telemetry();
        let captured = capture(around(&ours, &theirs)).await;
        assert_eq!(captured.output, Ok(1));
        assert_eq!(captured.records.len(), 1);
        assert_eq!(captured.records[0].api().name(), "Silent");
        assert_eq!(their_recorder.take().len(), 2);
    }

    async fn third_level_acquisitions_merge() {
        let [(one, _a), (two, _b), (three, _c)] = [telemetry(), telemetry(), telemetry()];
        for inner in [[&two, &three], [&one, &one]] {
            let captured = capture(around_two(&one, inner)).await;
            let levels: Vec<_> = captured.records.iter().map(|it| it.api().name()).collect();
            assert_eq!(levels, ["Silent"], "{:?}", captured.records);
        }
    }

    async fn cancelled_call_is_captured() {
        let (telemetry, _recorder) = telemetry();
        let captured = capture(poll_immediate(stop_at(&telemetry, Place::DuringHttp, Event::Stop))).await;
        assert_eq!(captured.output, None);
        assert_eq!(captured.last().unwrap().outcome(), Outcome::Cancelled);
    }

    async fn records_over_limit_are_counted() {
        let (telemetry, _recorder) = telemetry();
        let captured = capture(async {
            for _ in 0..AcquisitionRecord::MAX_CAPTURED + 3 {
                call(&telemetry).await.unwrap();
            }
        });
        let captured = captured.await;
        assert_eq!((captured.records.len(), captured.dropped), (AcquisitionRecord::MAX_CAPTURED, 3));
    }

    async fn nothing_is_captured_after_the_end() {
        let (telemetry, _recorder) = telemetry();
        let captured = capture(async {}).await;
        call(&telemetry).await.unwrap();
        assert_eq!(captured.records.len(), 0);
    }

    async fn sdk_can_return_the_record() {
        let (telemetry, _recorder) = telemetry();
        let sdk = async { call(&telemetry).await.map(|_| AuthResult(None)).unwrap() };
        let result = capture(sdk).await.attached();
        assert_eq!(result.0.unwrap().api().name(), "ForClient");
    }
}

/// Polls a future once and drops it.
trait NowOrCancelled: Future + Sized {
    async fn now_or_cancelled(self) {
        drop(poll_immediate(self).await);
    }
}

impl<F: Future> NowOrCancelled for F {}

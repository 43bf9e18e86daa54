//! Ends of threads, guards, futures and long chains.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::poll_immediate;
use token_telemetry::acquisition::{HandleGuard, Timer};
use token_telemetry::test_util::{ManualClock, Recorder};
use token_telemetry::{
    Acquisition, AcquisitionRecord, CacheLevel, Captured, Handle, Polled, Status, Telemetry,
    TokenSource, acquire_token, capture,
};

use super::{handle_of, headers_for, hit, run};
use crate::support::{LabApi, LabError, TOKEN_URL, only, telemetry};

fn forget(guard: HandleGuard) {
    #[expect(clippy::mem_forget, reason = "the leak is what is tested")]
    std::mem::forget(guard);
}

#[test]
fn finished_acquisition_is_never_a_parent() {
    let (telemetry, recorder) = telemetry();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            forget(run(handle_of(&telemetry)).unwrap().enter());
            run(hit(&telemetry)).unwrap();
            run(telemetry.background(LabApi::Silent, async { Ok::<_, LabError>(()) })).unwrap();
        });
    });
    let records = recorder.take();
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record.parent().is_none()));
    assert_eq!(records[1].token_source(), Some(TokenSource::Cache));
}

#[test]
fn guard_makes_running_acquisition_parent() {
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    async fn works_elsewhere(telemetry: &Telemetry, other: &Telemetry) -> Result<(), LabError> {
        let handle = Acquisition::current().handle();
        std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| {
                let _entered = handle.enter();
                run(hit(other))
            });
            elsewhere.join().unwrap()
        })
    }
    let (ours, recorder) = telemetry();
    let (theirs, their_recorder) = telemetry();
    run(works_elsewhere(&ours, &theirs)).unwrap();
    let (outer, inner) = (only(&recorder), only(&their_recorder));
    assert_eq!(inner.parent(), outer.correlation_id());
    assert!(inner.parent().is_some());
}

#[test]
fn outliving_timer_stops_no_other() {
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    async fn hands_out(telemetry: &Telemetry) -> Result<Timer, LabError> {
        Ok(Acquisition::current().time_in_cache())
    }
    #[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
    async fn drops(
        telemetry: &Telemetry,
        clock: &ManualClock,
        kept: Timer,
    ) -> Result<(), LabError> {
        let _own = Acquisition::current().time_in_cache();
        clock.advance(Duration::from_secs(1));
        drop(kept);
        clock.advance(Duration::from_secs(9));
        Ok(())
    }
    let (recorder, clock) = (Recorder::new(), ManualClock::new());
    let builder = Telemetry::builder()
        .observer(recorder.clone())
        .clock(clock.clone());
    let telemetry = builder.build().unwrap();
    let kept = run(hands_out(&telemetry)).unwrap();
    drop(recorder.take());
    run(drops(&telemetry, &clock, kept)).unwrap();
    assert_eq!(
        only(&recorder).duration_in_cache(),
        Some(Duration::from_secs(10))
    );
}

/// Acquires tokens when dropped at thread exit.
struct AtExit {
    telemetry: Telemetry,
    results: Sender<(Captured<Result<(), LabError>>, http::HeaderMap)>,
}

impl Drop for AtExit {
    fn drop(&mut self) {
        // Executors keep their own thread-local state, which may be gone.
        let captured = capture(hit(&self.telemetry)).now_or_never().unwrap();
        let headers = headers_for(&self.telemetry, TOKEN_URL).now_or_never();
        let headers = headers.unwrap().unwrap();
        self.results.send((captured, headers)).unwrap();
    }
}

thread_local! {
    static FIRST: RefCell<Option<AtExit>> = const { RefCell::new(None) };
    static SECOND: RefCell<Option<AtExit>> = const { RefCell::new(None) };
}

#[test]
fn acquisitions_at_thread_exit_are_complete() {
    let (telemetry, recorder) = telemetry();
    let (results, arrived) = channel();
    let at_exit = |telemetry: &Telemetry| AtExit {
        telemetry: telemetry.clone(),
        results: results.clone(),
    };
    let (first, second) = (at_exit(&telemetry), at_exit(&telemetry));
    let own = telemetry.clone();
    let thread = std::thread::spawn(move || {
        // One is dropped before the thread-local state of the library, and one after it.
        FIRST.set(Some(first));
        run(hit(&own)).unwrap();
        SECOND.set(Some(second));
    });
    thread.join().unwrap();
    drop(results);
    let all: Vec<_> = arrived.iter().collect();
    assert_eq!(all.len(), 2);
    for (captured, headers) in all {
        let source = captured.last().and_then(AcquisitionRecord::token_source);
        assert_eq!(source, Some(TokenSource::Cache));
        assert!(headers.contains_key("x-client-current-telemetry"));
    }
    assert_eq!(recorder.take().len(), 5);
    let totals = telemetry.totals();
    let counted = (totals.cache, totals.identity_provider, totals.unknown);
    assert_eq!(counted, (3, 2, 0));
}

#[test]
fn futures_panic_when_polled_again() {
    let mut captured = Box::pin(capture(std::future::ready(1)));
    assert_eq!(run(&mut captured).output, 1);
    assert!(catch_unwind(AssertUnwindSafe(|| run(&mut captured))).is_err());
    let mut scoped = Box::pin(Acquisition::current().handle().scope(async { 2 }));
    assert_eq!(run(&mut scoped), 2);
    assert!(catch_unwind(AssertUnwindSafe(|| run(&mut scoped))).is_err());
    assert!(!Acquisition::current().is_active());
}

#[test]
fn long_capture_chain_keeps_the_stack() {
    let mut under_way = Vec::new();
    let mut innermost = Acquisition::current().handle();
    for _ in 0..200_000 {
        let (hand_out, handed_out) = channel::<Handle>();
        let inner = capture(async move {
            hand_out.send(Acquisition::current().handle()).unwrap();
            std::future::pending::<()>().await;
        });
        let mut scoped = Box::pin(innermost.scope(inner));
        assert!(run(poll_immediate(&mut scoped)).is_none());
        innermost = handed_out.recv().unwrap();
        under_way.push(scoped);
    }
    drop(under_way);
    drop(innermost);
}

#[test]
fn debug_shows_no_token() {
    let (telemetry, _recorder) = telemetry();
    let captured = run(capture(async {
        hit(&telemetry).await.map(|()| "a-secret-token")
    }));
    let text = format!("{captured:?}");
    assert!(text.contains("records"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    let polled = Polled::Done(Status::new(200, "a-secret-token"));
    assert_eq!(
        format!("{polled:?}"),
        "Done(Status { status: 200, retry_after: None, .. })"
    );
}

#[test]
fn guards_drop_in_any_order() {
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    async fn entering(telemetry: &Telemetry, others: [&Handle; 3]) -> Result<(), LabError> {
        let [first, second, third] = others.map(Handle::enter);
        drop(second);
        drop(first);
        drop(third);
        Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
        Ok(())
    }
    let (ours, recorder) = telemetry();
    let (theirs, _their_recorder) = telemetry();
    let other = run(handle_of(&theirs)).unwrap();
    run(entering(&ours, [&other, &other, &other])).unwrap();
    assert_eq!(only(&recorder).cache_level(), Some(CacheLevel::L2Cache));
}

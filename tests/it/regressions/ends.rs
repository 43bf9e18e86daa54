//! Ends of threads, guards, futures and long chains.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use futures::future::poll_immediate;
use token_telemetry::Captured;

use super::{forget, handle_of};

use crate::support::prelude::*;

#[test]
fn finished_acquisition_is_never_a_parent() {
    let (telemetry, recorder) = telemetry();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            forget(handle_of(&telemetry).enter());
            now(hit(&telemetry)).unwrap();
            now(telemetry.background(LabApi::Silent, async { Ok::<_, LabError>(()) })).unwrap();
        });
    });
    let records = recorder.take();
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record.parent().is_none()));
    assert_eq!(records[1].token_source(), Some(TokenSource::Cache));
}

#[test]
fn guard_makes_running_acquisition_parent() {
    let (ours, recorder) = telemetry();
    let (theirs, their_recorder) = telemetry();
    acquire(&ours, || {
        let handle = Acquisition::current().handle();
        std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| {
                let _entered = handle.enter();
                now(hit(&theirs))
            });
            elsewhere.join().unwrap().unwrap();
        });
    });
    let (outer, inner) = (only(&recorder), only(&their_recorder));
    assert_eq!(inner.parent(), outer.correlation_id());
    assert!(inner.parent().is_some());
}

#[test]
fn outliving_timer_stops_no_other() {
    let clock = ManualClock::new();
    let (telemetry, recorder) = recorded(|builder| builder.clock(clock.clone()));
    let kept = acquire(&telemetry, || Acquisition::current().time_in_cache());
    drop(recorder.take());
    acquire(&telemetry, || {
        let _own = Acquisition::current().time_in_cache();
        clock.advance(Duration::from_secs(1));
        drop(kept);
        clock.advance(Duration::from_secs(9));
    });
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
        let captured = now(capture(hit(&self.telemetry)));
        let headers = acquire(&self.telemetry, || exchange(TOKEN_URL, 200));
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
        now(hit(&own)).unwrap();
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
    assert_eq!(now(&mut captured).output, 1);
    assert!(catch_unwind(AssertUnwindSafe(|| now(&mut captured))).is_err());
    let mut scoped = Box::pin(Acquisition::current().handle().scope(async { 2 }));
    assert_eq!(now(&mut scoped), 2);
    assert!(catch_unwind(AssertUnwindSafe(|| now(&mut scoped))).is_err());
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
        assert!(now(poll_immediate(&mut scoped)).is_none());
        innermost = handed_out.recv().unwrap();
        under_way.push(scoped);
    }
    drop(under_way);
    drop(innermost);
}

#[test]
fn debug_shows_no_token() {
    let (telemetry, _recorder) = telemetry();
    let captured = now(capture(async {
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
    let (ours, recorder) = telemetry();
    let (theirs, _their_recorder) = telemetry();
    let other = handle_of(&theirs);
    acquire(&ours, || {
        let [first, second, third] = [&other; 3].map(Handle::enter);
        drop(second);
        drop(first);
        drop(third);
        Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
    });
    assert_eq!(only(&recorder).cache_level(), Some(CacheLevel::L2Cache));
}

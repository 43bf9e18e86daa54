//! The current acquisition and its captures when guards and futures end out of order.

use std::cell::RefCell;
use std::pin::Pin;

use futures::future::poll_immediate;

use super::{forget, handle_of};

use crate::support::prelude::*;

#[test]
fn call_under_finished_acquisition_has_own_record() {
    let (telemetry, recorder) = telemetry();
    let handle = handle_of(&telemetry);
    let finished = only(&recorder);
    now(handle.scope(hit(&telemetry))).unwrap();
    let record = only(&recorder);
    assert_eq!(
        (record.api().name(), record.token_source()),
        ("Silent", Some(TokenSource::Cache))
    );
    assert_eq!(record.parent(), finished.correlation_id());
    assert!(record.parent().is_some());
}

#[test]
fn nested_captures_both_see_the_call() {
    let (telemetry, _recorder) = telemetry();
    let captured = now(capture(capture(hit(&telemetry))));
    assert_eq!(captured.output.records.len(), 1);
    assert_eq!(captured.records.len(), 1);
}

#[test]
fn capture_sees_through_handle_scope() {
    let (ours, _recorder) = telemetry();
    let (theirs, _their_recorder) = telemetry();
    let handle = handle_of(&ours);
    let captured = now(capture(handle.scope(hit(&theirs))));
    assert_eq!(captured.records.len(), 1);
}

#[test]
fn misordered_guards_leave_no_capture() {
    let (telemetry, _recorder) = telemetry();
    let captured = now(capture(async {
        let (one, two) = (
            Acquisition::current().handle(),
            Acquisition::current().handle(),
        );
        let elsewhere = std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| {
                let first = one.enter();
                let second = two.enter();
                drop(first);
                drop(second);
                now(hit(&telemetry))
            });
            elsewhere.join()
        });
        elsewhere.unwrap()
    }));
    assert_eq!((captured.output, captured.records.len()), (Ok(()), 0));
}

#[test]
fn guard_leaked_inside_leaves_no_capture() {
    let (telemetry, _recorder) = telemetry();
    let captured = now(capture(async {
        let handle = Acquisition::current().handle();
        let elsewhere = std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| {
                acquire(&telemetry, || forget(handle.enter()));
                now(hit(&telemetry))
            });
            elsewhere.join()
        });
        elsewhere.unwrap()
    }));
    assert_eq!((captured.output, captured.records.len()), (Ok(()), 0));
}

#[test]
fn guard_leaked_under_capture_is_removed() {
    let (telemetry, recorder) = telemetry();
    let handle = handle_of(&telemetry);
    now(capture(async { forget(handle.enter()) }));
    assert!(!Acquisition::current().is_active());
    assert_eq!(recorder.take().len(), 1);
}

#[test]
fn leaked_guards_never_end_acquisitions() {
    let (ours, recorder) = telemetry();
    let (theirs, their_recorder) = telemetry();
    let (others, other_recorder) = telemetry();
    let (one, two) = (handle_of(&others), handle_of(&others));
    assert_eq!(other_recorder.take().len(), 2);
    acquire(&ours, || {
        let covering = one.enter();
        // Drops the guard above its own, and leaks another.
        let uncovering = async {
            drop(covering);
            forget(two.enter());
            Ok(())
        };
        now(silent(&theirs, uncovering)).unwrap();
        Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
    });
    assert_eq!(only(&their_recorder).api().name(), "Silent");
    let outer = only(&recorder);
    assert_eq!(
        (outer.api().name(), outer.cache_level()),
        ("ForClient", Some(CacheLevel::L2Cache))
    );
    assert_eq!(other_recorder.take().len(), 0);
    assert!(!Acquisition::current().is_active());
}

#[test]
fn guard_across_await_removes_only_itself() {
    let (ours, recorder) = telemetry();
    let (theirs, _their_recorder) = telemetry();
    let handle = handle_of(&theirs);
    let mut call = Box::pin(silent(&ours, async {
        let kept = handle.enter();
        futures::pending!();
        let again = handle.enter();
        drop(kept);
        // Under the remaining guard, this is the finished acquisition of the handle.
        Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
        drop(again);
        Ok(Acquisition::current().is_active())
    }));
    assert_eq!(now(poll_immediate(&mut call)), None);
    assert!(!Acquisition::current().is_active());
    assert_eq!(now(call), Ok(true));
    assert_eq!(only(&recorder).cache_level(), None);
}

/// Records on the current acquisition when dropped.
struct NotesOnDrop;

impl Drop for NotesOnDrop {
    fn drop(&mut self) {
        Acquisition::current().record_stale_token();
    }
}

#[test]
fn cancelled_scope_drops_values_inside() {
    let record = record_of(|| {
        let mut scoped = Box::pin(Acquisition::current().handle().scope(async {
            let _value = NotesOnDrop;
            std::future::pending::<()>().await;
        }));
        assert!(now(poll_immediate(&mut scoped)).is_none());
        std::thread::scope(|scope| scope.spawn(|| drop(scoped)).join()).unwrap();
    });
    assert!(record.is_stale());
}

type Call = Pin<Box<dyn Future<Output = Result<u8, LabError>>>>;

thread_local! {
    static KEPT: RefCell<Option<Call>> = const { RefCell::new(None) };
}

#[test]
fn call_dropped_at_thread_exit_is_recorded() {
    let (telemetry, recorder) = telemetry();
    let thread = std::thread::spawn(move || {
        // Created first, so that it drops last, when nothing can be current anymore.
        KEPT.with_borrow(|kept| assert!(kept.is_none()));
        let mut call =
            Box::pin(async move { stop_at(&telemetry, Place::DuringHttp, Event::Stop).await });
        assert_eq!(now(poll_immediate(&mut call)), None);
        KEPT.with_borrow_mut(|kept| *kept = Some(call));
    });
    thread.join().unwrap();
    assert_eq!(only(&recorder).outcome(), Outcome::Cancelled);
}

#[test]
fn foreign_drop_ends_only_its_call() {
    let (ours, recorder) = telemetry();
    let (theirs, their_recorder) = telemetry();
    let mut stopped = Box::pin(stop_at(&theirs, Place::DuringHttp, Event::Stop));
    assert_eq!(now(poll_immediate(&mut stopped)), None);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let dropping = async {
                drop(stopped);
                Ok::<_, LabError>(())
            };
            now(ours.background(LabApi::Silent, dropping)).unwrap();
        });
    });
    assert_eq!(only(&their_recorder).outcome(), Outcome::Cancelled);
    assert_eq!(only(&recorder).outcome(), Outcome::Ok);
}

#[acquire_token(api = LabApi::Silent, telemetry = outer)]
fn blocking_around_a_panic(outer: &Telemetry, inner: &Telemetry) -> Result<(), LabError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| blocking_panic(inner)));
    assert!(caught.is_err());
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn blocking_panic(telemetry: &Telemetry) -> Result<(), LabError> {
    let _value = NotesOnDrop;
    panic!("the body panics")
}

#[test]
fn blocking_panic_ends_only_its_call() {
    let (ours, recorder) = telemetry();
    let (theirs, their_recorder) = telemetry();
    blocking_around_a_panic(&ours, &theirs).unwrap();
    let inner = only(&their_recorder);
    assert!(inner.is_stale());
    assert_eq!(inner.outcome(), Outcome::Panicked);
    let outer = only(&recorder);
    assert_eq!(
        (outer.outcome(), outer.cache_level(), outer.is_stale()),
        (Outcome::Ok, Some(CacheLevel::L1Cache), false)
    );
    assert_eq!(inner.parent(), outer.correlation_id());
}

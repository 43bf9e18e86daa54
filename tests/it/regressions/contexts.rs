//! The current acquisition and its captures when guards and futures end out of order.

use std::cell::RefCell;
use std::pin::Pin;

use futures::future::poll_immediate;
use token_telemetry::acquisition::HandleGuard;
use token_telemetry::{
    Acquisition, CacheLevel, Handle, Outcome, Telemetry, TokenSource, acquire_token, capture,
};

use super::{handle_of, hit, run};
use crate::support::{Event, LabApi, LabError, Place, only, stop_at, telemetry};

fn forget(guard: HandleGuard) {
    #[expect(clippy::mem_forget, reason = "the leak is what is tested")]
    std::mem::forget(guard);
}

/// A handle that carries a capture in progress.
fn observed_handle() -> Handle {
    Acquisition::current().handle()
}

#[test]
fn call_under_finished_acquisition_has_own_record() {
    let (telemetry, recorder) = telemetry();
    let handle = run(handle_of(&telemetry)).unwrap();
    let finished = only(&recorder);
    run(handle.scope(hit(&telemetry))).unwrap();
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
    let captured = run(capture(capture(hit(&telemetry))));
    assert_eq!(captured.output.records.len(), 1);
    assert_eq!(captured.records.len(), 1);
}

#[test]
fn capture_sees_through_handle_scope() {
    let (ours, _recorder) = telemetry();
    let (theirs, _their_recorder) = telemetry();
    let handle = run(handle_of(&ours)).unwrap();
    let captured = run(capture(handle.scope(hit(&theirs))));
    assert_eq!(captured.records.len(), 1);
}

#[test]
fn misordered_guards_leave_no_capture() {
    let (telemetry, _recorder) = telemetry();
    let captured = run(capture(async {
        let (one, two) = (observed_handle(), observed_handle());
        let elsewhere = std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| {
                let first = one.enter();
                let second = two.enter();
                drop(first);
                drop(second);
                run(hit(&telemetry))
            });
            elsewhere.join()
        });
        elsewhere.unwrap()
    }));
    assert_eq!((captured.output, captured.records.len()), (Ok(()), 0));
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn leaking(telemetry: &Telemetry, handle: &Handle) -> Result<(), LabError> {
    forget(handle.enter());
    Ok(())
}

#[test]
fn guard_leaked_inside_leaves_no_capture() {
    let (telemetry, _recorder) = telemetry();
    let captured = run(capture(async {
        let handle = observed_handle();
        let elsewhere = std::thread::scope(|scope| {
            let elsewhere = scope.spawn(|| {
                run(leaking(&telemetry, &handle)).unwrap();
                run(hit(&telemetry))
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
    let handle = run(handle_of(&telemetry)).unwrap();
    run(capture(async { forget(handle.enter()) }));
    assert!(!Acquisition::current().is_active());
    assert_eq!(recorder.take().len(), 1);
}

/// Drops the guard above its own, and leaks another.
#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn uncovering(
    telemetry: &Telemetry,
    covering: HandleGuard,
    leaked: &Handle,
) -> Result<(), LabError> {
    drop(covering);
    forget(leaked.enter());
    Ok(())
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn around_uncovering(
    telemetry: &Telemetry,
    inner: &Telemetry,
    handles: [&Handle; 2],
) -> Result<(), LabError> {
    uncovering(inner, handles[0].enter(), handles[1]).await?;
    Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
    Ok(())
}

#[test]
fn leaked_guards_never_end_acquisitions() {
    let (ours, recorder) = telemetry();
    let (theirs, their_recorder) = telemetry();
    let (others, other_recorder) = telemetry();
    let (one, two) = (
        run(handle_of(&others)).unwrap(),
        run(handle_of(&others)).unwrap(),
    );
    assert_eq!(other_recorder.take().len(), 2);
    run(around_uncovering(&ours, &theirs, [&one, &two])).unwrap();
    assert_eq!(only(&their_recorder).api().name(), "Silent");
    let outer = only(&recorder);
    assert_eq!(
        (outer.api().name(), outer.cache_level()),
        ("ForClient", Some(CacheLevel::L2Cache))
    );
    assert_eq!(other_recorder.take().len(), 0);
    assert!(!Acquisition::current().is_active());
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn keeping_a_guard(telemetry: &Telemetry, other: &Handle) -> Result<bool, LabError> {
    let kept = other.enter();
    futures::pending!();
    let again = other.enter();
    drop(kept);
    // Under the remaining guard, this is the finished acquisition of the handle.
    Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
    drop(again);
    Ok(Acquisition::current().is_active())
}

#[test]
fn guard_across_await_removes_only_itself() {
    let (ours, recorder) = telemetry();
    let (theirs, _their_recorder) = telemetry();
    let handle = run(handle_of(&theirs)).unwrap();
    let mut call = Box::pin(keeping_a_guard(&ours, &handle));
    assert_eq!(run(poll_immediate(&mut call)), None);
    assert!(!Acquisition::current().is_active());
    assert_eq!(run(call), Ok(true));
    assert_eq!(only(&recorder).cache_level(), None);
}

/// Records on the current acquisition when dropped.
struct NotesOnDrop;

impl Drop for NotesOnDrop {
    fn drop(&mut self) {
        Acquisition::current().record_stale_token();
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn cancelling_a_scope(telemetry: &Telemetry) -> Result<(), LabError> {
    let scoped = Acquisition::current().handle().scope(async {
        let _value = NotesOnDrop;
        std::future::pending::<()>().await;
    });
    let mut scoped = Box::pin(scoped);
    poll_immediate(&mut scoped).await;
    let elsewhere = std::thread::scope(|scope| scope.spawn(|| drop(scoped)).join());
    elsewhere.map_err(|_| LabError::new("thread"))
}

#[test]
fn cancelled_scope_drops_values_inside() {
    let (telemetry, recorder) = telemetry();
    run(cancelling_a_scope(&telemetry)).unwrap();
    assert!(only(&recorder).is_stale());
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
        assert_eq!(run(poll_immediate(&mut call)), None);
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
    assert_eq!(run(poll_immediate(&mut stopped)), None);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let dropping = async {
                drop(stopped);
                Ok::<_, LabError>(())
            };
            run(ours.background(LabApi::Silent, dropping)).unwrap();
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

//! Which acquisitions are in the list, and what removes them.

use std::cell::RefCell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::thread;
use std::time::Duration;

use token_telemetry::acquisition::InFlightAcquisition;

use super::{hang, poll, the_one};
use crate::support::prelude::*;

/// A call that sends a request and never ends.
fn in_http(telemetry: &Telemetry) -> impl Future<Output = Result<u8, LabError>> + use<'_> {
    stop_at(telemetry, Place::DuringHttp, Event::Stop)
}

#[test]
fn ready_in_first_poll_never_listed() {
    let (telemetry, _) = telemetry();
    let seen = acquire(&telemetry, || {
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        telemetry.in_flight().count()
    });
    assert_eq!(seen, 0);
}

#[test]
fn listed_when_pending() {
    let (telemetry, _) = telemetry();
    let call = hang(for_client(&telemetry, pending::<Result<(), _>>()));
    let listed = the_one(&telemetry);
    assert_eq!(listed.api().name(), "ForClient");
    assert_eq!((listed.attempts(), listed.last_response()), (0, None));
    assert!(!listed.is_background());
    drop(call);
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn background_listed_as_such() {
    let (telemetry, _) = telemetry();
    let refresh = telemetry.background(LabApi::Silent, pending::<Result<u8, LabError>>());
    let _refresh = hang(refresh);
    assert!(the_one(&telemetry).is_background());
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
fn blocking(telemetry: &Telemetry) -> Result<usize, LabError> {
    let before = telemetry.in_flight().count();
    let request = token_request();
    let during = telemetry.in_flight().count();
    request.responded(200);
    Ok(before * 10 + during)
}

#[test]
fn blocking_call_listed_from_first_request() {
    let (telemetry, _) = telemetry();
    assert_eq!(blocking(&telemetry), Ok(1));
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn merged_calls_are_one() {
    let (telemetry, _) = telemetry();
    let _call = hang(silent(&telemetry, in_http(&telemetry)));
    assert_eq!(the_one(&telemetry).api().name(), "Silent");
}

#[test]
fn own_records_are_two() {
    let (telemetry, _) = telemetry();
    let refresh = telemetry.background(LabApi::Silent, in_http(&telemetry));
    let _call = hang(for_client(&telemetry, refresh));
    assert_eq!(telemetry.in_flight().count(), 2);
}

#[test]
fn ages_by_the_clock() {
    let clock = ManualClock::new();
    let (telemetry, _) = recorded(|builder| builder.clock(clock.clone()));
    assert_eq!(telemetry.in_flight().oldest_age(), None);
    let first = hang(in_http(&telemetry));
    clock.advance(Duration::from_secs(2));
    let _second = hang(silent(&telemetry, pending::<Result<(), _>>()));
    clock.advance(Duration::from_secs(3));
    let in_flight = telemetry.in_flight();
    let ages = in_flight
        .acquisitions()
        .iter()
        .map(|one| (one.api().name(), one.age().unwrap().as_secs()));
    assert_eq!(ages.collect::<Vec<_>>(), [("ForClient", 5), ("Silent", 3)]);
    assert_eq!(in_flight.oldest_age(), Some(Duration::from_secs(5)));
    drop(first);
    let oldest = telemetry.in_flight().oldest_age();
    assert_eq!(oldest, Some(Duration::from_secs(3)));
}

#[test]
fn record_has_listed_id() {
    let (telemetry, recorder) = telemetry();
    let (first, second) = (hang(in_http(&telemetry)), hang(in_http(&telemetry)));
    let in_flight = telemetry.in_flight();
    let mut ids: Vec<_> = in_flight
        .acquisitions()
        .iter()
        .map(InFlightAcquisition::id)
        .collect();
    drop((first, second));
    let mut ended: Vec<_> = recorder
        .take()
        .iter()
        .filter_map(AcquisitionRecord::id)
        .collect();
    ids.sort();
    ended.sort();
    assert_eq!(ids, ended);
    assert_ne!(ids[0], ids[1]);
    assert_ne!(ids[0].to_string(), ids[1].to_string());
}

#[test]
fn id_for_observers_of_a_hit() {
    let (telemetry, recorder) = telemetry();
    now(hit(&telemetry)).unwrap();
    assert!(only(&recorder).id().is_some());
}

#[test]
fn ended_before_observers_run() {
    struct Counting(std::sync::OnceLock<Telemetry>, std::sync::Mutex<Vec<usize>>);

    impl token_telemetry::Observer for Counting {
        fn finished(&self, _: &AcquisitionRecord) {
            let count = self.0.get().unwrap().in_flight().count();
            self.1.lock().unwrap().push(count);
        }
    }

    let counting = std::sync::Arc::new(Counting(std::sync::OnceLock::new(), Vec::new().into()));
    let (telemetry, _) = recorded(|builder| builder.observer(std::sync::Arc::clone(&counting)));
    assert!(counting.0.set(telemetry.clone()).is_ok());
    drop(hang(in_http(&telemetry)));
    assert_eq!(*counting.1.lock().unwrap(), [0]);
}

#[test]
fn output_removes() {
    let (telemetry, _) = telemetry();
    let mut call = hang(for_client(&telemetry, async {
        let sent = token_request();
        tokio::task::yield_now().await;
        sent.responded(200);
        Ok(())
    }));
    assert_eq!(telemetry.in_flight().count(), 1);
    assert!(poll(&mut call).is_ready());
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn panic_removes() {
    let (telemetry, _) = telemetry();
    let mut call = hang(stop_at(
        &telemetry,
        Place::DuringHttp,
        Event::PanicAfterAwait,
    ));
    assert_eq!(telemetry.in_flight().count(), 1);
    catch_unwind(AssertUnwindSafe(|| poll(&mut call))).unwrap_err();
    drop(call);
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn handle_kept_after_the_end_removes() {
    let (telemetry, _) = telemetry();
    let mut kept = None;
    let call = hang(for_client(&telemetry, async {
        kept = Some((Acquisition::current().handle(), token_request()));
        pending::<Result<(), _>>().await
    }));
    assert_eq!(telemetry.in_flight().count(), 1);
    drop(call);
    assert_eq!(telemetry.in_flight().count(), 0);
    let (handle, request) = kept.unwrap();
    let _late = handle.token_request(TOKEN_URL);
    request.responded(200);
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn runtime_shutdown_removes() {
    let (telemetry, _) = telemetry();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let owned = telemetry.clone();
    runtime.spawn(async move { in_http(&owned).await });
    runtime.block_on(tokio::task::yield_now());
    assert_eq!(telemetry.in_flight().count(), 1);
    drop(runtime);
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn thread_end_removes() {
    type Call = Pin<Box<dyn Future<Output = Result<u8, LabError>>>>;
    thread_local! {
        static LEFT: RefCell<Option<Call>> = const { RefCell::new(None) };
    }

    let (telemetry, _) = telemetry();
    let owned = telemetry.clone();
    let left = thread::spawn(move || {
        // Registered first, so that its destructor runs after the one of the runtime's stack.
        LEFT.with(|left| assert!(left.borrow().is_none()));
        let call: Call = Box::pin({
            let owned = owned.clone();
            async move { in_http(&owned).await }
        });
        LEFT.set(Some(hang(call)));
        owned.in_flight().count()
    });
    assert_eq!(left.join().unwrap(), 1);
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn slots_are_used_again() {
    let (telemetry, _) = telemetry();
    let mut calls: Vec<_> = (0..200).map(|_| hang(in_http(&telemetry))).collect();
    for kept in [150, 20] {
        calls.truncate(kept);
        calls.extend((0..30).map(|_| hang(in_http(&telemetry))));
        assert_eq!(telemetry.in_flight().count(), kept + 30);
    }
    calls.clear();
    assert_eq!(telemetry.in_flight().count(), 0);
}

#[test]
fn threads_in_one_list() {
    let (telemetry, _) = telemetry();
    let barrier = std::sync::Barrier::new(5);
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let _call = hang(in_http(&telemetry));
                barrier.wait();
                barrier.wait();
            });
        }
        barrier.wait();
        assert_eq!(telemetry.in_flight().count(), 4);
        barrier.wait();
    });
    assert_eq!(telemetry.in_flight().count(), 0);
}

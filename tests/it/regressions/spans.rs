//! Spans are entered and exited in pairs, no matter what a subscriber does.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::poll_immediate;
use token_telemetry::SpanOptions;
use tracing::span::Id;

use crate::support::prelude::*;
use crate::support::subscriber::{Called, Reacting};

/// Counts of open, enter, exit and close for each span.
#[derive(Default)]
struct Balance(Mutex<HashMap<u64, [u32; 3]>>);

impl Balance {
    fn open(&self, id: &Id) {
        self.0.lock().unwrap().insert(id.into_u64(), [0; 3]);
    }

    fn count(&self, id: &Id, column: usize) {
        self.0.lock().unwrap().entry(id.into_u64()).or_default()[column] += 1;
    }

    /// Asserts that every span was exited as often as entered, and closed once.
    fn assert_even(&self, opened: usize) {
        let spans = self.0.lock().unwrap();
        assert_eq!(spans.len(), opened);
        for [entered, left, closed] in spans.values() {
            assert!(*entered > 0);
            assert_eq!((entered, *closed), (left, 1), "{spans:?}");
        }
    }
}

/// Runs code on a separate thread under a subscriber that counts, and acts in every callback.
fn under_subscriber(act: fn(), code: impl FnOnce() + Send + 'static) -> Arc<Balance> {
    let balance = Arc::new(Balance::default());
    let counting = Arc::clone(&balance);
    let subscriber = Reacting::new(
        |metadata| metadata.name() == "acquire_token",
        move |called| {
            match &called {
                Called::Open(id, _) => counting.open(id),
                Called::Enter(id) => counting.count(id, 0),
                Called::Exit(id) => counting.count(id, 1),
                Called::Close(id) => return counting.count(id, 2),
                Called::Register(_) | Called::Event(_) => return,
                Called::Record(_) => {}
            }
            act();
        },
    );
    in_time(|| tracing::subscriber::with_default(subscriber, code));
    balance
}

/// An instance with a unique target, so that tests do not affect each other's callsite interest.
fn traced() -> (Telemetry, Recorder) {
    recorded(|builder| builder.span(SpanOptions::new().with_target("token_telemetry::regressions")))
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn elsewhere_too(telemetry: &Telemetry) -> Result<Handle, LabError> {
    let handle = Acquisition::current().handle();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _entered = handle.enter();
            Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
        });
    });
    futures::pending!();
    handle.scope(hit(telemetry)).await?;
    Ok(handle)
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
fn blocking(telemetry: &Telemetry, panics: bool) -> Result<(), LabError> {
    assert!(!panics, "the body panics");
    Ok(())
}

/// Makes one call with each kind of end: ten spans.
fn every_ending() {
    let (telemetry, recorder) = traced();
    for place in [Place::BeforeHttp, Place::DuringHttp, Place::AfterHttp] {
        assert_eq!(
            now(poll_immediate(stop_at(&telemetry, place, Event::Stop))),
            None
        );
        let panicking = AssertUnwindSafe(stop_at(&telemetry, place, Event::Panic));
        assert!(now(panicking.catch_unwind()).is_err());
    }
    let mut call = Box::pin(elsewhere_too(&telemetry));
    assert!(now(poll_immediate(&mut call)).is_none());
    assert!(now(call).is_ok());
    now(hit(&telemetry)).unwrap();
    blocking(&telemetry, false).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| blocking(&telemetry, true))).is_err());
    assert_eq!(recorder.take().len(), 10);
}

#[test]
fn span_enters_and_exits_balance() {
    under_subscriber(|| {}, every_ending).assert_even(10);
}

#[test]
fn subscriber_may_use_current_acquisition() {
    fn act() {
        let current = Acquisition::current();
        let _id = current.correlation_id();
        drop(current.handle());
        current.record_cached_token_count(1);
    }
    under_subscriber(act, every_ending).assert_even(10);
}

static SHARED: Mutex<Option<Handle>> = Mutex::new(None);

#[test]
fn subscriber_may_use_entered_handle() {
    fn act() {
        let handle = SHARED.lock().unwrap().clone();
        if let Some(handle) = handle {
            let _entered = handle.enter();
            Acquisition::current().record_stale_token();
        }
    }
    let calling = || {
        let (telemetry, recorder) = traced();
        let mut call = Box::pin(for_client(&telemetry, async {
            *SHARED.lock().unwrap() = Some(Acquisition::current().handle());
            futures::pending!();
            *SHARED.lock().unwrap() = None;
            Ok(())
        }));
        assert!(now(poll_immediate(&mut call)).is_none());
        now(call).unwrap();
        assert!(only(&recorder).is_stale());
    };
    under_subscriber(act, calling).assert_even(1);
}

static OCCASIONS: AtomicU64 = AtomicU64::new(0);

#[test]
fn panicking_subscriber_loses_no_record() {
    let calling = || {
        let (telemetry, recorder) = traced();
        assert_eq!(now(hit(&telemetry)), Ok(()));
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
        let stopped = stop_at(&telemetry, Place::DuringHttp, Event::Stop);
        assert_eq!(now(poll_immediate(stopped)), None);
        assert_eq!(only(&recorder).outcome(), Outcome::Cancelled);
        assert!(catch_unwind(AssertUnwindSafe(|| blocking(&telemetry, true))).is_err());
        assert_eq!(only(&recorder).outcome(), Outcome::Panicked);
    };
    under_subscriber(|| panic!("the subscriber panics"), calling);
    // The span is open, and then enter, exit and record all fail.
    let only_opening = || assert_eq!(OCCASIONS.fetch_add(1, Ordering::Relaxed), 0);
    under_subscriber(only_opening, || {
        let (telemetry, recorder) = traced();
        assert_eq!(now(hit(&telemetry)), Ok(()));
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    });
}

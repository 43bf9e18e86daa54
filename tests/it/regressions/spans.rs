//! Spans are entered and exited in pairs, no matter what a subscriber does.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::poll_immediate;
use token_telemetry::{
    Acquisition, CacheLevel, Handle, Outcome, SpanOptions, Telemetry, acquire_token,
};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event as Message, Metadata, Subscriber};

use super::{hit, run};
use crate::support::{Event, LabApi, LabError, Place, only, stop_at};

/// Counts of open, enter, exit and close for each span.
#[derive(Default)]
struct Balance {
    ids: AtomicU64,
    spans: Mutex<HashMap<u64, [u32; 3]>>,
}

impl Balance {
    fn count(&self, id: &Id, column: usize) {
        self.spans.lock().unwrap().entry(id.into_u64()).or_default()[column] += 1;
    }

    /// Asserts that every span was exited as often as entered, and closed once.
    fn assert_even(&self, opened: usize) {
        let spans = self.spans.lock().unwrap();
        assert_eq!(spans.len(), opened);
        for [entered, left, closed] in spans.values() {
            assert!(*entered > 0);
            assert_eq!((entered, *closed), (left, 1), "{spans:?}");
        }
    }
}

/// A subscriber that counts, and acts in every callback.
struct Counting {
    balance: Arc<Balance>,
    act: fn(),
}

impl Subscriber for Counting {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == "acquire_token"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        (self.act)();
        let id = self.balance.ids.fetch_add(1, Ordering::Relaxed) + 1;
        self.balance.spans.lock().unwrap().insert(id, [0; 3]);
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {
        (self.act)();
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Message<'_>) {}

    fn enter(&self, span: &Id) {
        self.balance.count(span, 0);
        (self.act)();
    }

    fn exit(&self, span: &Id) {
        self.balance.count(span, 1);
        (self.act)();
    }

    fn try_close(&self, id: Id) -> bool {
        self.balance.count(&id, 2);
        true
    }
}

/// Runs code on a separate thread under a subscriber, and fails if it hangs.
fn under_subscriber(act: fn(), code: impl FnOnce() + Send + 'static) -> Arc<Balance> {
    let balance = Arc::new(Balance::default());
    let subscriber = Counting {
        balance: Arc::clone(&balance),
        act,
    };
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        tracing::subscriber::with_default(subscriber, code);
        done.send(()).unwrap();
    });
    let ended = is_done.recv_timeout(Duration::from_secs(60));
    assert!(ended.is_ok(), "it panicked or hangs");
    balance
}

/// An instance with a unique target, so that tests do not affect each other's callsite interest.
fn traced() -> (Telemetry, token_telemetry::test_util::Recorder) {
    let recorder = token_telemetry::test_util::Recorder::new();
    let builder = Telemetry::builder()
        .span(SpanOptions::new().with_target("token_telemetry::regressions"))
        .observer(recorder.clone());
    (builder.build().unwrap(), recorder)
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
            run(poll_immediate(stop_at(&telemetry, place, Event::Stop))),
            None
        );
        let panicking = AssertUnwindSafe(stop_at(&telemetry, place, Event::Panic));
        assert!(run(panicking.catch_unwind()).is_err());
    }
    let mut call = Box::pin(elsewhere_too(&telemetry));
    assert!(run(poll_immediate(&mut call)).is_none());
    assert!(run(call).is_ok());
    run(hit(&telemetry)).unwrap();
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

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn sharing(telemetry: &Telemetry) -> Result<(), LabError> {
    *SHARED.lock().unwrap() = Some(Acquisition::current().handle());
    futures::pending!();
    *SHARED.lock().unwrap() = None;
    Ok(())
}

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
        let mut call = Box::pin(sharing(&telemetry));
        assert!(run(poll_immediate(&mut call)).is_none());
        run(call).unwrap();
        assert!(only(&recorder).is_stale());
    };
    under_subscriber(act, calling).assert_even(1);
}

static OCCASIONS: AtomicU64 = AtomicU64::new(0);

#[test]
fn panicking_subscriber_loses_no_record() {
    let calling = || {
        let (telemetry, recorder) = traced();
        assert_eq!(run(hit(&telemetry)), Ok(()));
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
        let stopped = stop_at(&telemetry, Place::DuringHttp, Event::Stop);
        assert_eq!(run(poll_immediate(stopped)), None);
        assert_eq!(only(&recorder).outcome(), Outcome::Cancelled);
        assert!(catch_unwind(AssertUnwindSafe(|| blocking(&telemetry, true))).is_err());
        assert_eq!(only(&recorder).outcome(), Outcome::Panicked);
    };
    under_subscriber(|| panic!("the subscriber panics"), calling);
    // The span is open, and then enter, exit and record all fail.
    let only_opening = || assert_eq!(OCCASIONS.fetch_add(1, Ordering::Relaxed), 0);
    under_subscriber(only_opening, || {
        let (telemetry, recorder) = traced();
        assert_eq!(run(hit(&telemetry)), Ok(()));
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    });
}

//! Misbehaving subscribers: they panic, call back, or disable everything.

use std::panic::AssertUnwindSafe;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use token_telemetry::test_util::Recorder;
use token_telemetry::{Outcome, SpanOptions, Telemetry, acquire_token, capture};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, set_global_default, with_default};
use tracing::{Event, Level, Metadata, Subscriber};

use super::{hit, run};
use crate::support::{LabApi, LabError, only};

/// A callback of a subscriber.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Register,
    Record,
    Close,
}

/// A subscriber that acts in callbacks for spans with one target.
struct Acting<F> {
    target: &'static str,
    act: F,
    hint: LevelFilter,
    opened: Arc<AtomicU64>,
}

impl<F: Fn(Asked) + Send + Sync + 'static> Acting<F> {
    fn new(target: &'static str, act: F) -> Self {
        Self {
            target,
            act,
            hint: LevelFilter::TRACE,
            opened: Arc::default(),
        }
    }
}

impl<F: Fn(Asked) + Send + Sync + 'static> Subscriber for Acting<F> {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == self.target {
            (self.act)(Asked::Register);
        }
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.hint)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == self.target
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.opened.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {
        (self.act)(Asked::Record);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn try_close(&self, _: Id) -> bool {
        (self.act)(Asked::Close);
        true
    }
}

/// Returns an instance whose spans have this target.
fn spanning(target: &'static str) -> (Telemetry, Recorder) {
    let recorder = Recorder::new();
    let builder = Telemetry::builder()
        .span(SpanOptions::new().with_target(target))
        .observer(recorder.clone());
    (builder.build().unwrap(), recorder)
}

/// Runs an ignored test of this file in a subprocess: it may abort, and its process-wide state must
/// not affect other tests.
fn alone(name: &str) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let path = format!("regressions::subscribers::{name}");
    let output = command.args(["--exact", &path, "--ignored"]).output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{}: {text} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

#[acquire_token(api = LabApi::Silent)]
fn on_the_global_instance() -> Result<u8, LabError> {
    Ok(7)
}

#[test]
fn panic_in_record_does_not_abort() {
    alone("panic_under_a_lock");
}

#[test]
#[ignore = "run alone"]
fn panic_under_a_lock() {
    let state = Mutex::new(());
    // Closing also panics, because the lock is poisoned.
    let act = move |asked| {
        let _state = state.lock().unwrap();
        assert!(asked != Asked::Record, "the subscriber panics");
    };
    with_default(Acting::new("lab::locked", act), || {
        let (telemetry, recorder) = spanning("lab::locked");
        assert_eq!(run(hit(&telemetry)), Ok(()));
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
        let call = AssertUnwindSafe(|| blocking_panic(&telemetry));
        assert!(std::panic::catch_unwind(call).is_err());
        assert_eq!(only(&recorder).outcome(), Outcome::Panicked);
    });
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
fn blocking_panic(telemetry: &Telemetry) -> Result<(), LabError> {
    panic!("the body panics")
}

#[test]
fn panic_in_register_callsite_keeps_build() {
    let first = AtomicBool::new(true);
    // Only once, because new subscribers of other tests register all callsites again.
    let act = move |asked| {
        let panics = asked == Asked::Register && first.swap(false, Ordering::Relaxed);
        assert!(!panics, "the subscriber panics");
    };
    with_default(Acting::new("lab::register", act), || {
        let (telemetry, recorder) = spanning("lab::register");
        assert_eq!(run(hit(&telemetry)), Ok(()));
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    });
}

#[test]
fn panic_in_register_callsite_keeps_call() {
    alone("panic_at_first_call");
}

#[test]
#[ignore = "run alone"]
fn panic_at_first_call() {
    let act = |asked| assert!(asked != Asked::Register, "the subscriber panics");
    set_global_default(Acting::new("token_telemetry", act)).unwrap();
    assert_eq!(on_the_global_instance(), Ok(7));
    assert_eq!(on_the_global_instance(), Ok(7));
}

#[test]
fn register_callsite_may_use_the_global_instance() {
    alone("global_instance_in_register_callsite");
}

#[test]
#[ignore = "run alone"]
fn global_instance_in_register_callsite() {
    let act = |asked| {
        if asked == Asked::Register {
            assert_eq!(on_the_global_instance(), Ok(7));
        }
    };
    set_global_default(Acting::new("token_telemetry", act)).unwrap();
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || done.send(on_the_global_instance()));
    let ended = is_done.recv_timeout(Duration::from_secs(30));
    assert_eq!(ended, Ok(Ok(7)), "it hangs");
    assert_eq!(Telemetry::global().totals().unknown, 2, "one instance");
}

#[test]
fn panic_in_try_close_keeps_captured_record() {
    let act = |asked| assert!(asked != Asked::Close, "the subscriber panics");
    with_default(Acting::new("lab::close", act), || {
        let (telemetry, recorder) = spanning("lab::close");
        let captured = run(capture(hit(&telemetry)));
        assert_eq!(captured.output, Ok(()));
        assert_eq!(captured.records.len(), 1);
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    });
}

#[test]
fn max_level_hint_is_obeyed() {
    alone("warnings_only");
}

#[test]
#[ignore = "run alone"]
fn warnings_only() {
    let mut subscriber = Acting::new("lab::hint", |_| {});
    subscriber.hint = LevelFilter::WARN;
    let opened = Arc::clone(&subscriber.opened);
    with_default(subscriber, || {
        for (level, expected) in [(Level::INFO, 0), (Level::WARN, 1), (Level::ERROR, 2)] {
            let span = SpanOptions::new()
                .with_target("lab::hint")
                .with_level(level);
            let telemetry = Telemetry::builder().span(span).build().unwrap();
            assert_eq!(run(hit(&telemetry)), Ok(()));
            assert_eq!(opened.load(Ordering::Relaxed), expected, "{level}");
        }
    });
}

//! Misbehaving subscribers: they panic, call back, or disable everything.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use token_telemetry::SpanOptions;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{set_global_default, with_default};

use crate::support::prelude::*;
use crate::support::subscriber::{Called, Reacting};

/// A subscriber that acts in callbacks for spans with one target.
fn acting(target: &'static str, act: impl Fn(Called<'_>) + Send + Sync + 'static) -> Reacting {
    Reacting::new(move |metadata| metadata.target() == target, act)
}

/// Returns an instance whose spans have this target.
fn spanning(target: &'static str) -> (Telemetry, Recorder) {
    recorded(|builder| builder.span(SpanOptions::new().with_target(target)))
}

/// Runs an ignored test of this file in a subprocess: it may abort, and its process-wide state must
/// not affect other tests.
fn passes_alone(name: &str) {
    let output = alone(&format!("regressions::subscribers::{name}")).output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && text.contains("1 passed");
    assert!(passed, "{text} {}", String::from_utf8_lossy(&output.stderr));
}

#[acquire_token(api = LabApi::Silent)]
fn on_the_global_instance() -> Result<u8, LabError> {
    Ok(7)
}

#[test]
fn panic_in_record_does_not_abort() {
    passes_alone("panic_under_a_lock");
}

#[test]
#[ignore = "run alone"]
fn panic_under_a_lock() {
    let state = Mutex::new(());
    // Closing also panics, because the lock is poisoned.
    let act = move |called: Called<'_>| {
        let _state = state.lock().unwrap();
        assert!(
            !matches!(called, Called::Record(_)),
            "the subscriber panics"
        );
    };
    with_default(acting("lab::locked", act), || {
        let (telemetry, recorder) = spanning("lab::locked");
        assert_eq!(now(hit(&telemetry)), Ok(()));
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
    let act = move |called: Called<'_>| {
        let panics = matches!(called, Called::Register(_)) && first.swap(false, Ordering::Relaxed);
        assert!(!panics, "the subscriber panics");
    };
    with_default(acting("lab::register", act), || {
        let (telemetry, recorder) = spanning("lab::register");
        assert_eq!(now(hit(&telemetry)), Ok(()));
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    });
}

#[test]
fn panic_in_register_callsite_keeps_call() {
    passes_alone("panic_at_first_call");
}

#[test]
#[ignore = "run alone"]
fn panic_at_first_call() {
    let act = |called: Called<'_>| {
        assert!(
            !matches!(called, Called::Register(_)),
            "the subscriber panics"
        );
    };
    set_global_default(acting("token_telemetry", act)).unwrap();
    assert_eq!(on_the_global_instance(), Ok(7));
    assert_eq!(on_the_global_instance(), Ok(7));
}

#[test]
fn register_callsite_may_use_the_global_instance() {
    passes_alone("global_instance_in_register_callsite");
}

#[test]
#[ignore = "run alone"]
fn global_instance_in_register_callsite() {
    let act = |called: Called<'_>| {
        if matches!(called, Called::Register(_)) {
            assert_eq!(on_the_global_instance(), Ok(7));
        }
    };
    set_global_default(acting("token_telemetry", act)).unwrap();
    assert_eq!(in_time(on_the_global_instance), Ok(7));
    assert_eq!(Telemetry::global().totals().unknown, 2, "one instance");
}

#[test]
fn panic_in_try_close_keeps_captured_record() {
    let act =
        |called: Called<'_>| assert!(!matches!(called, Called::Close(_)), "the subscriber panics");
    with_default(acting("lab::close", act), || {
        let (telemetry, recorder) = spanning("lab::close");
        let captured = now(capture(hit(&telemetry)));
        assert_eq!(captured.output, Ok(()));
        assert_eq!(captured.records.len(), 1);
        assert_eq!(only(&recorder).outcome(), Outcome::Ok);
    });
}

#[test]
fn max_level_hint_is_obeyed() {
    passes_alone("warnings_only");
}

#[test]
#[ignore = "run alone"]
fn warnings_only() {
    let opened: Arc<AtomicU64> = Arc::default();
    let opening = Arc::clone(&opened);
    let mut subscriber = acting("lab::hint", move |called| {
        let is_open = matches!(called, Called::Open(..));
        opening.fetch_add(u64::from(is_open), Ordering::Relaxed);
    });
    subscriber.hint = Some(LevelFilter::WARN);
    with_default(subscriber, || {
        for (level, expected) in [(Level::INFO, 0), (Level::WARN, 1), (Level::ERROR, 2)] {
            let span = SpanOptions::new()
                .with_target("lab::hint")
                .with_level(level);
            let telemetry = Telemetry::builder().span(span).build().unwrap();
            assert_eq!(now(hit(&telemetry)), Ok(()));
            assert_eq!(opened.load(Ordering::Relaxed), expected, "{level}");
        }
    });
}

//! The global provider: installed early, late, or replaced. The tests share it, so they take turns.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry::global;
use opentelemetry::metrics::{Meter, MeterProvider, NoopMeterProvider};
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::{Metrics, PROVIDER_CHECK_INTERVAL};
use token_telemetry::test_util::ManualClock;
use token_telemetry::{Acquisition, CacheLevel, Telemetry};

use super::collect::Sink;
use super::providers::{Panicking, in_time};
use super::{instance, now, run};
use crate::support::LabError;

/// Acquires the right to install global providers, with none installed.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    global::set_meter_provider(NoopMeterProvider::new());
    turn
}

fn install() -> Sink {
    let sink = Sink::new(Temporality::Cumulative);
    global::set_meter_provider(sink.provider.clone());
    sink
}

/// Counts successes of one SDK, since other tests also record to the global provider.
fn successes(sink: &Sink, sku: &str) -> u64 {
    let points = sink.collect();
    let ours = points.iter().filter(|point| point.text("Platform") == sku);
    ours.filter(|point| point.metric == "MsalSuccess")
        .map(|point| point.count)
        .sum()
}

fn hit(telemetry: &Telemetry, clock: &ManualClock, after: Duration) {
    clock.advance(after);
    let body = async {
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        Ok(1)
    };
    now(run(telemetry, body)).unwrap();
}

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn installed_provider_gets_everything() {
    let _turn = turn();
    let sink = install();
    let (telemetry, clock) = instance("Lab.There", Metrics::default());
    (0..3).for_each(|_| hit(&telemetry, &clock, MOMENT));
    assert_eq!(successes(&sink, "Lab.There"), 3);
}

#[test]
fn late_provider_gets_hits_after_check_interval() {
    let _turn = turn();
    let (telemetry, clock) = instance("Lab.Late", Metrics::default());
    hit(&telemetry, &clock, MOMENT);
    let sink = install();
    hit(&telemetry, &clock, MOMENT);
    assert_eq!(
        successes(&sink, "Lab.Late"),
        0,
        "hits check once per interval"
    );
    hit(&telemetry, &clock, PROVIDER_CHECK_INTERVAL);
    hit(&telemetry, &clock, MOMENT);
    assert_eq!(successes(&sink, "Lab.Late"), 2);
}

#[test]
fn late_provider_gets_failures_at_once() {
    let _turn = turn();
    let (telemetry, clock) = instance("Lab.LateFailure", Metrics::default());
    hit(&telemetry, &clock, MOMENT);
    let sink = install();
    now(run(&telemetry, async { Err(LabError::new("io")) })).unwrap_err();
    hit(&telemetry, &clock, MOMENT);
    let points = sink.collect();
    let ours = points
        .iter()
        .filter(|point| point.text("Platform") == "Lab.LateFailure");
    let found: Vec<&str> = ours.map(|point| point.metric.as_str()).collect();
    assert!(
        found.contains(&"MsalFailure") && found.contains(&"MsalSuccess"),
        "{found:?}"
    );
}

#[test]
fn replaced_provider_gets_nothing_more() {
    let _turn = turn();
    let first = install();
    let (telemetry, clock) = instance("Lab.Replaced", Metrics::default());
    hit(&telemetry, &clock, MOMENT);
    let second = install();
    hit(&telemetry, &clock, PROVIDER_CHECK_INTERVAL);
    hit(&telemetry, &clock, MOMENT);
    assert_eq!(successes(&first, "Lab.Replaced"), 1);
    assert_eq!(successes(&second, "Lab.Replaced"), 2);
}

#[test]
fn replaced_provider_may_be_dropped() {
    let _turn = turn();
    let first = install();
    let (telemetry, clock) = instance("Lab.Gone", Metrics::default());
    hit(&telemetry, &clock, MOMENT);
    drop(first);
    let second = install();
    hit(&telemetry, &clock, PROVIDER_CHECK_INTERVAL);
    assert_eq!(successes(&second, "Lab.Gone"), 1);
}

#[test]
fn last_of_many_providers_gets_everything() {
    let _turn = turn();
    let (telemetry, clock) = instance("Lab.Many", Metrics::default());
    for n in 1..=40 {
        let sink = install();
        for _ in 0..n {
            hit(&telemetry, &clock, PROVIDER_CHECK_INTERVAL);
        }
        assert_eq!(successes(&sink, "Lab.Many"), n);
    }
}

#[test]
fn provider_after_panicking_one() {
    let _turn = turn();
    let (telemetry, clock) = instance("Lab.Panicking", Metrics::default());
    global::set_meter_provider(Panicking::default());
    hit(&telemetry, &clock, PROVIDER_CHECK_INTERVAL);
    let sink = install();
    hit(&telemetry, &clock, PROVIDER_CHECK_INTERVAL);
    assert_eq!(successes(&sink, "Lab.Panicking"), 1);
}

#[test]
fn stateless_forwarding_provider() {
    static INNER: Mutex<Option<opentelemetry_sdk::metrics::SdkMeterProvider>> = Mutex::new(None);

    struct Stateless;
    impl MeterProvider for Stateless {
        fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
            INNER
                .lock()
                .unwrap()
                .as_ref()
                .unwrap()
                .meter_with_scope(scope)
        }
    }

    let _turn = turn();
    let sink = Sink::new(Temporality::Cumulative);
    *INNER.lock().unwrap() = Some(sink.provider.clone());
    global::set_meter_provider(Stateless);
    for _ in 0..2 {
        let (telemetry, clock) = instance("Lab.Stateless", Metrics::default());
        hit(&telemetry, &clock, MOMENT);
    }
    assert_eq!(successes(&sink, "Lab.Stateless"), 2);
}

#[test]
fn first_acquisition_inside_callback() {
    let _turn = turn();
    let sink = install();
    let (telemetry, clock) = instance("Lab.Callback", Metrics::default());
    let inside = telemetry.clone();
    let meter = sink.provider.meter("lab");
    let counter = meter.u64_observable_counter("lab.callbacks");
    let _callback = counter
        .with_callback(move |_| {
            let _token = now(run(&inside, async { Ok(1) }));
        })
        .build();
    let sink = in_time(move || {
        sink.collect();
        sink
    });
    hit(&telemetry, &clock, PROVIDER_CHECK_INTERVAL);
    assert!(successes(&sink, "Lab.Callback") >= 1);
}

#[test]
fn environment_selects_extended_set_on_request() {
    for (value, expected) in [
        (Some("1"), true),
        (Some("TRUE"), true),
        (Some("on"), true),
        (Some("0"), false),
        (None, false),
    ] {
        assert_eq!(child(value), expected, "{value:?}");
    }
}

/// Runs the next test in a separate process, since all threads share the environment.
fn child(value: Option<&str>) -> bool {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "otel::global::in_separate_process",
        "--ignored",
        "--nocapture",
    ]);
    command.env_remove("MSAL_ENABLE_EXTENDED_TOKEN_METRICS");
    if let Some(value) = value {
        command.env("MSAL_ENABLE_EXTENDED_TOKEN_METRICS", value);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("recorded:"),
        "{text}"
    );
    text.contains("MsalTotalDurationV2.1A")
}

#[test]
#[ignore = "run by the test of the environment"]
fn in_separate_process() {
    let recorded = |metrics: fn(Metrics) -> Metrics| {
        let bench = super::Bench::new(Temporality::Delta, metrics);
        bench.fetch();
        let points = bench.sink.collect();
        points
            .iter()
            .map(|point| point.metric.clone())
            .collect::<Vec<_>>()
    };
    let unasked = recorded(|metrics| metrics);
    assert!(unasked.contains(&"MsalTotalDuration.1A".to_owned()));
    println!(
        "recorded: {:?}",
        recorded(Metrics::msal_set_from_environment)
    );
}

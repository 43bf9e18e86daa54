//! Explicit providers: ownership, panics, and acquisitions inside their callbacks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::{Metrics, MetricsRecorder, MsalSet};
use token_telemetry::{CacheLevel, ClientInfo, Telemetry, capture};

use super::collect::Sink;
use super::{Bench, counts, now, run};

/// Runs work that fails instead of hanging if it deadlocks.
pub(crate) fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, finished) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    let ended = finished.recv_timeout(Duration::from_secs(20));
    ended.unwrap_or_else(|_| panic!("the work hangs or panicked"))
}

/// A provider that panics whenever it is asked for a meter.
#[derive(Default)]
pub(crate) struct Panicking {
    asked: Arc<AtomicUsize>,
}

impl MeterProvider for Panicking {
    fn meter_with_scope(&self, _: InstrumentationScope) -> Meter {
        self.asked.fetch_add(1, Ordering::Relaxed);
        panic!("the provider panics")
    }
}

#[test]
fn panicking_provider_is_contained() {
    let provider = Panicking::default();
    let asked = Arc::clone(&provider.asked);
    let metrics = Metrics::with_provider(provider);
    let telemetry = Telemetry::builder().metrics(metrics).build().unwrap();
    for _ in 0..3 {
        assert_eq!(now(run(&telemetry, async { Ok(7) })), Ok(7));
    }
    assert_eq!(telemetry.totals().unknown, 3);
    assert_eq!(asked.load(Ordering::Relaxed), 1, "each panic costs time");
}

#[test]
fn acquisition_inside_callback() {
    let (recorded, acquired) = in_time(|| {
        let bench = Bench::new(Temporality::Delta, |metrics| metrics);
        let telemetry = bench.telemetry.clone();
        let totals = telemetry.clone();
        let meter = bench.sink.provider.meter("lab");
        let counter = meter.u64_observable_counter("lab.callbacks");
        let _callback = counter
            .with_callback(move |_| {
                let _token = now(run(&telemetry, async { Ok(1) }));
            })
            .build();
        (bench.sink.collect(), totals.totals().unknown)
    });
    assert_eq!(recorded, [], "the SDK suppresses telemetry meanwhile");
    assert!(acquired > 0);
}

#[test]
fn recording_after_shutdown() {
    let bench = Bench::new(Temporality::Delta, |metrics| metrics);
    bench.hit(CacheLevel::L1Cache);
    bench.sink.provider.shutdown().unwrap();
    assert_eq!(now(run(&bench.telemetry, async { Ok(7) })), Ok(7));
    let late = Metrics::with_provider(bench.sink.provider);
    let telemetry = Telemetry::builder().metrics(late).build().unwrap();
    assert_eq!(now(run(&telemetry, async { Ok(8) })), Ok(8));
}

#[test]
fn dropped_instance_leaves_provider_running() {
    let sink = Sink::new(Temporality::Delta);
    let metrics = || Metrics::with_provider(sink.provider.clone());
    drop(Telemetry::builder().metrics(metrics()).build().unwrap());
    let telemetry = Telemetry::builder().metrics(metrics()).build().unwrap();
    now(run(&telemetry, async { Ok(1) })).unwrap();
    drop(telemetry);
    assert!(sink.provider.force_flush().is_ok());
    assert_eq!(sink.collect(), []);
    assert!(sink.provider.shutdown().is_ok(), "it was shut down before");
}

#[test]
fn metrics_off_records_nothing() {
    for metrics in [Metrics::off(), Metrics::default().msal_set(MsalSet::Off)] {
        let telemetry = Telemetry::builder().metrics(metrics).build().unwrap();
        assert_eq!(now(run(&telemetry, async { Ok(1) })), Ok(1));
    }
    let bench = Bench::new(Temporality::Delta, |metrics| metrics.msal_set(MsalSet::Off));
    bench.hit(CacheLevel::L1Cache);
    assert_eq!(bench.sink.collect(), []);
}

#[test]
fn captured_record_through_other_recorder() {
    let telemetry = Telemetry::builder()
        .metrics(Metrics::off())
        .build()
        .unwrap();
    let observed = now(capture(run(&telemetry, async { Ok(1) })));
    let sink = Sink::new(Temporality::Delta);
    let client = ClientInfo::detect().with_sdk("Other.Auth", "4").unwrap();
    let recorder = MetricsRecorder::new(Metrics::with_provider(sink.provider.clone()), &client);
    observed
        .records
        .iter()
        .for_each(|record| recorder.record(record));
    let points = sink.collect();
    assert_eq!(
        counts(&points),
        [("MsalSuccess", 1), ("MsalTotalDuration.1A", 1)]
    );
    assert!(
        points
            .iter()
            .all(|point| point.text("Platform") == "Other.Auth")
    );
}

#[test]
fn threads_lose_nothing() {
    let bench = Bench::new(Temporality::Cumulative, |metrics| metrics);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    bench.hit(CacheLevel::L1Cache);
                }
            });
        }
    });
    assert!(
        counts(&bench.sink.collect())
            .iter()
            .all(|(_, count)| *count == 2_000)
    );
}

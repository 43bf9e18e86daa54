//! Acquisitions on threads on which OpenTelemetry suppresses telemetry, as exporters run there.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{ResourceMetrics, ScopeMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, PeriodicReader, SdkMeterProvider, Temporality,
};
use token_telemetry::otel::Metrics;
use token_telemetry::test_util::Recorder;
use token_telemetry::{Acquisition, CacheLevel, SpanOptions, Telemetry};

use super::collect::Sink;
use super::{Bench, counts, run};
use crate::support::subscriber::{Called, Reacting};
use crate::support::{in_time, now, token_request};

const TARGET: &str = "token_telemetry::suppression";

/// Keeps what it exports, and acquires a token for that.
#[derive(Clone, Default)]
struct Authenticated {
    kept: InMemoryMetricExporter,
    telemetry: Arc<OnceLock<Telemetry>>,
    tokens: Arc<Mutex<Vec<u8>>>,
    opened: Arc<AtomicU64>,
}

impl PushMetricExporter for Authenticated {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let opening = Arc::clone(&self.opened);
        let subscriber = Reacting::new(
            |metadata| metadata.target() == TARGET,
            move |called| {
                let is_open = matches!(called, Called::Open(..));
                opening.fetch_add(u64::from(is_open), Ordering::Relaxed);
            },
        );
        let token = tracing::subscriber::with_default(subscriber, || {
            let telemetry = self.telemetry.get().unwrap();
            now(run(telemetry, async {
                token_request().responded(200);
                Acquisition::current().record_stale_token();
                Ok(7)
            }))
        });
        self.tokens.lock().unwrap().push(token.unwrap());
        self.kept.export(metrics).await
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

#[test]
fn exporter_may_acquire_its_token() {
    let (exporter, recorder) = (Authenticated::default(), Recorder::new());
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let telemetry = Telemetry::builder()
        .metrics(Metrics::with_provider(provider.clone()).semantic_conventions())
        .span(SpanOptions::new().with_target(TARGET))
        .observer(recorder.clone())
        .build()
        .unwrap();
    exporter.telemetry.set(telemetry.clone()).unwrap();
    now(run(&telemetry, async { Ok(1) })).unwrap();
    let exports = in_time({
        let exporter = exporter.clone();
        move || {
            for _ in 0..3 {
                provider.force_flush().unwrap();
            }
            exporter.kept.get_finished_metrics().unwrap()
        }
    });
    let first = format!("{:?}", exports[0].scope_metrics().collect::<Vec<_>>());
    assert!(first.contains("MsalSuccess") && !first.contains("stale_tokens"));
    let values = |export: &ResourceMetrics| {
        let metrics = export.scope_metrics().flat_map(ScopeMetrics::metrics);
        metrics
            .map(|metric| metric.name().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&exports[0]), values(&exports[2]));
    assert_eq!(*exporter.tokens.lock().unwrap(), [7, 7, 7]);
    assert_eq!(exporter.opened.load(Ordering::Relaxed), 0);
    let totals = telemetry.totals();
    assert_eq!((totals.unknown, totals.identity_provider), (1, 3));
    assert_eq!(recorder.take().len(), 4);
}

#[test]
fn suppressed_acquisitions_are_only_counted() {
    let bench = Bench::new(Temporality::Delta, Metrics::semantic_conventions);
    let everything = || {
        bench.hit(CacheLevel::L1Cache);
        bench.fetch();
        now(run(&bench.telemetry, async {
            Acquisition::current().record_stale_token();
            Ok(1)
        }))
        .unwrap();
    };
    let suppressed = Context::enter_telemetry_suppressed_scope();
    everything();
    drop(suppressed);
    // What is read while metrics are collected causes no further telemetry.
    let gauges = [("token_telemetry.token.expires_in", 1)];
    assert_eq!(counts(&bench.sink.collect()), gauges);
    assert_eq!(bench.telemetry.totals().identity_provider, 1);
    everything();
    let recorded = counts(&bench.sink.collect()).len();
    assert!(recorded > 5, "{recorded}");
}

/// Acquires a token when it is dropped, at the end of its thread.
struct AtExit(Telemetry);

impl Drop for AtExit {
    fn drop(&mut self) {
        assert_eq!(now(run(&self.0, async { Ok(1) })), Ok(1));
    }
}

thread_local! {
    static FIRST: RefCell<Option<AtExit>> = const { RefCell::new(None) };
    static LAST: RefCell<Option<AtExit>> = const { RefCell::new(None) };
}

#[test]
fn recorded_while_thread_ends() {
    let sink = Sink::new(Temporality::Delta);
    let metrics = Metrics::with_provider(sink.provider.clone());
    let telemetry = Telemetry::builder().metrics(metrics).build().unwrap();
    let own = telemetry.clone();
    let thread = std::thread::spawn(move || {
        // One ends before the context of OpenTelemetry, and one after it.
        FIRST.set(Some(AtExit(own.clone())));
        now(run(&own, async { Ok(1) })).unwrap();
        LAST.set(Some(AtExit(own)));
    });
    thread.join().unwrap();
    assert_eq!(telemetry.totals().unknown, 3);
    let points = sink.collect();
    assert_eq!(counts(&points)[0], ("MsalSuccess", 3));
}

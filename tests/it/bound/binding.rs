//! Bound instruments: the same output as without them, and none of their pitfalls.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use opentelemetry::Key;
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, MeterProviderBuilder, Stream, Temporality,
};
use token_telemetry::otel::{Metrics, MsalSet};

use crate::otel::collect::{Point, Sink};
use crate::otel::{Bench, counts, now, run};
use crate::support::prelude::*;

/// Bound instruments are released once per minute.
const REBIND_INTERVAL: Duration = Duration::from_secs(61);

pub(crate) fn ten_hits(telemetry: &Telemetry) {
    for _ in 0..10 {
        let body = async {
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            Ok(1)
        };
        now(run(telemetry, body)).unwrap();
    }
}

/// What [`ten_hits`] leaves inner.
pub(crate) const TEN_HITS: [(&str, u64); 3] = [
    ("MsalDurationInL1CacheInUs.1B", 10),
    ("MsalSuccess", 10),
    ("MsalTotalDuration.1A", 10),
];

type View = fn(MeterProviderBuilder) -> MeterProviderBuilder;

const VIEWS: [(&str, View); 4] = [
    ("default", |builder| builder),
    ("custom boundaries", |builder| {
        builder.with_view(|_: &Instrument| {
            let aggregation = Aggregation::ExplicitBucketHistogram {
                boundaries: vec![1.0, 3.0, 70.0],
                record_min_max: true,
            };
            Stream::builder().with_aggregation(aggregation).build().ok()
        })
    }),
    ("exponential", |builder| {
        builder.with_view(|_: &Instrument| {
            let aggregation = Aggregation::Base2ExponentialHistogram {
                max_size: 20,
                max_scale: 10,
                record_min_max: true,
            };
            Stream::builder().with_aggregation(aggregation).build().ok()
        })
    }),
    ("attribute filter", |builder| {
        builder.with_view(|_: &Instrument| {
            let keys = [Key::new("ApiId"), Key::new("token_telemetry.api.name")];
            Stream::builder()
                .with_allowed_attribute_keys(keys)
                .build()
                .ok()
        })
    }),
];

#[test]
fn output_same_as_unbound() {
    for (name, view) in VIEWS {
        for temporality in [Temporality::Cumulative, Temporality::Delta] {
            let all: fn(Metrics) -> Metrics =
                |metrics| metrics.msal_set(MsalSet::Both).semantic_conventions();
            let bound = Bench::with_sink(Sink::with(temporality, view), all);
            let stable = Bench::with_sink(Sink::with(temporality, view), |metrics| {
                metrics
                    .msal_set(MsalSet::Both)
                    .semantic_conventions()
                    .unbound()
            });
            for round in 0..3_u32 {
                for seed in 0..700 {
                    varied(&bound, seed * 7 + round);
                    varied(&stable, seed * 7 + round);
                }
                let (bound, stable) = (bound.sink.collect(), stable.sink.collect());
                assert!(
                    stable.len() > 10 || name == "attribute filter",
                    "{}",
                    stable.len()
                );
                assert_eq!(bound, stable, "{name} {temporality:?}");
            }
        }
    }
}

/// Runs one of a few dozen kinds of acquisitions, with durations that fall into many buckets.
fn varied(bench: &Bench, seed: u32) {
    let sources = [
        TokenSource::Cache,
        TokenSource::IdentityProvider,
        TokenSource::Broker,
    ];
    let levels = [
        CacheLevel::L1Cache,
        CacheLevel::L2Cache,
        CacheLevel::Unknown,
    ];
    let reasons = CacheRefreshReason::ALL;
    let pick = |n: usize| usize::try_from(seed).unwrap() / 3 % n;
    let _result = now(run(&bench.telemetry, async {
        let acquisition = Acquisition::current();
        acquisition.record_cache_hit(levels[pick(3)]);
        acquisition.record_source(sources[pick(3)]);
        acquisition.record_refresh_reason(reasons[pick(reasons.len())]);
        bench.pass(u64::from(seed) * u64::from(seed) % 90_001);
        if seed.is_multiple_of(5) {
            bench
                .respond(if seed.is_multiple_of(10) { 200 } else { 503 })
                .await;
        }
        if seed.is_multiple_of(11) {
            return Err(LabError(format!("code_{}", pick(4))));
        }
        Ok(1)
    }));
    bench.clock.advance(Duration::from_millis(300));
}

#[test]
fn no_point_without_value() {
    let bench = Bench::new(Temporality::Cumulative, |metrics| metrics);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..300_u32 {
                now(run(&bench.telemetry, async {
                    Acquisition::current().record_caller_sdk(n.to_string(), "1");
                    Ok(1)
                }))
                .unwrap();
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let points = bench.sink.collect();
            assert!(points.iter().all(|point| point.count > 0), "{points:?}");
        }
    });
}

#[test]
fn overflowed_set_gets_own_point_later() {
    let bench = Bench::with_sink(limited(2), |metrics| metrics);
    for caller in ["a", "b", "c"] {
        of_caller(&bench.telemetry, caller);
    }
    assert_eq!(callers(&bench.sink.collect()), ["a,", "b,", "overflow"]);
    // The SDK evicts unbound sets that were idle for one whole cycle.
    bench.clock.advance(REBIND_INTERVAL);
    of_caller(&bench.telemetry, "c");
    bench.sink.collect();
    of_caller(&bench.telemetry, "c");
    bench.sink.collect();
    bench.clock.advance(REBIND_INTERVAL);
    of_caller(&bench.telemetry, "c");
    bench.sink.collect();
    of_caller(&bench.telemetry, "c");
    assert_eq!(callers(&bench.sink.collect()), ["c,"]);
}

#[test]
fn idle_sets_are_evicted() {
    let bench = Bench::with_sink(limited(2), |metrics| metrics);
    of_caller(&bench.telemetry, "a");
    of_caller(&bench.telemetry, "b");
    assert_eq!(callers(&bench.sink.collect()), ["a,", "b,"]);
    bench.clock.advance(REBIND_INTERVAL);
    of_caller(&bench.telemetry, "a");
    bench.sink.collect();
    of_caller(&bench.telemetry, "a");
    bench.sink.collect();
    of_caller(&bench.telemetry, "d");
    assert_eq!(callers(&bench.sink.collect()), ["d,"], "b was evicted");
}

/// Creates a sink with delta sums and a limit on attribute sets.
pub(crate) fn limited(sets: usize) -> Sink {
    Sink::with(Temporality::Delta, |builder| {
        builder.with_view(move |instrument: &Instrument| {
            let success = instrument.name() == "MsalSuccess";
            let stream = Stream::builder().with_cardinality_limit(sets).build();
            success.then(|| stream.ok()).flatten()
        })
    })
}

pub(crate) fn of_caller(telemetry: &Telemetry, caller: &'static str) {
    now(run(telemetry, async {
        Acquisition::current().record_caller_sdk(caller, "");
        Ok(1)
    }))
    .unwrap();
}

fn callers(points: &[Point]) -> Vec<String> {
    successes(points, "Lab.Auth")
}

/// Returns the callers of one SDK's successes; a point beyond the limit names no SDK.
pub(crate) fn successes(points: &[Point], sku: &str) -> Vec<String> {
    let success = points.iter().filter(|point| point.metric == "MsalSuccess");
    let caller = |point: &Point| {
        if point.attributes.contains_key("otel.metric.overflow") {
            Some("overflow".to_owned())
        } else {
            (point.text("Platform") == sku).then(|| point.text("CallerSdkId"))
        }
    };
    let mut callers: Vec<String> = success.filter_map(caller).collect();
    callers.sort();
    callers
}

#[test]
fn values_arrive_after_release() {
    let bench = Bench::new(Temporality::Cumulative, |metrics| metrics);
    ten_hits(&bench.telemetry);
    bench.clock.advance(REBIND_INTERVAL);
    ten_hits(&bench.telemetry);
    let points = bench.sink.collect();
    assert!(
        counts(&points).iter().all(|(_, count)| *count == 20),
        "{points:?}"
    );
}

//! Lookups in caches, recorded by level and result.

use std::time::Duration;

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::cache::CacheLookup;
use token_telemetry::otel::{Metrics, MsalSet};

use crate::otel::{Bench, run};
use crate::support::prelude::*;

const LOOKUPS: &str = "token_telemetry.cache.lookups";
const DURATION: &str = "token_telemetry.cache.lookup.duration";

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn current() -> Acquisition {
    Acquisition::current()
}

/// Returns the record of an acquisition with this body, on a manual clock.
fn timed(body: impl FnOnce(&ManualClock)) -> AcquisitionRecord {
    let clock = ManualClock::new();
    let (telemetry, recorder) = recorded(|builder| builder.clock(clock.clone()));
    acquire(&telemetry, || body(&clock));
    only(&recorder)
}

#[test]
fn lookups_in_their_order() {
    let record = record_of(|| {
        current().record_cache_lookup(CacheLevel::L1Cache, CacheLookup::Miss, Duration::ZERO);
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Hit, millis(2));
    });
    let lookups: Vec<_> = record
        .cache_lookups()
        .iter()
        .map(|lookup| (lookup.level(), lookup.result(), lookup.duration()))
        .collect();
    let expected = [
        (CacheLevel::L1Cache, CacheLookup::Miss, Some(Duration::ZERO)),
        (CacheLevel::L2Cache, CacheLookup::Hit, Some(millis(2))),
    ];
    assert_eq!(lookups, expected);
    assert_eq!(record.duration_in_cache(), Some(millis(2)));
}

#[test]
fn lookup_that_hits_is_a_cache_hit() {
    let record = record_of(|| {
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Hit, millis(2));
    });
    assert_eq!(record.token_source(), Some(TokenSource::Cache));
    assert_eq!(record.cache_level(), Some(CacheLevel::L2Cache));
}

#[test]
fn recorded_source_precedes_lookup() {
    let record = record_of(|| {
        current().record_cache_hit(CacheLevel::L1Cache);
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Hit, millis(2));
    });
    assert_eq!(record.cache_level(), Some(CacheLevel::L1Cache));
    let record = record_of(|| {
        current().record_source(TokenSource::Broker);
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Hit, millis(2));
    });
    assert_eq!(record.token_source(), Some(TokenSource::Broker));
}

#[test]
fn hit_adds_no_lookup() {
    let record = record_of(|| current().record_cache_hit(CacheLevel::L1Cache));
    assert_eq!(record.cache_lookup_count(), 0);
}

#[test]
fn misses_and_errors_are_no_hit() {
    let record = record_of(|| {
        current().record_cache_lookup(CacheLevel::L1Cache, CacheLookup::Miss, millis(1));
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Error, millis(1));
    });
    assert_eq!(record.token_source(), None);
}

#[test]
fn token_response_clears_hit_of_lookup() {
    let record = record_of(|| {
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Hit, millis(1));
        token_request().responded(200);
    });
    assert_eq!(record.token_source(), Some(TokenSource::IdentityProvider));
    assert_eq!(record.cache_lookup_count(), 1);
}

#[test]
fn unknown_level_instead_of_none() {
    let record = record_of(|| {
        current().record_cache_lookup(CacheLevel::None, CacheLookup::Hit, millis(1));
    });
    assert_eq!(record.cache_lookups()[0].level(), CacheLevel::Unknown);
    assert_eq!(record.cache_level(), Some(CacheLevel::Unknown));
}

#[test]
fn first_eight_lookups_are_kept() {
    let record = record_of(|| {
        for _ in 0..100_000 {
            current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Miss, millis(1));
        }
    });
    assert_eq!(record.cache_lookups().len(), 8);
    assert_eq!(record.cache_lookup_count(), 100_000);
    assert_eq!(record.duration_in_cache(), Some(millis(100_000)));
}

#[test]
fn endless_lookup_saturates() {
    let record = record_of(|| {
        for _ in 0..2 {
            current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Miss, Duration::MAX);
        }
    });
    assert_eq!(record.duration_in_cache(), Some(Duration::MAX));
}

#[test]
fn guard_measures_until_result() {
    let record = timed(|clock| {
        let lookup = current().time_cache_lookup(CacheLevel::L1Cache);
        clock.advance(millis(1));
        lookup.miss();
        clock.advance(millis(10));
        let lookup = current().time_cache_lookup(CacheLevel::L2Cache);
        clock.advance(millis(3));
        lookup.error();
    });
    let times: Vec<_> = record
        .cache_lookups()
        .iter()
        .map(|lookup| (lookup.result(), lookup.duration()))
        .collect();
    let expected = [
        (CacheLookup::Miss, Some(millis(1))),
        (CacheLookup::Error, Some(millis(3))),
    ];
    assert_eq!(times, expected);
    assert_eq!(record.duration_in_cache(), Some(millis(4)));
}

#[test]
fn dropped_guard_records_only_time() {
    let record = timed(|clock| {
        let lookup = current().time_cache_lookup(CacheLevel::L2Cache);
        clock.advance(millis(3));
        drop(lookup);
    });
    assert_eq!(record.cache_lookup_count(), 0);
    assert_eq!(record.duration_in_cache(), Some(millis(3)));
}

#[test]
fn overlapping_guards_count_once() {
    let record = timed(|clock| {
        let all = current().time_in_cache();
        let lookup = current().time_cache_lookup(CacheLevel::L2Cache);
        clock.advance(millis(3));
        lookup.hit();
        clock.advance(millis(1));
        drop(all);
    });
    assert_eq!(record.duration_in_cache(), Some(millis(4)));
    assert_eq!(record.cache_lookups()[0].duration(), Some(millis(3)));
}

#[test]
fn guard_outside_records_nothing() {
    let lookup = current().time_cache_lookup(CacheLevel::L1Cache);
    let record = record_of(|| lookup.hit());
    assert_eq!(record.cache_lookup_count(), 0);
    assert_eq!(record.token_source(), None);
}

#[test]
fn cache_error_is_no_failure() {
    let (telemetry, recorder) = recorded(|builder| builder);
    acquire(&telemetry, || {
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Error, millis(1));
    });
    assert_eq!(only(&recorder).error(), None);
    assert_eq!(telemetry.totals().failures, 0);
    assert_eq!(telemetry.pending_failures(), []);
}

/// The same request headers with and without lookups.
#[test]
fn lookups_do_not_change_headers() {
    let headers = |looks_up: bool| {
        let (telemetry, _) = telemetry();
        acquire(&telemetry, || {
            current().set_correlation_id("ad8c894a-557f-48c0-b045-c129590c344e");
            if looks_up {
                current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Error, millis(1));
            }
            exchange(TOKEN_URL, 200)
        })
    };
    assert_eq!(headers(false), headers(true));
}

fn conventions(metrics: Metrics) -> Metrics {
    metrics.msal_set(MsalSet::Off).semantic_conventions()
}

#[test]
fn lookups_by_level_and_result_in_metrics() {
    let bench = Bench::new(Temporality::Delta, conventions);
    for _ in 0..3 {
        let call = run(&bench.telemetry, async {
            let lookup = current().time_cache_lookup(CacheLevel::L1Cache);
            bench.pass(500);
            lookup.miss();
            let lookup = current().time_cache_lookup(CacheLevel::L2Cache);
            bench.pass(250_000);
            lookup.error();
            Ok(1)
        });
        now(call).unwrap();
    }
    let points = bench.sink.collect();
    let of = |metric: &str| -> Vec<_> {
        let points = points.iter().filter(|point| point.metric == metric);
        points
            .map(|point| {
                let text = |key| point.text(key);
                let level = text("token_telemetry.cache.level");
                let result = text("token_telemetry.cache.result");
                let api = text("token_telemetry.api.name");
                (
                    format!("{api} {level} {result}"),
                    point.count,
                    point.sum.clone(),
                )
            })
            .collect()
    };
    let expected = |sums: [&str; 2]| {
        [
            ("ForClient l1 miss".to_owned(), 3, sums[0].to_owned()),
            ("ForClient l2 error".to_owned(), 3, sums[1].to_owned()),
        ]
    };
    assert_eq!(of(LOOKUPS), expected(["3", "3"]));
    assert_eq!(of(DURATION), expected(["0.0015", "0.75"]));
}

#[test]
fn lookups_are_not_in_the_msal_set() {
    let exported = |looks_up: bool| {
        let bench = Bench::new(Temporality::Delta, |metrics| {
            metrics.msal_set(MsalSet::Both)
        });
        now(run(&bench.telemetry, async {
            if looks_up {
                current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Error, millis(0));
            }
            bench.respond(200).await;
            Ok(1)
        }))
        .unwrap();
        let points = bench.sink.collect();
        points
            .into_iter()
            .map(|point| (point.metric, point.attributes, point.count))
            .collect::<Vec<_>>()
    };
    assert_eq!(exported(false), exported(true));
}

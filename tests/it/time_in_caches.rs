//! The time that an acquisition spent in caches, as the second set exports it.

use std::time::Duration;

use futures::FutureExt as _;
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::cache::CacheLookup;
use token_telemetry::otel::MsalSet;

use crate::otel::{Bench, run};
use crate::support::prelude::*;

const IN_CACHES: &str = "token_telemetry.cache.duration";

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn current() -> Acquisition {
    Acquisition::current()
}

/// Returns what the second set exports about the time in caches: level, result, and seconds.
fn in_caches(body: impl AsyncFnOnce(&Bench) -> Result<u8, LabError>) -> Vec<[String; 3]> {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        metrics.msal_set(MsalSet::Off).semantic_conventions()
    });
    let _ended = run(&bench.telemetry, body(&bench)).now_or_never();
    let points = bench.sink.collect();
    let points = points.iter().filter(|point| point.metric == IN_CACHES);
    points
        .map(|point| {
            assert_eq!(point.text("token_telemetry.api.name"), "ForClient");
            let level = point.text("token_telemetry.cache.level");
            let result = point.text("token_telemetry.cache.result");
            [level, result, point.sum.clone()]
        })
        .collect()
}

fn exported(level: &str, result: &str, seconds: &str) -> Vec<[String; 3]> {
    vec![[level, result, seconds].map(str::to_owned)]
}

/// Reads a cache for 250 ms.
fn read(bench: &Bench) {
    let _timer = current().time_in_cache();
    bench.pass(250_000);
}

#[test]
fn time_in_cache_that_missed() {
    let time = in_caches(async |bench| {
        read(bench);
        bench.respond(200).await;
        Ok(1)
    });
    assert_eq!(time, exported("", "miss", "0.25"));
}

#[test]
fn time_in_cache_of_a_failure() {
    let time = in_caches(async |bench| {
        read(bench);
        Err(LabError::new("interaction_required"))
    });
    assert_eq!(time, exported("", "miss", "0.25"));
}

#[test]
fn time_in_cache_that_had_the_token() {
    for (level, name) in [
        (CacheLevel::L2Cache, "l2"),
        (CacheLevel::Unknown, "unknown"),
    ] {
        let time = in_caches(async |bench| {
            read(bench);
            current().record_cache_hit(level);
            Ok(1)
        });
        assert_eq!(time, exported(name, "hit", "0.25"));
    }
}

#[test]
fn hit_in_memory_has_no_time_in_caches() {
    let time = in_caches(async |bench| {
        read(bench);
        current().record_cache_hit(CacheLevel::L1Cache);
        current().record_cache_serialized(true);
        Ok(1)
    });
    assert_eq!(time, Vec::<[String; 3]>::new());
}

#[test]
fn failed_lookup_decides_the_result() {
    let time = in_caches(async |bench| {
        let lookup = current().time_cache_lookup(CacheLevel::L2Cache);
        bench.pass(500_000);
        lookup.error();
        current().record_cache_lookup(CacheLevel::Unknown, CacheLookup::Miss, millis(250));
        bench.respond(200).await;
        Ok(1)
    });
    assert_eq!(time, exported("l2", "error", "0.75"));
}

#[test]
fn last_miss_decides_the_level() {
    let time = in_caches(async |_| {
        current().record_cache_lookup(CacheLevel::L1Cache, CacheLookup::Miss, Duration::ZERO);
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Miss, millis(250));
        Err(LabError::new("failed"))
    });
    assert_eq!(time, exported("l2", "miss", "0.25"));
}

#[test]
fn hit_that_did_not_suffice_is_a_miss() {
    let time = in_caches(async |bench| {
        current().record_cache_lookup(CacheLevel::L2Cache, CacheLookup::Hit, millis(250));
        bench.respond(200).await;
        Ok(1)
    });
    assert_eq!(time, exported("", "miss", "0.25"));
}

#[test]
fn dropped_lookup_has_time_without_result() {
    let time = in_caches(async |bench| {
        let _lookup = current().time_cache_lookup(CacheLevel::L2Cache);
        bench.pass(250_000);
        std::future::pending().await
    });
    assert_eq!(time, exported("", "", "0.25"));
}

#[test]
fn acquisition_without_cache_has_no_time_in_caches() {
    let time = in_caches(async |bench| {
        bench.respond(200).await;
        Ok(1)
    });
    assert_eq!(time, Vec::<[String; 3]>::new());
}

//! Attributes that the application adds through an enricher.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::cache::{CacheLookup, RefreshTrigger};
use token_telemetry::credential::CredentialKind;
use token_telemetry::otel::{ExtraAttributes, Metrics, MsalSet};
use token_telemetry::{Acquisition, AcquisitionRecord, CacheLevel, ErrorInfo, Observer, Telemetry};

use super::collect::Sink;
use super::{Bench, counts, now, point, run};
use crate::otel::warnings::warnings_during;
use crate::support::LabError;

fn enriched(enrich: fn(&AcquisitionRecord, &mut ExtraAttributes)) -> Bench {
    let sink = Sink::new(Temporality::Delta);
    let metrics = Metrics::with_provider(sink.provider.clone()).enricher(enrich);
    let (telemetry, clock) = super::instance("Lab.Auth", metrics);
    Bench {
        telemetry,
        clock,
        sink,
    }
}

#[test]
fn extra_attributes_on_every_metric() {
    let bench = enriched(|record, extra| {
        extra
            .add("lab.ok", record.is_ok())
            .add("lab.region", "west");
    });
    bench.fetch();
    let points = bench.sink.collect();
    assert_eq!(points.len(), 4);
    for point in &points {
        assert_eq!(point.attributes["lab.ok"], true.into(), "{}", point.metric);
        assert_eq!(point.text("lab.region"), "west", "{}", point.metric);
    }
}

#[test]
fn extra_attributes_on_events() {
    let sink = Sink::new(Temporality::Delta);
    let metrics = Metrics::with_provider(sink.provider.clone())
        .msal_set(MsalSet::Off)
        .semantic_conventions()
        .enricher(|_, extra| {
            extra.add("lab.region", "west").add("error.type", "lab");
        });
    let (telemetry, clock) = super::instance("Lab.Auth", metrics);
    let bench = Bench {
        telemetry,
        clock,
        sink,
    };
    now(run(&bench.telemetry, async {
        bench.respond(503).await;
        let current = Acquisition::current();
        current.record_stale_token();
        current.record_waiting(Duration::from_secs(1));
        current.record_suppressed_error(ErrorInfo::new("slow"));
        current.record_cache_lookup(CacheLevel::L1Cache, CacheLookup::Miss, Duration::ZERO);
        current.record_credential(CredentialKind::Broker);
        current.record_trigger(RefreshTrigger::Caller);
        Ok(1)
    }))
    .unwrap();
    let points = bench.sink.collect();
    for metric in [
        "token_telemetry.stale_tokens",
        "token_telemetry.waiting.duration",
        "token_telemetry.cache.lookups",
        "token_telemetry.credential.duration",
        "token_telemetry.triggered_refreshes",
        "token_telemetry.suppressed_errors",
    ] {
        assert_eq!(
            point(&points, metric).text("lab.region"),
            "west",
            "{metric}"
        );
    }
    let errors = point(&points, "token_telemetry.suppressed_errors");
    assert_eq!(errors.text("error.type"), "slow");
    let attempt = point(&points, "token_telemetry.token_request.duration");
    assert!(!attempt.attributes.contains_key("lab.region"));
}

#[test]
fn called_once_per_acquisition() {
    let calls = Arc::new(AtomicUsize::new(0));
    let sink = Sink::new(Temporality::Delta);
    let counted = Arc::clone(&calls);
    let metrics = Metrics::with_provider(sink.provider.clone())
        .semantic_conventions()
        .enricher(move |_, extra| {
            let call = counted.fetch_add(1, Ordering::Relaxed);
            extra.add("lab.call", i64::try_from(call).unwrap());
        });
    let (telemetry, clock) = super::instance("Lab.Auth", metrics);
    let bench = Bench {
        telemetry,
        clock,
        sink,
    };
    bench.hit(CacheLevel::L1Cache);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    let points = bench.sink.collect();
    assert_eq!(points.len(), 6);
    assert!(
        points
            .iter()
            .all(|point| point.attributes["lab.call"] == 0_i64.into())
    );
}

#[test]
fn own_attributes_cannot_be_changed() {
    let bench = enriched(|_, extra| {
        extra
            .add("TokenSource", "elsewhere")
            .add("ErrorCode", "mine");
    });
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    let success = point(&points, "MsalSuccess");
    assert_eq!(success.text("TokenSource"), "Cache");
    // A success does not set an error code itself.
    assert_eq!(success.text("ErrorCode"), "mine");
    now(run(&bench.telemetry, async { Err(LabError::new("io")) })).unwrap_err();
    let points = bench.sink.collect();
    let failure = point(&points, "MsalFailure");
    assert_eq!(failure.text("ErrorCode"), "io");
    assert_eq!(failure.text("TokenSource"), "elsewhere");
}

#[test]
fn duplicate_and_empty_keys_ignored() {
    let bench = enriched(|_, extra| {
        extra
            .add("lab.first", 1)
            .add("lab.first", 2)
            .add("", "nothing");
    });
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    let success = point(&points, "MsalSuccess");
    assert_eq!(success.attributes["lab.first"], 1_i64.into());
    assert!(!success.attributes.contains_key(""));
    assert_eq!(success.attributes.len(), 9);
}

#[test]
fn clear_removes_added_attributes() {
    let bench = enriched(|_, extra| {
        extra.add("lab.wrong", 1).clear().add("lab.right", 2);
    });
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    let success = point(&points, "MsalSuccess");
    assert!(!success.attributes.contains_key("lab.wrong"));
    assert!(success.attributes.contains_key("lab.right"));
}

#[test]
fn attributes_beyond_limit_ignored() {
    let bench = enriched(|_, extra| {
        for n in 0..1_000 {
            extra.add(format!("lab.{n}"), n);
        }
    });
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    assert_eq!(
        point(&points, "MsalSuccess").attributes.len(),
        8 + ExtraAttributes::MAX
    );
}

#[test]
fn panic_drops_attributes_and_warns_once() {
    let bench = enriched(|_, extra| {
        extra.add("lab.partial", 1);
        panic!("the enricher panics");
    });
    let warnings = warnings_during(|| {
        bench.fetch();
        bench.fetch();
    });
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let points = bench.sink.collect();
    assert_eq!(
        counts(&points),
        [
            ("MsalDurationInHttp.1A", 2),
            ("MsalRemainingTokenLifetime.1A", 2),
            ("MsalSuccess", 2),
            ("MsalTotalDuration.1A", 2),
        ]
    );
    assert!(
        points
            .iter()
            .all(|point| !point.attributes.contains_key("lab.partial"))
    );
}

#[test]
fn panic_is_contained() {
    struct Seen(Arc<AtomicUsize>);
    impl Observer for Seen {
        fn finished(&self, _: &AcquisitionRecord) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let seen = Arc::new(AtomicUsize::new(0));
    let sink = Sink::new(Temporality::Delta);
    let metrics = Metrics::with_provider(sink.provider).enricher(|_, _| panic!("it panics"));
    let telemetry = Telemetry::builder()
        .metrics(metrics)
        .observer(Seen(Arc::clone(&seen)))
        .build()
        .unwrap();
    assert_eq!(now(run(&telemetry, async { Ok(7) })), Ok(7));
    assert_eq!(seen.load(Ordering::Relaxed), 1);
}

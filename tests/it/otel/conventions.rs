//! The second set, which follows OpenTelemetry's conventions.

use std::time::Duration;

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::{Metrics, MsalSet};
use token_telemetry::{Acquisition, CacheLevel, CacheRefreshReason, ErrorInfo, Outcome};

use super::collect::Point;
use super::{Bench, cancelled, counts, in_both_temporalities, now, point, run};
use crate::support::{LabApi, LabError};

const DURATION: &str = "token_telemetry.acquisition.duration";

fn alone(metrics: Metrics) -> Metrics {
    metrics.msal_set(MsalSet::Off).semantic_conventions()
}

in_both_temporalities! {
    fn hit(bench: alone) {
        bench.hit(CacheLevel::L1Cache);
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.token.remaining_lifetime", 1),
    ];

    fn new_token(bench: alone) {
        bench.fetch();
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.token.remaining_lifetime", 1),
        ("token_telemetry.token_request.duration", 1),
    ];

    fn failure(bench: alone) {
        now(run(&bench.telemetry, async {
            bench.respond(401).await;
            Err(LabError::new("invalid_client"))
        })).unwrap_err();
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.token_request.duration", 1),
    ];

    fn background_refresh(bench: alone) {
        now(bench.telemetry.background(LabApi::Silent, async {
            bench.respond(200).await;
            Ok::<u8, LabError>(1)
        })).unwrap();
    } expects [
        ("token_telemetry.refresh.duration", 1),
        ("token_telemetry.token_request.duration", 1),
    ];

    fn stale_token(bench: alone) {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_stale_token();
            Ok(1)
        })).unwrap();
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.stale_tokens", 1),
    ];

    fn throttled(bench: alone) {
        now(run(&bench.telemetry, async {
            bench.respond(429).await;
            bench.pass(1_500_000);
            bench.respond(503).await;
            bench.pass(500_000);
            bench.respond(200).await;
            Ok(1)
        })).unwrap();
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.throttled.duration", 1),
        ("token_telemetry.token_request.duration", 3),
    ];

    fn waited(bench: alone) {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_waiting(Duration::from_millis(250));
            Ok(1)
        })).unwrap();
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.waiting.duration", 1),
    ];

    fn suppressed_errors(bench: alone) {
        now(run(&bench.telemetry, async {
            for code in ["managed_identity_timeout", "managed_identity_timeout", "no_certificate"] {
                Acquisition::current().record_suppressed_error(ErrorInfo::new(code));
            }
            Ok(1)
        })).unwrap();
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.suppressed_errors", 3),
    ];

    fn with_msal_set(bench: Metrics::semantic_conventions) {
        bench.hit(CacheLevel::L2Cache);
    } expects [
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.token.remaining_lifetime", 1),
    ];
}

fn texts(point: &Point) -> Vec<(&str, String)> {
    let texts = point.attributes.iter();
    texts
        .map(|(key, value)| (key.as_str(), value.to_string()))
        .collect()
}

#[test]
fn meter_names_crate_and_conventions() {
    let bench = Bench::new(Temporality::Delta, alone);
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    let (name, version, schema) = &point(&points, DURATION).scope;
    assert_eq!(name, "token-telemetry");
    assert_eq!(version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(
        schema.as_deref(),
        Some("https://opentelemetry.io/schemas/1.42.0")
    );
}

#[test]
fn durations_in_fractions_of_seconds() {
    let bench = Bench::new(Temporality::Delta, alone);
    bench.fetch();
    let points = bench.sink.collect();
    assert_eq!(point(&points, DURATION).sum, "0.025");
    assert_eq!(
        point(&points, "token_telemetry.token_request.duration").sum,
        "0.02"
    );
    assert_eq!(point(&points, DURATION).unit, "s");
}

#[test]
fn success_without_error_type() {
    let bench = Bench::new(Temporality::Delta, alone);
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    assert_eq!(
        texts(point(&points, DURATION)),
        [
            ("token_telemetry.api.name", "ForClient".to_owned()),
            ("token_telemetry.cache.level", "l1".to_owned()),
            ("token_telemetry.token.source", "cache".to_owned()),
        ]
    );
}

#[test]
fn failure_with_error_type_without_source() {
    let bench = Bench::new(Temporality::Delta, alone);
    now(run(&bench.telemetry, async {
        bench.respond(401).await;
        Err(LabError::new("invalid_client"))
    }))
    .unwrap_err();
    let points = bench.sink.collect();
    assert_eq!(
        texts(point(&points, DURATION)),
        [
            ("error.kind", "invalid_configuration".to_owned()),
            ("error.type", "invalid_client".to_owned()),
            ("token_telemetry.api.name", "ForClient".to_owned()),
        ]
    );
    assert_eq!(
        texts(point(&points, "token_telemetry.token_request.duration")),
        [
            ("error.type", "401".to_owned()),
            ("http.response.status_code", "401".to_owned()),
            ("token_telemetry.api.name", "ForClient".to_owned()),
            ("token_telemetry.request.purpose", "token".to_owned()),
        ]
    );
}

#[test]
fn error_type_by_outcome() {
    let bench = Bench::new(Temporality::Cumulative, alone);
    now(run(&bench.telemetry, async {
        Err(LabError::new("invalid_grant"))
    }))
    .unwrap_err();
    cancelled(run(&bench.telemetry, std::future::pending()));
    let call = run(&bench.telemetry, async { panic!("the body panics") });
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| now(call))).unwrap_err();
    let points = bench.sink.collect();
    let mut types: Vec<String> = points
        .iter()
        .map(|point| point.text("error.type"))
        .collect();
    types.sort();
    assert_eq!(
        types,
        ["invalid_grant", "operation_canceled", "panicked"],
        "{:?}",
        Outcome::Cancelled
    );
    assert_eq!(counts(&points), [(DURATION, 3)]);
}

#[test]
fn error_types_beyond_limit_are_other() {
    let bench = Bench::new(Temporality::Delta, alone);
    for n in 0..2_000 {
        let code = format!("code_{n}");
        now(run(&bench.telemetry, async { Err(LabError(code)) })).unwrap_err();
    }
    let points = bench.sink.collect();
    assert!(points.len() <= 129, "{} points", points.len());
    let other = points
        .iter()
        .find(|point| point.text("error.type") == "_OTHER");
    assert!(other.is_some_and(|point| point.count > 1_800));
}

#[test]
fn waiting_in_seconds() {
    let bench = Bench::new(Temporality::Delta, alone);
    now(run(&bench.telemetry, async {
        Acquisition::current().record_waiting(Duration::from_millis(250));
        Acquisition::current().record_waiting(Duration::from_millis(500));
        Ok(1)
    }))
    .unwrap();
    let points = bench.sink.collect();
    let waiting = point(&points, "token_telemetry.waiting.duration");
    assert_eq!((&*waiting.sum, &*waiting.unit), ("0.75", "s"));
    let api = ("token_telemetry.api.name", "ForClient".to_owned());
    assert_eq!(texts(waiting), [api]);
}

/// Returns the codes and numbers of suppressed errors.
fn suppressed(points: &[Point]) -> Vec<(String, u64)> {
    let name = "token_telemetry.suppressed_errors";
    let counters = points.iter().filter(|point| point.metric == name);
    let counts = counters.map(|point| (point.text("error.type"), point.count));
    let mut counts: Vec<(String, u64)> = counts.collect();
    counts.sort();
    counts
}

#[test]
fn suppressed_errors_by_code() {
    let bench = Bench::new(Temporality::Delta, alone);
    let codes = ["slow", "slow", "no_certificate", ""];
    now(run(&bench.telemetry, async {
        for code in codes {
            Acquisition::current().record_suppressed_error(ErrorInfo::new(code));
        }
        Err(LabError::new("failed"))
    }))
    .unwrap_err();
    let counted = [("_OTHER", 1), ("no_certificate", 1), ("slow", 2)];
    let counted = counted.map(|(code, count)| (code.to_owned(), count));
    assert_eq!(suppressed(&bench.sink.collect()), counted);
}

#[test]
fn suppressed_codes_are_bounded() {
    let bench = Bench::new(Temporality::Delta, alone);
    for n in 0..2_000 {
        let suppress = |current: Acquisition| {
            current.record_suppressed_error(ErrorInfo::new(format!("code_{n}")));
        };
        now(run(&bench.telemetry, async {
            suppress(Acquisition::current());
            Ok(1)
        }))
        .unwrap();
    }
    let codes = suppressed(&bench.sink.collect());
    assert_eq!(codes.len(), 129);
    assert_eq!(codes[0], ("_OTHER".to_owned(), 2_000 - 128));
    assert_eq!(codes[1], ("code_0".to_owned(), 1));
}

fn fail_with(bench: &Bench, info: ErrorInfo) {
    now(run(&bench.telemetry, async {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        Acquisition::current().record_error(info);
        Err(LabError::new("shadowed"))
    }))
    .unwrap_err();
}

#[test]
fn known_suberrors_only() {
    let bench = Bench::new(Temporality::Delta, alone);
    let rejected = || ErrorInfo::new("invalid_grant");
    fail_with(&bench, rejected());
    for n in 0..2_000 {
        fail_with(&bench, rejected().with_suberror(format!("suberror_{n}")));
    }
    for suberror in ["basic_action", "user_password_expired", "basic_action"] {
        fail_with(&bench, rejected().with_suberror(suberror));
    }
    let points = bench.sink.collect();
    let suberrors = points
        .iter()
        .map(|it| (it.text("error.suberror"), it.count));
    let mut suberrors: Vec<(String, u64)> = suberrors.collect();
    suberrors.sort();
    let expected = [
        ("", 2_001),
        ("basic_action", 2),
        ("user_password_expired", 1),
    ];
    assert_eq!(suberrors, expected.map(|(text, n)| (text.to_owned(), n)));
}

#[test]
fn suberror_is_not_in_the_msal_set() {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        metrics.msal_set(MsalSet::Both)
    });
    for suberror in ["basic_action", "bad_token"] {
        let info = ErrorInfo::new("invalid_grant").with_suberror(suberror);
        fail_with(&bench, info);
    }
    let points = bench.sink.collect();
    assert_eq!(point(&points, "MsalFailure").count, 2);
}

#[test]
fn at_most_six_attributes() {
    let bench = Bench::new(Temporality::Delta, alone);
    bench.hit(CacheLevel::L1Cache);
    bench.fetch();
    let info = ErrorInfo::new("invalid_grant").with_suberror("basic_action");
    fail_with(&bench, info);
    for point in bench.sink.collect() {
        assert!(point.attributes.len() <= 6, "{point:?}");
    }
}

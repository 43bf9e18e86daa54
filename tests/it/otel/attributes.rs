//! Values and types of the attributes.

use std::time::Duration;

use opentelemetry::Value;
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::cache::RefreshTrigger;
use token_telemetry::credential::CredentialKind;
use token_telemetry::graph::{Headers, Product, SdkVersion};
use token_telemetry::middleware::GraphLayer;
use token_telemetry::otel::{Metric, MetricKind, MsalNetRelease, MsalSet};
use token_telemetry::{
    Acquisition, CacheLevel, CacheRefreshReason, ErrorInfo, TokenInfo, TokenSource, TokenType,
};
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::collect::Point;
use super::{Bench, cancelled, now, point, run};
use crate::in_flight::hang;
use crate::support::{LabApi, LabError};

pub(super) fn text(value: &'static str) -> Value {
    value.into()
}

/// Checks the attributes of a point, in any order.
fn assert_attributes(point: &Point, expected: &[(&str, Value)]) {
    let mut expected = expected.to_vec();
    expected.sort_by_key(|(key, _)| *key);
    let found: Vec<(&str, Value)> = point
        .attributes
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect();
    assert_eq!(found, expected, "{}", point.metric);
}

pub(super) fn with_caller(bench: &Bench) {
    now(run(&bench.telemetry, async {
        Acquisition::current().record_caller_sdk("41", "3.1");
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        Acquisition::current().record_token_type(TokenType::Pop);
        Ok(1)
    }))
    .unwrap();
}

#[test]
fn success_attributes() {
    let bench = Bench::new(Temporality::Delta, |metrics| metrics);
    with_caller(&bench);
    let points = bench.sink.collect();
    let success = point(&points, "MsalSuccess");
    assert_eq!(
        success.scope,
        (
            "MicrosoftIdentityClient_Common_Meter".to_owned(),
            Some("1.0.0".to_owned()),
            None
        )
    );
    assert_attributes(
        success,
        &[
            ("MsalVersion", text("1.2.3")),
            ("Platform", text("Lab.Auth")),
            ("ApiId", text("ForClient")),
            ("CallerSdkId", text("41,3.1")),
            ("TokenSource", text("Cache")),
            ("CacheRefreshReason", text("NotApplicable")),
            ("CacheLevel", text("L1Cache")),
            ("TokenType", Value::I64(2)),
        ],
    );
}

#[test]
fn failure_attributes() {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        metrics.msal_set(MsalSet::Extended)
    });
    now(run(&bench.telemetry, async {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        bench.respond(400).await;
        Acquisition::current().record_error(
            ErrorInfo::new("invalid_client").with_sts_codes([7_000_218, 50_196, 1, 2, 3]),
        );
        Err(LabError::new("shadowed"))
    }))
    .unwrap_err();
    let points = bench.sink.collect();
    assert_attributes(
        point(&points, "MsalFailure"),
        &[
            ("MsalVersion", text("1.2.3")),
            ("Platform", text("Lab.Auth")),
            ("ErrorCode", text("invalid_client")),
            ("ApiId", text("ForClient")),
            ("CallerSdkId", text("")),
            ("CacheRefreshReason", text("Expired")),
            ("TokenType", Value::I64(1)),
            ("RawStsErrorCode", text("7000218")),
        ],
    );
    assert_attributes(
        point(&points, "MsalTotalDurationV2.1A"),
        &[
            ("MsalVersionPlatform", text("1.2.3,Lab.Auth")),
            ("ApiId", text("ForClient")),
            ("TokenSource", text("")),
            ("CacheLevel", text("")),
            ("CacheRefreshReason", text("Expired")),
            ("TokenType", Value::I64(1)),
            ("ErrorCode", text("invalid_client")),
            ("Succeeded", Value::Bool(false)),
        ],
    );
    assert_attributes(
        point(&points, "MsalDurationInHttpV2.1A"),
        &[
            ("MsalVersionPlatform", text("1.2.3,Lab.Auth")),
            ("ApiId", text("ForClient")),
            ("TokenType", Value::I64(1)),
            ("HttpStatusCode", Value::I64(400)),
        ],
    );
}

#[test]
fn durations_in_unit_of_metric() {
    let bench = Bench::new(Temporality::Delta, |metrics| metrics);
    bench.fetch();
    let fetched = bench.sink.collect();
    assert_eq!(point(&fetched, "MsalTotalDuration.1A").sum, "25");
    assert_eq!(point(&fetched, "MsalDurationInHttp.1A").sum, "20");
    assert_eq!(point(&fetched, "MsalRemainingTokenLifetime.1A").sum, "3599");
    bench.hit(CacheLevel::L1Cache);
    let hit = bench.sink.collect();
    assert_eq!(point(&hit, "MsalTotalDuration.1A").sum, "0");
    assert_eq!(point(&hit, "MsalDurationInL1CacheInUs.1B").sum, "90");
}

#[test]
fn raw_sts_code_always_present() {
    let bench = Bench::new(Temporality::Delta, |metrics| metrics);
    now(run(&bench.telemetry, async { Err(LabError::new("io")) })).unwrap_err();
    let points = bench.sink.collect();
    assert_eq!(
        point(&points, "MsalFailure").attributes["RawStsErrorCode"],
        text("")
    );
}

#[test]
fn cache_level_by_source() {
    let levels = [
        (TokenSource::Cache, None, "Unknown"),
        (TokenSource::Cache, Some(CacheLevel::L2Cache), "L2Cache"),
        (TokenSource::Broker, Some(CacheLevel::L1Cache), "None"),
        (TokenSource::IdentityProvider, None, "None"),
    ];
    for (source, level, expected) in levels {
        let bench = Bench::new(Temporality::Delta, |metrics| metrics);
        now(run(&bench.telemetry, async {
            if let Some(level) = level {
                Acquisition::current().record_cache_hit(level);
            }
            Acquisition::current().record_source(source);
            Ok(1)
        }))
        .unwrap();
        let points = bench.sink.collect();
        assert_eq!(point(&points, "MsalSuccess").text("CacheLevel"), expected);
    }
}

#[test]
fn codes_of_cancelled_and_panicked_calls() {
    let bench = Bench::new(Temporality::Delta, |metrics| metrics);
    cancel(&bench);
    let points = bench.sink.collect();
    assert_eq!(
        point(&points, "MsalFailure").text("ErrorCode"),
        "operation_canceled"
    );
    let call = run(&bench.telemetry, async { panic!("the body panics") });
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| now(call))).unwrap_err();
    let points = bench.sink.collect();
    assert_eq!(point(&points, "MsalFailure").text("ErrorCode"), "panicked");
}

pub(super) fn cancel(bench: &Bench) {
    cancelled(run(&bench.telemetry, std::future::pending()));
}

/// Runs acquisitions that record every metric but those of acquisitions in flight.
pub(super) fn record_everything(bench: &Bench) {
    bench.fetch();
    bench.hit(CacheLevel::L1Cache);
    bench.hit(CacheLevel::L2Cache);
    now(run(&bench.telemetry, async {
        let lookup = Acquisition::current().time_cache_lookup(CacheLevel::L2Cache);
        lookup.miss();
        bench.respond(503).await;
        bench.pass(1_000);
        bench.respond(503).await;
        let current = Acquisition::current();
        current.record_stale_token();
        current.record_waiting(Duration::from_millis(20));
        current.record_suppressed_error(ErrorInfo::new("slow"));
        Err(LabError::new("io"))
    }))
    .unwrap_err();
    // A refresh that brings no later expiry than the fetch.
    now(run(&bench.telemetry, async {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::Expired);
        bench.respond(200).await;
        Acquisition::current().record_token(TokenInfo::new().with_expires_in(Duration::ZERO));
        Ok(1)
    }))
    .unwrap();
    now(bench
        .telemetry
        .background(LabApi::Silent, async { Ok::<u8, LabError>(1) }))
    .unwrap();
    now(run(&bench.telemetry, async {
        let current = Acquisition::current();
        current.record_stale_token();
        current.record_credential(CredentialKind::Broker);
        current.record_trigger(RefreshTrigger::Caller);
        Ok(1)
    }))
    .unwrap();
    bench.telemetry.record_rejected_token(401);
    request_graph(bench);
}

/// Sends a request to Graph through an observed layer.
fn request_graph(bench: &Bench) {
    let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    let headers = Headers::new(SdkVersion::builder().core(core).build().unwrap());
    let layer = GraphLayer::new(headers).with_telemetry(bench.telemetry.clone());
    let graph = layer.layer(service_fn(|_: http::Request<()>| {
        std::future::ready(Ok::<_, std::io::Error>(http::Response::new(())))
    }));
    let request = http::Request::get("https://graph.microsoft.com/v1.0/me");
    now(graph.oneshot(request.body(()).unwrap())).unwrap();
}

#[test]
fn exported_metrics_match_catalog() {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        metrics
            .msal_set(MsalSet::Both)
            .msal_net_compat(MsalNetRelease::V4_84)
            .semantic_conventions()
    });
    record_everything(&bench);
    let _hanging = hang(run(&bench.telemetry, std::future::pending()));
    let points = bench.sink.collect();
    for metric in Metric::ALL {
        let mut found = points
            .iter()
            .filter(|point| point.metric == metric.name())
            .peekable();
        assert!(found.peek().is_some(), "{} was not recorded", metric.name());
        for point in found {
            assert_eq!(point.unit, metric.unit().unwrap_or_default());
            assert_eq!(point.description, metric.description());
            assert_eq!(point.scope.0, metric.meter());
            assert_eq!(
                point.shape.contains('['),
                metric.kind() == MetricKind::Histogram
            );
            let known: Vec<&str> = metric.attributes().collect();
            assert!(known.len() <= 8, "pipelines take eight attributes");
            assert!(
                point
                    .attributes
                    .keys()
                    .all(|key| known.contains(&key.as_str()))
            );
        }
    }
}

#[test]
fn unending_codes_and_callers_are_bounded() {
    let bench = Bench::new(Temporality::Cumulative, |metrics| {
        metrics.msal_set(MsalSet::Both)
    });
    for n in 0..5_000_u32 {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_caller_sdk(n.to_string(), "1");
            Acquisition::current()
                .record_error(ErrorInfo::new(format!("code_{n}")).with_sts_codes([n]));
            Err(LabError::new("shadowed"))
        }))
        .unwrap_err();
    }
    let points = bench.sink.collect();
    let failures: Vec<&Point> = points
        .iter()
        .filter(|point| point.metric == "MsalFailure")
        .collect();
    assert!(failures.len() < 1_100, "{} sets", failures.len());
    assert_eq!(failures.iter().map(|point| point.count).sum::<u64>(), 5_000);
    let other = |point: &&&Point| {
        point.text("ErrorCode") == "other" && point.text("CallerSdkId") == "other"
    };
    assert!(
        failures
            .iter()
            .filter(other)
            .map(|point| point.count)
            .sum::<u64>()
            > 4_000
    );
    assert!(
        failures
            .iter()
            .all(|point| !point.attributes.contains_key("otel.metric.overflow"))
    );
}

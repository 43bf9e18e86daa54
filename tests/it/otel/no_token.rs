//! Functions that return neither a token nor an error.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::api::Api;
use token_telemetry::otel::{Metrics, MsalNetRelease, MsalSet};
use token_telemetry::{Acquisition, CacheLevel, TokenInfo};

use super::{Bench, counts, in_both_temporalities, now, point, run};
use crate::support::LabApi;
use crate::support::LabError;

const DURATION: &str = "token_telemetry.acquisition.duration";

fn both(metrics: Metrics) -> Metrics {
    metrics.msal_set(MsalSet::Both).semantic_conventions()
}

fn msal(metrics: Metrics) -> Metrics {
    metrics
        .msal_set(MsalSet::Both)
        .msal_net_compat(MsalNetRelease::V4_89)
}

/// Returns no token, although the cache was found and a request was sent.
async fn no_token(bench: &Bench) -> Result<u8, LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    bench.respond(200).await;
    Acquisition::current().record_token(TokenInfo::none());
    Ok(0)
}

in_both_temporalities! {
    fn in_second_set(bench: both) {
        now(run(&bench.telemetry, no_token(&bench))).unwrap();
    } expects [
        ("token_telemetry.acquisition.duration", 1),
        ("token_telemetry.token_request.duration", 1),
    ];

    fn in_background(bench: both) {
        now(bench.telemetry.background(LabApi::Silent, no_token(&bench))).unwrap();
    } expects [
        ("token_telemetry.refresh.duration", 1),
        ("token_telemetry.token_request.duration", 1),
    ];

    fn not_in_msal_set(bench: msal) {
        now(run(&bench.telemetry, no_token(&bench))).unwrap();
    } expects [];
}

#[test]
fn source_is_none_without_error_type() {
    let bench = Bench::new(Temporality::Delta, both);
    now(run(&bench.telemetry, no_token(&bench))).unwrap();
    let points = bench.sink.collect();
    let point = point(&points, DURATION);
    assert_eq!(point.text("token_telemetry.token.source"), "none");
    assert_eq!(point.text("error.type"), "");
    assert_eq!(point.text("error.kind"), "");
}

#[test]
fn calls_without_token_are_bounded() {
    let bench = Bench::new(Temporality::Cumulative, both);
    for n in 0..100_000 {
        let api: &'static str = format!("Api{}", n % 2_500).leak();
        now(run(&bench.telemetry, async {
            let current = Acquisition::current();
            current.record_api(Api::new(1, api));
            current.record_caller_sdk(n.to_string(), "1");
            current.record_token(TokenInfo::none());
            Ok(0)
        }))
        .unwrap();
    }
    let points = bench.sink.collect();
    assert!(points.len() < 2_000, "{}", points.len());
    assert_eq!(counts(&points), [(DURATION, 100_000)]);
    assert_eq!(bench.telemetry.totals().no_token, 100_000);
}

//! The values of metrics as releases of MSAL.NET write them.

use opentelemetry::Value;
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::{Metrics, MsalNetRelease, MsalSet};
use token_telemetry::{Acquisition, CacheLevel, ErrorInfo};

use super::attributes::{cancel, text, with_caller};
use super::{Bench, Choose, now, point, run};
use crate::support::{LabApi, LabError};

/// The values that all releases of MSAL.NET share.
fn assert_msal_net_values(bench: &Bench) {
    with_caller(bench);
    let points = bench.sink.collect();
    assert_eq!(point(&points, "MsalSuccess").text("CallerSdkId"), "41");
    assert_eq!(point(&points, "MsalDurationInExtensionInMs.1B").sum, "0");
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    assert_eq!(point(&points, "MsalSuccess").text("CallerSdkId"), ",");
    cancel(bench);
    let points = bench.sink.collect();
    let failure = point(&points, "MsalFailure");
    assert_eq!(failure.text("ErrorCode"), "TaskCanceledException");
    now(run(&bench.telemetry, async { Ok(1) })).unwrap();
    let points = bench.sink.collect();
    assert_eq!(
        point(&points, "MsalSuccess").text("TokenSource"),
        "IdentityProvider"
    );
}

const RELEASES: [(MsalNetRelease, Choose); 2] = [
    (MsalNetRelease::V4_84, |metrics| {
        let metrics = metrics.msal_set(MsalSet::Both);
        metrics.msal_net_compat(MsalNetRelease::V4_84)
    }),
    (MsalNetRelease::V4_89, |metrics| {
        let metrics = metrics.msal_set(MsalSet::Both);
        metrics.msal_net_compat(MsalNetRelease::V4_89)
    }),
];

#[test]
fn msal_net_values_of_all_releases() {
    for (_, choose) in RELEASES {
        assert_msal_net_values(&Bench::new(Temporality::Delta, choose));
    }
}

/// `RawStsErrorCode` of a failure with these codes, if it has the attribute.
fn raw_sts_error_code(bench: &Bench, codes: Vec<u32>) -> Option<Value> {
    now(run(&bench.telemetry, async {
        let error = ErrorInfo::new("invalid_client").with_sts_codes(codes);
        Acquisition::current().record_error(error);
        Err(LabError::new("shadowed"))
    }))
    .unwrap_err();
    let points = bench.sink.collect();
    let failure = point(&points, "MsalFailure");
    failure.attributes.get("RawStsErrorCode").cloned()
}

#[test]
fn raw_sts_error_code_by_release() {
    let benches = |choose| Bench::new(Temporality::Delta, choose);
    for (release, choose) in RELEASES {
        let bench = benches(choose);
        let code = raw_sts_error_code(&bench, vec![7_000_218]);
        assert_eq!(code, Some(text("7000218")), "{release:?}");
        let unknown = (release == MsalNetRelease::V4_89).then(|| text(""));
        assert_eq!(raw_sts_error_code(&bench, vec![]), unknown, "{release:?}");
    }
    let truthful = benches(|metrics| metrics);
    assert_eq!(raw_sts_error_code(&truthful, vec![]), Some(text("")));
}

/// The HTTP time of a background refresh in milliseconds, in both sets.
fn background_http_time(choose: Choose) -> [String; 2] {
    let bench = Bench::new(Temporality::Delta, choose);
    let refresh = async {
        bench.respond(200).await;
        Ok::<u8, LabError>(1)
    };
    now(bench.telemetry.background(LabApi::Silent, refresh)).unwrap();
    let points = bench.sink.collect();
    ["MsalDurationInHttp.1A", "MsalDurationInHttpV2.1A"]
        .map(|metric| point(&points, metric).sum.clone())
}

#[test]
fn background_http_time_by_release() {
    for (release, choose) in RELEASES {
        let known = release == MsalNetRelease::V4_89;
        let expected = if known { "20" } else { "0" };
        assert_eq!(background_http_time(choose), [expected; 2], "{release:?}");
    }
    let truthful = |metrics: Metrics| metrics.msal_set(MsalSet::Both);
    assert_eq!(background_http_time(truthful), ["20"; 2]);
}

#[test]
fn foreground_http_time_of_all_releases() {
    for (release, choose) in RELEASES {
        let bench = Bench::new(Temporality::Delta, choose);
        bench.fetch();
        let points = bench.sink.collect();
        let http = point(&points, "MsalDurationInHttp.1A");
        assert_eq!(http.sum, "20", "{release:?}");
    }
}

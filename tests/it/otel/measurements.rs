//! Which metrics of the MSAL set are recorded: one test per situation and temporality.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::{MsalNetRelease, MsalSet};
use token_telemetry::{
    Acquisition, CacheLevel, CacheRefreshReason, ErrorInfo, TokenInfo, TokenSource,
};

use super::{Bench, cancelled, counts, in_both_temporalities, now, run};
use crate::support::{LabApi, LabError};

in_both_temporalities! {
    fn in_memory_cache_hit(bench: |metrics| metrics) {
        bench.hit(CacheLevel::L1Cache);
    } expects [
        ("MsalDurationInL1CacheInUs.1B", 1),
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
    ];

    fn post_processed_hit(bench: |metrics| metrics) {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            let signing = Acquisition::current().time_in_extension();
            bench.pass(700);
            drop(signing);
            Ok(1)
        })).unwrap();
    } expects [
        ("MsalDurationInExtensionInMs.1B", 1),
        ("MsalDurationInL1CacheInUs.1B", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
    ];

    fn second_level_cache_hit(bench: |metrics| metrics) {
        now(run(&bench.telemetry, async {
            let reading = Acquisition::current().time_in_cache();
            bench.pass(3_000);
            drop(reading);
            Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
            Ok(1)
        })).unwrap();
    } expects [
        ("MsalDurationInL2Cache.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
    ];

    fn hit_of_unknown_level(bench: |metrics| metrics) {
        bench.hit(CacheLevel::Unknown);
    } expects [
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
    ];

    fn new_token(bench: |metrics| metrics) {
        bench.fetch();
    } expects [
        ("MsalDurationInHttp.1A", 1),
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
    ];

    fn new_token_in_extended_set(
        bench: |metrics| metrics.msal_set(MsalSet::Extended)
    ) {
        bench.fetch();
    } expects [
        ("MsalDurationInHttpV2.1A", 1),
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDurationV2.1A", 1),
    ];

    fn new_token_in_both_sets(
        bench: |metrics| metrics.msal_set(MsalSet::Both)
    ) {
        bench.fetch();
    } expects [
        ("MsalDurationInHttp.1A", 1),
        ("MsalDurationInHttpV2.1A", 1),
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
        ("MsalTotalDurationV2.1A", 1),
    ];

    fn broker_token(bench: |metrics| metrics) {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_source(TokenSource::Broker);
            Ok(1)
        })).unwrap();
    } expects [("MsalSuccess", 1), ("MsalTotalDuration.1A", 1)];

    fn stale_token_after_failed_request(bench: |metrics| metrics.msal_set(MsalSet::Both)) {
        now(run(&bench.telemetry, async {
            bench.respond(503).await;
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            Acquisition::current().record_stale_token();
            Ok(1)
        })).unwrap();
    } expects [
        ("MsalDurationInL1CacheInUs.1B", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
        ("MsalTotalDurationV2.1A", 1),
    ];

    fn failure_in_base_set(bench: |metrics| metrics) {
        now(rejected(&bench)).unwrap_err();
    } expects [("MsalFailure", 1)];

    fn failure_in_extended_set(bench: |metrics| metrics.msal_set(MsalSet::Extended)) {
        now(rejected(&bench)).unwrap_err();
    } expects [
        ("MsalDurationInHttpV2.1A", 1),
        ("MsalFailure", 1),
        ("MsalTotalDurationV2.1A", 1),
    ];

    fn failure_before_any_request(
        bench: |metrics| metrics.msal_set(MsalSet::Extended)
    ) {
        now(run(&bench.telemetry, async { Err(LabError::new("scopes_required")) })).unwrap_err();
    } expects [("MsalFailure", 1), ("MsalTotalDurationV2.1A", 1)];

    fn failure_throttled_by_client(bench: |metrics| metrics.msal_set(MsalSet::Extended)) {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_error(ErrorInfo::new("temporarily_unavailable").with_status(429));
            Err(LabError::new("throttled"))
        })).unwrap_err();
    } expects [("MsalFailure", 1), ("MsalTotalDurationV2.1A", 1)];

    fn background_refresh(bench: |metrics| metrics.msal_set(MsalSet::Both)) {
        now(bench.telemetry.background(LabApi::Silent, async {
            bench.respond(200).await;
            let lifetime = TokenInfo::new().with_expires_in(std::time::Duration::from_secs(3_599));
            Acquisition::current().record_token(lifetime);
            let _signing = Acquisition::current().time_in_extension();
            Ok::<u8, LabError>(1)
        })).unwrap();
    } expects [
        ("MsalDurationInHttp.1A", 1),
        ("MsalDurationInHttpV2.1A", 1),
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
    ];

    fn failed_background_refresh(bench: |metrics| metrics.msal_set(MsalSet::Both)) {
        now(bench.telemetry.background(LabApi::Silent, async {
            bench.respond(503).await;
            Err::<u8, _>(LabError::new("service_not_available"))
        })).unwrap_err();
    } expects [("MsalDurationInHttpV2.1A", 1), ("MsalFailure", 1)];

    fn cancelled_call(bench: |metrics| metrics.msal_set(MsalSet::Both)) {
        cancelled(run(&bench.telemetry, async {
            bench.respond(503).await;
            std::future::pending().await
        }));
    } expects [
        ("MsalDurationInHttpV2.1A", 1),
        ("MsalFailure", 1),
        ("MsalTotalDurationV2.1A", 1),
    ];

    fn cancelled_background_refresh(bench: |metrics| metrics.msal_set(MsalSet::Both)) {
        cancelled(bench.telemetry.background(LabApi::Silent, async {
            bench.respond(503).await;
            std::future::pending::<Result<u8, LabError>>().await
        }));
    } expects [("MsalDurationInHttpV2.1A", 1), ("MsalFailure", 1)];

    fn panicked_call(bench: |metrics| metrics.msal_set(MsalSet::Extended)) {
        let call = run(&bench.telemetry, async { panic!("the body panics") });
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| now(call))).unwrap_err();
    } expects [("MsalFailure", 1), ("MsalTotalDurationV2.1A", 1)];

    fn unmeasured_request(bench: |metrics| metrics) {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
            Acquisition::current().record_source(TokenSource::IdentityProvider);
            Ok(1)
        })).unwrap();
    } expects [("MsalSuccess", 1), ("MsalTotalDuration.1A", 1)];

    fn unmeasured_request_with_msal_net_zeros(
        bench: |metrics| metrics.msal_net_compat(MsalNetRelease::V4_89)
    ) {
        now(run(&bench.telemetry, async {
            Acquisition::current().record_source(TokenSource::IdentityProvider);
            Ok(1)
        })).unwrap();
    } expects [
        ("MsalDurationInExtensionInMs.1B", 1),
        ("MsalDurationInHttp.1A", 1),
        ("MsalRemainingTokenLifetime.1A", 1),
        ("MsalSuccess", 1),
        ("MsalTotalDuration.1A", 1),
    ];

    fn call_never_polled(bench: |metrics| metrics) {
        drop(run(&bench.telemetry, async { Ok(1) }));
    } expects [];

    fn no_acquisition(bench: |metrics| metrics) {
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        let _accounts = &bench.telemetry;
    } expects [];
}

#[test]
fn nested_acquisition_counted_once() {
    let bench = Bench::new(Temporality::Delta, |metrics| metrics);
    let inner = run(&bench.telemetry, async { Ok(1) });
    now(run(&bench.telemetry, inner)).unwrap();
    let points = bench.sink.collect();
    assert_eq!(
        counts(&points),
        [("MsalSuccess", 1), ("MsalTotalDuration.1A", 1)]
    );
}

async fn rejected(bench: &Bench) -> Result<u8, LabError> {
    let body = async {
        bench.respond(401).await;
        Err(LabError::new("invalid_client"))
    };
    run(&bench.telemetry, body).await
}

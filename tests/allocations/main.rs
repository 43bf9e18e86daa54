//! Allocations of an acquisition; a separate binary, because the allocator counts the whole process.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what is wrong")]
#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the attribute hands tokens over by reference"
)]

use std::future::ready;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use opentelemetry::global;
use opentelemetry::metrics::NoopMeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use token_telemetry::api::{Api, ApiParameters, Prompt};
use token_telemetry::otel::{Metrics, PROVIDER_CHECK_INTERVAL};
use token_telemetry_test_support::prelude::*;

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn hit_with_parameters(telemetry: &Telemetry) -> Result<u8, LabError> {
    let parameters = ApiParameters::new().with_prompt(Prompt::None);
    let parameters = parameters.with_claims(false).with_scope_count(2);
    Acquisition::current().record_parameters(parameters.with_force_refresh(false));
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(1)
}

fn token_info(_: &u8) -> TokenInfo {
    TokenInfo::new()
        .with_token_type(TokenType::Bearer)
        .with_expires_in(Duration::from_secs(60))
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry, token_info = token_info)]
async fn hit(telemetry: &Telemetry) -> Result<u8, LabError> {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    drop(Acquisition::current().time_in_cache());
    ready(()).await;
    Ok(1)
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn hit_after_an_await(telemetry: &Telemetry, polls: u8) -> Result<u8, LabError> {
    for _ in 0..polls {
        tokio::task::yield_now().await;
    }
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(1)
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry, own_record)]
async fn hit_of_its_own(telemetry: &Telemetry) -> Result<u8, LabError> {
    hit(telemetry).await
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn around(telemetry: &Telemetry, own_record: bool) -> Result<u8, LabError> {
    if own_record {
        hit_of_its_own(telemetry).await
    } else {
        hit(telemetry).await
    }
}

/// Polls the future until it is ready, without allocating.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
    }
}

fn without_metrics() -> Telemetry {
    Telemetry::builder()
        .sdk("Counted", "1")
        .metrics(Metrics::off())
        .build()
        .unwrap()
}

#[test]
fn cache_hit_allocates_nothing() {
    let telemetry = without_metrics();
    run(hit(&telemetry)).unwrap();
    let counted = measure(|| {
        for _ in 0..1_000 {
            run(hit(&telemetry)).unwrap();
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn parameters_allocate_nothing() {
    let telemetry = without_metrics();
    run(hit_with_parameters(&telemetry)).unwrap();
    let counted = measure(|| {
        for _ in 0..1_000 {
            run(hit_with_parameters(&telemetry)).unwrap();
        }
    });
    assert_eq!(counted.count_total, 0);
}

/// Such a hit records no event, which would allocate.
#[test]
fn timed_hit_with_second_set_allocates_nothing() {
    let metrics = Metrics::with_provider(SdkMeterProvider::default()).semantic_conventions();
    let builder = Telemetry::builder().sdk("Counted", "1").metrics(metrics);
    let telemetry = builder.build().unwrap();
    run(hit(&telemetry)).unwrap();
    let counted = measure(|| run(hit(&telemetry)).map(drop).unwrap());
    assert_eq!(counted.count_total, 0);
}

#[test]
fn merged_call_reuses_thread_pool() {
    let telemetry = without_metrics();
    let nested = || measure(|| run(around(&telemetry, true)).map(drop).unwrap()).count_total;
    nested();
    let warm = nested();
    run(around(&telemetry, false)).unwrap();
    assert_eq!(nested(), warm);
}

#[test]
fn waiting_cache_hit_allocates_nothing() {
    let telemetry = without_metrics();
    run(hit_after_an_await(&telemetry, 3)).unwrap();
    let counted = measure(|| {
        for polls in 0..100 {
            run(hit_after_an_await(&telemetry, polls)).unwrap();
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn uncollected_metrics_allocate_nothing() {
    let _turn = turn();
    let telemetry = Telemetry::builder().sdk("Counted", "1").build().unwrap();
    run(hit(&telemetry)).unwrap();
    let counted = measure(|| run(hit(&telemetry)).map(drop).unwrap());
    assert_eq!(counted.count_total, 0);
}

/// Serializes tests that depend on the global provider or install one.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap()
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn hit_as(telemetry: &Telemetry, api: Api) -> Result<u8, LabError> {
    Acquisition::current().record_api(api);
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(1)
}

#[test]
fn hit_beyond_api_limit_allocates_nothing() {
    let metrics = Metrics::with_provider(SdkMeterProvider::default());
    let builder = Telemetry::builder().sdk("Counted", "1").metrics(metrics);
    let telemetry = builder.build().unwrap();
    let name = |n: u32| Api::new(n, format!("Api{n}").leak());
    for n in 0..100 {
        run(hit_as(&telemetry, name(n))).unwrap();
    }
    let one_too_many = name(101);
    let counted = measure(|| run(hit_as(&telemetry, one_too_many)).map(drop).unwrap());
    assert_eq!(counted.count_total, 0);
}

#[test]
fn replaced_providers_free_their_memory() {
    let _turn = turn();
    let clock = ManualClock::new();
    let builder = Telemetry::builder().sdk("Counted", "1");
    let telemetry = builder.clock(clock.clone()).build().unwrap();
    let replace = |times: u32| {
        for _ in 0..times {
            global::set_meter_provider(SdkMeterProvider::default());
            clock.advance(PROVIDER_CHECK_INTERVAL);
            run(hit(&telemetry)).unwrap();
        }
        global::set_meter_provider(NoopMeterProvider::new());
        clock.advance(PROVIDER_CHECK_INTERVAL);
        run(hit(&telemetry)).unwrap();
    };
    replace(20);
    let counted = measure(|| replace(2_000));
    assert!(
        counted.bytes_current < 16_384,
        "{} bytes",
        counted.bytes_current
    );
}

//! OpenTelemetry metrics, as an exporter receives them.

mod attempts;
mod attributes;
mod cardinality;
mod conventions;
mod credentials;
mod descriptions;
mod documented;
mod enricher;
mod expires_in;
pub(crate) mod global;
mod in_flight;
mod measurements;
mod msal_net;
mod no_token;
pub(crate) mod providers;
mod suppression;

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::Metrics;
use token_telemetry::test_util::ManualClock;
use token_telemetry::{
    Acquisition, CacheLevel, CacheRefreshReason, Status, Telemetry, TokenInfo, acquire_token,
};

use crate::support::{LabApi, LabError, TOKEN_URL};
pub(crate) use crate::support::{collect, warnings};
use collect::{Point, Sink};

/// An SDK on a manual clock, with its own sink.
pub(crate) struct Bench {
    pub(crate) telemetry: Telemetry,
    pub(crate) clock: ManualClock,
    pub(crate) sink: Sink,
}

pub(crate) type Choose = fn(Metrics) -> Metrics;

impl Bench {
    pub(crate) fn new(temporality: Temporality, choose: Choose) -> Self {
        Self::with_sink(Sink::new(temporality), choose)
    }

    pub(crate) fn with_sink(sink: Sink, choose: Choose) -> Self {
        let metrics = choose(Metrics::with_provider(sink.provider.clone()));
        let (telemetry, clock) = instance("Lab.Auth", metrics);
        Self {
            telemetry,
            clock,
            sink,
        }
    }

    pub(crate) fn pass(&self, micros: u64) {
        self.clock.advance(Duration::from_micros(micros));
    }

    /// Acquires a cached token in 90 µs, which expires in 50 minutes.
    pub(crate) fn hit(&self, level: CacheLevel) {
        let _token = now(run(&self.telemetry, async {
            self.pass(90);
            Acquisition::current().record_cache_hit(level);
            Acquisition::current()
                .record_token(TokenInfo::new().with_expires_in(Duration::from_secs(3_000)));
            Ok(1)
        }));
    }

    /// Acquires a new token after a miss: 20 ms in HTTP, 25 ms in total, valid for an hour.
    pub(crate) fn fetch(&self) {
        let _token = now(run(&self.telemetry, async {
            Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
            self.pass(2_500);
            self.respond(200).await;
            self.pass(2_500);
            Acquisition::current()
                .record_token(TokenInfo::new().with_expires_in(Duration::from_secs(3_599)));
            Ok(1)
        }));
    }

    /// Sends one token request, which takes 20 ms.
    pub(crate) async fn respond(&self, status: u16) {
        let sent = Acquisition::current().token_request(TOKEN_URL).send(|_| {
            self.pass(20_000);
            std::future::ready(Ok::<_, std::io::Error>(Status::new(status, ())))
        });
        let _response = sent.await;
    }
}

/// Creates an instance with this name, on a manual clock.
pub(crate) fn instance(sku: &'static str, metrics: Metrics) -> (Telemetry, ManualClock) {
    let clock = ManualClock::new();
    let builder = Telemetry::builder()
        .sdk(sku, "1.2.3")
        .clock(clock.clone())
        .metrics(metrics);
    (builder.build().unwrap(), clock)
}

/// An acquisition whose body is the given future.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
pub(crate) async fn run(
    telemetry: &Telemetry,
    body: impl Future<Output = Result<u8, LabError>>,
) -> Result<u8, LabError> {
    body.await
}

/// Runs a future that is never pending.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}

/// Polls a future once and drops it.
pub(crate) fn cancelled(future: impl Future) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
}

/// Returns the number of recordings of each metric, in alphabetical order.
pub(crate) fn counts(points: &[Point]) -> Vec<(&str, u64)> {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for point in points {
        match counts.last_mut() {
            Some((metric, count)) if *metric == point.metric => *count += point.count,
            _ => counts.push((&point.metric, point.count)),
        }
    }
    counts
}

/// Returns the only point of a metric.
pub(crate) fn point<'a>(points: &'a [Point], metric: &str) -> &'a Point {
    let mut found = points.iter().filter(|point| point.metric == metric);
    let point = found
        .next()
        .unwrap_or_else(|| panic!("no point of {metric}"));
    assert_eq!(found.next(), None, "more than one point of {metric}");
    point
}

/// Collects the points that count recordings, which those of a gauge do not.
pub(crate) fn recordings(bench: &Bench) -> Vec<Point> {
    let mut points = bench.sink.collect();
    points.retain(|point| point.shape != "gauge");
    points
}

/// Runs each scenario twice with both temporalities, since only delta resets between exports.
macro_rules! in_both_temporalities {
    ($( fn $name:ident($bench:ident: $choose:expr) $act:block expects $expected:expr; )+) => {
        $(
            mod $name {
                use super::*;

                fn scenario(temporality: Temporality, second: u64) {
                    let $bench = Bench::new(temporality, $choose);
                    let expected: &[(&str, u64)] = &$expected;
                    $act
                    assert_eq!(counts(&crate::otel::recordings(&$bench)), expected);
                    $act
                    let doubled: Vec<_> = expected.iter().map(|(name, n)| (*name, n * second)).collect();
                    assert_eq!(counts(&crate::otel::recordings(&$bench)), doubled);
                }

                #[test]
                fn cumulative() {
                    scenario(Temporality::Cumulative, 2);
                }

                #[test]
                fn delta() {
                    scenario(Temporality::Delta, 1);
                }
            }
        )+
    };
}

pub(crate) use in_both_temporalities;

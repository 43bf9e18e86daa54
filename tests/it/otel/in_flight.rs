//! The instruments that show acquisitions while they are in flight.

use std::future::pending;
use std::time::Duration;

use opentelemetry::global;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::Telemetry;
use token_telemetry::otel::{Metric, MetricKind, Metrics, MsalSet};

use super::collect::{Point, Sink};
use super::global::turn;
use super::{Bench, instance, point, run};
use crate::in_flight::hang;
use crate::support::LabError;

const IN_FLIGHT: &str = "token_telemetry.acquisitions.in_flight";
const OLDEST_AGE: &str = "token_telemetry.acquisitions.oldest_age";

fn alone(metrics: Metrics) -> Metrics {
    metrics.msal_set(MsalSet::Off).semantic_conventions()
}

fn hanging(telemetry: &Telemetry) -> impl Future<Output = Result<u8, LabError>> + use<'_> {
    run(telemetry, pending())
}

/// Returns number and oldest age, as exported.
fn exported(points: &[Point]) -> (String, String) {
    let value = |name| point(points, name).sum.clone();
    (value(IN_FLIGHT), value(OLDEST_AGE))
}

fn values(number: &str, age: &str) -> (String, String) {
    (number.to_owned(), age.to_owned())
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Hangs two calls, ends them, and collects in between.
fn number_and_age(temporality: Temporality) {
    let bench = Bench::new(temporality, alone);
    assert_eq!(bench.sink.collect(), []);
    let first = hang(hanging(&bench.telemetry));
    bench.clock.advance(seconds(2));
    let second = hang(hanging(&bench.telemetry));
    bench.clock.advance(seconds(1));
    assert_eq!(exported(&bench.sink.collect()), values("2", "3.0"));
    drop(first);
    bench.clock.advance(seconds(1));
    assert_eq!(exported(&bench.sink.collect()), values("1", "2.0"));
    drop(second);
    assert_eq!(exported(&bench.sink.collect()), values("0", "0.0"));
    assert_eq!(exported(&bench.sink.collect()), values("0", "0.0"));
}

#[test]
fn number_and_age_cumulative() {
    number_and_age(Temporality::Cumulative);
}

#[test]
fn number_and_age_delta() {
    number_and_age(Temporality::Delta);
}

#[test]
fn shape_of_the_points() {
    let bench = Bench::new(Temporality::Delta, alone);
    let _call = hang(hanging(&bench.telemetry));
    let points = bench.sink.collect();
    let number = point(&points, IN_FLIGHT);
    assert_eq!(number.text("token_telemetry.api.name"), "ForClient");
    assert_eq!(number.attributes.len(), 1);
    assert_eq!(number.unit, "{acquisition}");
    assert_eq!(number.shape, "Cumulative false");
    let age = point(&points, OLDEST_AGE);
    assert_eq!((age.unit.as_str(), age.shape.as_str()), ("s", "gauge"));
    let kind = |name| Metric::named(name).unwrap().kind();
    assert_eq!(kind(IN_FLIGHT), MetricKind::UpDownCounter);
    assert_eq!(kind(OLDEST_AGE), MetricKind::Gauge);
}

#[test]
fn hit_leaves_no_point() {
    let bench = Bench::new(Temporality::Delta, alone);
    bench.hit(token_telemetry::CacheLevel::L1Cache);
    let points = bench.sink.collect();
    assert!(points.iter().all(|point| point.metric != IN_FLIGHT));
}

#[test]
fn msal_set_alone_has_no_gauges() {
    let bench = Bench::new(Temporality::Delta, |metrics| metrics);
    let _call = hang(hanging(&bench.telemetry));
    assert_eq!(bench.sink.collect(), []);
}

#[test]
fn clients_of_one_sdk_add_up() {
    let sink = Sink::new(Temporality::Cumulative);
    let client = || {
        let metrics = alone(Metrics::with_provider(sink.provider.clone()));
        instance("Lab.Twins", metrics)
    };
    let ((one, one_clock), (other, other_clock)) = (client(), client());
    let first = hang(hanging(&one));
    let _second = hang(hanging(&other));
    let _third = hang(hanging(&other));
    one_clock.advance(seconds(7));
    other_clock.advance(seconds(3));
    assert_eq!(exported(&sink.collect()), values("3", "7.0"));
    drop(first);
    drop(one);
    assert_eq!(exported(&sink.collect()), values("2", "3.0"));
    let (third, clock) = client();
    let _fourth = hang(hanging(&third));
    clock.advance(seconds(9));
    assert_eq!(exported(&sink.collect()), values("3", "9.0"));
}

#[test]
fn clients_on_two_providers_are_apart() {
    let sinks = [
        Sink::new(Temporality::Cumulative),
        Sink::new(Temporality::Cumulative),
    ];
    let clients = sinks.each_ref().map(|sink| {
        let metrics = alone(Metrics::with_provider(sink.provider.clone()));
        instance("Lab.Apart", metrics).0
    });
    let _calls = [
        hang(hanging(&clients[0])),
        hang(hanging(&clients[0])),
        hang(hanging(&clients[1])),
    ];
    assert_eq!(exported(&sinks[0].collect()).0, "2");
    assert_eq!(exported(&sinks[1].collect()).0, "1");
}

#[test]
fn two_sdks_are_apart() {
    let sink = Sink::new(Temporality::Cumulative);
    let client = |sku| {
        let metrics = alone(Metrics::with_provider(sink.provider.clone()));
        instance(sku, metrics).0
    };
    let (one, other) = (client("Lab.One"), client("Lab.Other"));
    let _calls = (hang(hanging(&one)), hang(hanging(&other)));
    let points = sink.collect();
    let numbers = points.iter().filter(|point| point.metric == IN_FLIGHT);
    let numbers: Vec<&str> = numbers.map(|point| point.sum.as_str()).collect();
    assert_eq!(numbers, ["1", "1"]);
}

#[test]
fn dropped_client_has_no_points() {
    let bench = Bench::new(Temporality::Cumulative, alone);
    drop(hang(hanging(&bench.telemetry)));
    let Bench {
        telemetry, sink, ..
    } = bench;
    drop(telemetry);
    assert_eq!(
        sink.collect()
            .iter()
            .filter(|point| point.metric == OLDEST_AGE)
            .count(),
        0
    );
}

#[test]
fn first_acquisition_hangs() {
    let _turn = turn();
    let (telemetry, clock) = instance("Lab.Hangs", alone(Metrics::default()));
    let sink = Sink::new(Temporality::Cumulative);
    global::set_meter_provider(sink.provider.clone());
    let _call = hang(hanging(&telemetry));
    clock.advance(seconds(4));
    assert_eq!(exported(&sink.collect()), values("1", "4.0"));
}

/// Forwards to a provider, as a wrapper of an application does.
struct Wrapper(
    opentelemetry_sdk::metrics::SdkMeterProvider,
    #[expect(dead_code, reason = "only its size counts")] u8,
);

impl MeterProvider for Wrapper {
    fn meter_with_scope(
        &self,
        scope: opentelemetry::InstrumentationScope,
    ) -> opentelemetry::metrics::Meter {
        self.0.meter_with_scope(scope)
    }
}

#[test]
fn clients_behind_wrappers_add_up() {
    let sink = Sink::new(Temporality::Cumulative);
    let client = || {
        let metrics = alone(Metrics::with_provider(Wrapper(sink.provider.clone(), 0)));
        instance("Lab.Wrapped", metrics).0
    };
    let (one, other) = (client(), client());
    let _calls = (hang(hanging(&one)), hang(hanging(&other)));
    assert_eq!(exported(&sink.collect()).0, "2");
}

#[test]
fn function_names_are_bounded() {
    let bench = Bench::new(Temporality::Cumulative, alone);
    let calls: Vec<_> = (0..100)
        .map(|number: u32| {
            let name: &'static str = format!("Function{number}").leak();
            let api = token_telemetry::api::Api::new(number + 1, name);
            hang(run(&bench.telemetry, async move {
                token_telemetry::Acquisition::current().record_api(api);
                pending().await
            }))
        })
        .collect();
    let points = bench.sink.collect();
    let numbers = points.iter().filter(|point| point.metric == IN_FLIGHT);
    assert_eq!(numbers.clone().count(), 65);
    let sum: u64 = numbers.map(|point| point.count).sum();
    assert_eq!(sum, 100);
    drop(calls);
    let points = bench.sink.collect();
    let numbers = points.iter().filter(|point| point.metric == IN_FLIGHT);
    assert_eq!(numbers.map(|point| point.count).sum::<u64>(), 0);
}

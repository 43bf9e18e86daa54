//! The gauge of the time until the newest token expires.

use std::time::Duration;

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::api::Api;
use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
use token_telemetry::otel::{Metric, MetricKind, Metrics, MsalSet};
use token_telemetry::{Acquisition, CacheLevel, Telemetry, TokenInfo, TokenSource};

use super::collect::{Point, Sink};
use super::{Bench, instance, now, point, run};

const EXPIRES_IN: &str = "token_telemetry.token.expires_in";
const CREDENTIAL: &str = "token_telemetry.credential";

fn alone(metrics: Metrics) -> Metrics {
    metrics.msal_set(MsalSet::Off).semantic_conventions()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Acquires a new token with this lifetime, and records more.
fn fetch(telemetry: &Telemetry, lifetime: u64, record: impl FnOnce(Acquisition)) {
    now(run(telemetry, async {
        let current = Acquisition::current();
        current.record_source(TokenSource::IdentityProvider);
        current.record_token(TokenInfo::new().with_expires_in(seconds(lifetime)));
        record(current);
        Ok(1)
    }))
    .unwrap();
}

fn of(points: &[Point]) -> Vec<&Point> {
    let points = points.iter().filter(|point| point.metric == EXPIRES_IN);
    points.collect()
}

fn exported(sink: &Sink) -> String {
    point(&sink.collect(), EXPIRES_IN).sum.clone()
}

/// Returns credential and value of each point, sorted.
fn by_credential(sink: &Sink) -> Vec<(String, String)> {
    let points = sink.collect();
    let mut values: Vec<_> = of(&points)
        .into_iter()
        .map(|point| {
            let credential = point.attributes.get(CREDENTIAL).map(ToString::to_string);
            (credential.unwrap_or_default(), point.sum.clone())
        })
        .collect();
    values.sort();
    values
}

/// Acquires a token, and collects until it has expired, while nobody calls.
fn falls_without_calls(temporality: Temporality) {
    let bench = Bench::new(temporality, alone);
    fetch(&bench.telemetry, 3600, |_| {});
    assert_eq!(exported(&bench.sink), "3600.0");
    bench.clock.advance(seconds(600));
    assert_eq!(exported(&bench.sink), "3000.0");
    assert_eq!(exported(&bench.sink), "3000.0");
    bench.clock.advance(seconds(3000));
    assert_eq!(exported(&bench.sink), "0.0");
    bench.clock.advance(seconds(3000));
    assert_eq!(exported(&bench.sink), "0.0");
    fetch(&bench.telemetry, 60, |_| {});
    assert_eq!(exported(&bench.sink), "60.0");
}

#[test]
fn falls_without_calls_cumulative() {
    falls_without_calls(Temporality::Cumulative);
}

#[test]
fn falls_without_calls_delta() {
    falls_without_calls(Temporality::Delta);
}

#[test]
fn shape_of_the_point() {
    let bench = Bench::new(Temporality::Delta, alone);
    fetch(&bench.telemetry, 3600, |_| {});
    let points = bench.sink.collect();
    let point = point(&points, EXPIRES_IN);
    assert_eq!(point.text("token_telemetry.api.name"), "ForClient");
    assert_eq!(point.attributes.len(), 1);
    assert_eq!((point.unit.as_str(), point.shape.as_str()), ("s", "gauge"));
    let kind = Metric::named(EXPIRES_IN).unwrap().kind();
    assert_eq!(kind, MetricKind::Gauge);
}

#[test]
fn only_new_tokens_have_points() {
    let bench = Bench::new(Temporality::Cumulative, alone);
    let hit = |current: Acquisition| current.record_cache_hit(CacheLevel::L1Cache);
    fetch(&bench.telemetry, 3600, hit);
    assert_eq!(of(&bench.sink.collect()).len(), 0);
}

#[test]
fn each_credential_has_a_point() {
    let bench = Bench::new(Temporality::Cumulative, alone);
    let with = |lifetime, credential: CredentialKind| {
        fetch(&bench.telemetry, lifetime, |current| {
            current.record_credential(credential);
        });
    };
    fetch(&bench.telemetry, 10, |_| {});
    with(3600, CredentialKind::ClientSecret);
    with(300, CredentialKind::ClientSecret);
    with(
        30,
        CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds),
    );
    let value = |credential: &str, value: &str| (credential.to_owned(), value.to_owned());
    let expected = [
        value("", "10.0"),
        value("client_secret", "300.0"),
        value("managed_identity", "30.0"),
    ];
    assert_eq!(by_credential(&bench.sink), expected);
    let credentials = bench.telemetry.tokens().into_iter();
    let credentials: Vec<_> = credentials.map(|token| token.credential()).collect();
    assert_eq!(
        credentials,
        [
            None,
            Some(CredentialKind::ClientSecret),
            Some(CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds)),
        ]
    );
}

#[test]
fn newest_token_of_two_clients() {
    let sink = Sink::new(Temporality::Cumulative);
    let client = || {
        let metrics = alone(Metrics::with_provider(sink.provider.clone()));
        instance("Lab.Expiring", metrics)
    };
    let ((one, one_clock), (other, _)) = (client(), client());
    fetch(&one, 3600, |_| {});
    fetch(&other, 1200, |_| {});
    assert_eq!(exported(&sink), "3600.0");
    one_clock.advance(seconds(3000));
    assert_eq!(exported(&sink), "1200.0");
    drop(other);
    assert_eq!(exported(&sink), "600.0");
}

#[test]
fn series_are_bounded() {
    let bench = Bench::new(Temporality::Cumulative, alone);
    let fetch_of = |number: u32| {
        let name: &'static str = format!("Function{number}").leak();
        fetch(&bench.telemetry, 3600, |current| {
            current.record_api(Api::new(number + 1, name));
            current.record_credential(CredentialKind::Broker);
        });
    };
    (0..64).for_each(fetch_of);
    assert_eq!(of(&bench.sink.collect()).len(), 64);
    (64..200).for_each(fetch_of);
    let points = bench.sink.collect();
    let points = of(&points);
    assert!(points.len() <= 65, "{} series", points.len());
    let name = |point: &&&Point| point.text("token_telemetry.api.name") == "other";
    let other: Vec<_> = points.iter().filter(name).collect();
    assert_eq!(other.len(), 1);
    assert!(!other[0].attributes.contains_key(CREDENTIAL));
}

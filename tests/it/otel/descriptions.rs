//! Descriptions that an application replaces.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::{Metric, Metrics, MsalNetRelease, MsalSet};

use super::attributes::record_everything;
use super::{Bench, now, point, run};
use crate::in_flight::hang;

fn everything(metrics: Metrics) -> Metrics {
    metrics
        .msal_set(MsalSet::Both)
        .msal_net_compat(MsalNetRelease::V4_89)
        .semantic_conventions()
}

fn replaced(metric: &Metric) -> (&'static str, String) {
    (metric.name(), format!("About {}", metric.name()))
}

#[test]
fn every_description_can_be_replaced() {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        everything(metrics).descriptions(Metric::ALL.iter().map(replaced))
    });
    let _hanging = hang(run(&bench.telemetry, std::future::pending()));
    // The second time, bound instruments are used if there are any.
    for _ in 0..2 {
        record_everything(&bench);
        let points = bench.sink.collect();
        for metric in Metric::ALL {
            let mut of_metric = points.iter().filter(|point| point.metric == metric.name());
            let description = of_metric.next().map(|point| point.description.clone());
            assert_eq!(description, Some(replaced(metric).1));
            let description = description.unwrap();
            assert!(of_metric.all(|point| point.description == description));
        }
    }
}

#[test]
fn other_descriptions_stay() {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        metrics.descriptions([("MsalSuccess", "First"), ("No such metric", "Ignored")])
    });
    now(run(&bench.telemetry, async { Ok(1) })).unwrap();
    let points = bench.sink.collect();
    assert_eq!(point(&points, "MsalSuccess").description, "First");
    let total = Metric::named("MsalTotalDuration.1A").unwrap();
    let exported = &point(&points, total.name()).description;
    assert_eq!(exported, total.description());
}

#[test]
fn last_description_wins() {
    let bench = Bench::new(Temporality::Delta, |metrics| {
        let metrics = metrics.descriptions([("MsalSuccess", "First")]);
        metrics.descriptions([("MsalSuccess", "Second".to_owned())])
    });
    now(run(&bench.telemetry, async { Ok(1) })).unwrap();
    let points = bench.sink.collect();
    assert_eq!(point(&points, "MsalSuccess").description, "Second");
}

//! What a scrape over HTTP shows, compared with MSAL.NET.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry::Value;
use opentelemetry_sdk::metrics::Temporality;
use prometheus::Registry;
use token_telemetry::Telemetry;
use token_telemetry::otel::{MSAL_METER, MSAL_METER_VERSION, Metric, Metrics, MsalSet, views};
use token_telemetry_receivers::{listen, scrape};
use token_telemetry_test_support::collect::{Point, Sink};

use crate::exposition::{Family, msal_families};
use crate::record_everything;
use crate::reference::{METRICS, Reference, TagType};

/// Records everything once, and returns it as exported twice: as a scraped page, and as points.
async fn exported(choose: fn(Metrics) -> Metrics) -> (BTreeMap<String, Family>, Vec<Point>) {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .build()
        .unwrap();
    let sink = Sink::with(Temporality::Cumulative, |builder| {
        builder.with_reader(exporter).with_view(views::suggested)
    });
    let metrics = Metrics::with_provider(sink.provider.clone()).msal_set(MsalSet::Both);
    let telemetry = Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.0")
        .metrics(choose(metrics))
        .build()
        .unwrap();
    record_everything(&telemetry);

    let listener = listen(0).await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let server = tokio::spawn(scrape::serve(listener, registry));
    let response = reqwest::get(url).await.unwrap().error_for_status().unwrap();
    let page = response.text().await.unwrap();
    server.abort();
    (msal_families(&page), sink.collect())
}

fn check_point(point: &Point, expected: &Reference) {
    let name = expected.name;
    assert_eq!(point.unit, expected.unit, "{name}");
    // The Rust API has unsigned counters and histograms only; an exporter writes both as integers.
    assert_eq!(point.number, "u64", "{name}");
    let version = Some(MSAL_METER_VERSION.to_owned());
    assert_eq!(point.scope, (MSAL_METER.to_owned(), version, None));
    let types: BTreeMap<&str, TagType> = point
        .attributes
        .iter()
        .map(|(key, value)| (key.as_str(), tag_type(value)))
        .collect();
    assert_eq!(types, expected.tags.iter().copied().collect(), "{name}");
}

fn tag_type(value: &Value) -> TagType {
    match value {
        Value::String(_) => TagType::Text,
        Value::I64(_) => TagType::Integer,
        Value::Bool(_) => TagType::Flag,
        Value::F64(_) | Value::Array(_) | _ => panic!("no tag has the value {value:?}"),
    }
}

#[tokio::test]
async fn scraped_msal_set_is_that_of_msal_net() {
    let (families, points) = exported(|metrics| metrics).await;
    let names: BTreeSet<&str> = families.keys().map(String::as_str).collect();
    let expected: BTreeSet<_> = METRICS.iter().map(|metric| metric.scraped).collect();
    assert_eq!(names, expected);
    for expected in &METRICS {
        let name = expected.name;
        let family = families.get(expected.scraped).unwrap();
        assert_eq!(family.kind, expected.kind, "{name}");
        let tags = expected.tags.iter().map(|(key, _)| (*key).to_owned());
        assert_eq!(family.labels, [tags.collect()].into(), "{name}");
        let described = Metric::named(name).map(Metric::description);
        assert_eq!(family.help, [described.unwrap()], "{name}");
        let mut found = points
            .iter()
            .filter(|point| point.metric == name)
            .peekable();
        assert!(found.peek().is_some(), "{name}");
        found.for_each(|point| check_point(point, expected));
    }
    let exported: BTreeSet<&str> = points.iter().map(|point| &*point.metric).collect();
    assert_eq!(exported.len(), METRICS.len());
}

#[test]
fn catalog_lists_tags_in_order() {
    for expected in &METRICS {
        let metric = Metric::named(expected.name).unwrap();
        let tags: Vec<_> = expected.tags.iter().map(|(key, _)| *key).collect();
        assert_eq!(metric.attributes().collect::<Vec<_>>(), tags);
        assert_eq!(metric.unit().unwrap_or_default(), expected.unit);
    }
}

#[tokio::test]
async fn scraped_help_is_the_replaced_description() {
    let (families, _) = exported(|metrics| {
        let of_msal_net = METRICS.iter().map(|it| (it.name, it.description));
        metrics.descriptions(of_msal_net)
    })
    .await;
    for expected in &METRICS {
        let family = families.get(expected.scraped).unwrap();
        assert_eq!(family.help, [expected.description]);
    }
}

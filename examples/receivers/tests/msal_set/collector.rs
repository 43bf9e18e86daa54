//! One collector that exports two services: one with MSAL.NET, and one with an SDK on this crate.

use std::collections::HashMap;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{LabelPair, MetricFamily};
use prometheus::{Registry, TextEncoder};
use token_telemetry::Telemetry;
use token_telemetry::otel::{MSAL_METER, MSAL_METER_VERSION, Metrics, MsalSet};

use crate::exposition::msal_families;
use crate::record_everything;
use crate::reference::{METRICS, Reference, TagType};

/// A provider, and what its service exports.
fn service() -> (SdkMeterProvider, Registry) {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .build()
        .unwrap();
    let provider = SdkMeterProvider::builder().with_reader(exporter).build();
    (provider, registry)
}

/// Exports what MSAL.NET does: each metric once.
fn msal_net() -> Vec<MetricFamily> {
    let (provider, registry) = service();
    let scope = InstrumentationScope::builder(MSAL_METER).with_version(MSAL_METER_VERSION);
    let meter = provider.meter_with_scope(scope.build());
    for metric in &METRICS {
        let tags: Vec<_> = metric.tags.iter().map(tag).collect();
        if metric.kind == "counter" {
            let counter = meter.u64_counter(metric.name);
            let counter = counter.with_description(metric.description);
            counter.build().add(1, &tags);
        } else {
            let histogram = meter.u64_histogram(metric.name).with_unit(metric.unit);
            let histogram = histogram.with_description(metric.description);
            histogram.build().record(1, &tags);
        }
    }
    registry.gather()
}

fn tag((key, tag_type): &(&'static str, TagType)) -> KeyValue {
    let value: Value = match tag_type {
        TagType::Text => "MSAL.NetCore".into(),
        TagType::Integer => 1.into(),
        TagType::Flag => true.into(),
    };
    KeyValue::new(*key, value)
}

/// Exports what an SDK on this crate does.
fn ours(choose: fn(Metrics) -> Metrics) -> Vec<MetricFamily> {
    let (provider, registry) = service();
    let metrics = Metrics::with_provider(provider).msal_set(MsalSet::Both);
    let telemetry = Telemetry::builder()
        .sdk("Contoso.Auth", "1.2.0")
        .metrics(choose(metrics))
        .build()
        .unwrap();
    record_everything(&telemetry);
    registry.gather()
}

/// A metric of a service, as a collector registers it.
struct Forwarded {
    desc: Desc,
    family: MetricFamily,
}

impl Forwarded {
    /// Adds the name of the service to each sample, as a collector does.
    fn new(service: &str, mut family: MetricFamily) -> Self {
        let first = family.get_metric().first().unwrap();
        let labels = first
            .get_label()
            .iter()
            .map(|label| label.name().to_owned());
        let constant = HashMap::from([("job".to_owned(), service.to_owned())]);
        let (name, help) = (family.name().to_owned(), family.help().to_owned());
        let desc = Desc::new(name, help, labels.collect(), constant).unwrap();
        let mut job = LabelPair::default();
        job.set_name("job".to_owned());
        job.set_value(service.to_owned());
        for metric in family.mut_metric() {
            let mut labels = metric.take_label();
            labels.push(job.clone());
            metric.set_label(labels);
        }
        Self { desc, family }
    }
}

impl Collector for Forwarded {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        vec![self.family.clone()]
    }
}

/// Registers the MSAL set of a service, and returns the errors.
fn forward(collector: &Registry, service: &str, families: Vec<MetricFamily>) -> Vec<String> {
    let families = families.into_iter();
    families
        .filter(|family| family.name().starts_with("Msal"))
        .map(|family| Box::new(Forwarded::new(service, family)))
        .filter_map(|forwarded| collector.register(forwarded).err())
        .map(|error| error.to_string())
        .collect()
}

fn page(collector: &Registry) -> String {
    let encoder = TextEncoder::new();
    encoder.encode_to_string(&collector.gather()).unwrap()
}

/// The number of samples of a metric from each service, that of MSAL.NET first.
fn samples_of(page: &str, metric: &Reference) -> [usize; 2] {
    ["billing", "orders"].map(|service| {
        let job = format!("job=\"{service}\"");
        let of_service: Vec<_> = page.lines().filter(|line| line.contains(&job)).collect();
        let families = msal_families(&of_service.join("\n"));
        families
            .get(metric.scraped)
            .map_or(0, |family| family.samples)
    })
}

#[test]
fn collector_rejects_two_descriptions() {
    let collector = Registry::new();
    assert_eq!(forward(&collector, "billing", msal_net()), [""; 0]);
    let errors = forward(&collector, "orders", ours(|metrics| metrics));
    assert_eq!(errors.len(), METRICS.len(), "{errors:?}");
    assert!(errors.iter().all(|error| error.contains("different help")));
    let page = page(&collector);
    for metric in &METRICS {
        let [theirs, ours] = samples_of(&page, metric);
        assert!(theirs > 0 && ours == 0, "{}", metric.name);
    }
}

#[test]
fn collector_keeps_both_with_equal_descriptions() {
    let collector = Registry::new();
    assert_eq!(forward(&collector, "billing", msal_net()), [""; 0]);
    let described = ours(|metrics| {
        let of_msal_net = METRICS.iter().map(|it| (it.name, it.description));
        metrics.descriptions(of_msal_net)
    });
    assert_eq!(forward(&collector, "orders", described), [""; 0]);
    let page = page(&collector);
    let families = msal_families(&page);
    for metric in &METRICS {
        let [theirs, ours] = samples_of(&page, metric);
        assert!(theirs > 0 && ours > 0, "{}", metric.name);
        let family = families.get(metric.scraped).unwrap();
        assert_eq!(family.help, [metric.description]);
        assert_eq!(family.labels.len(), 1, "{}", metric.name);
    }
}

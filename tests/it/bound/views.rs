//! The predefined views.

use opentelemetry_sdk::metrics::Temporality;
use token_telemetry::otel::views;

use crate::otel::collect::Sink;
use crate::otel::{Bench, point};
use crate::support::prelude::*;

#[test]
fn suggested_boundaries_applied() {
    let sink = Sink::with(Temporality::Delta, |builder| {
        builder.with_view(views::suggested)
    });
    let bench = Bench::with_sink(sink, |metrics| metrics);
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    assert_eq!(
        points.len(),
        4,
        "a view replaces the stream instead of adding one"
    );
    let lifetime = point(&points, "MsalRemainingTokenLifetime.1A");
    assert!(
        lifetime.shape.contains("2700.0, 3600.0, 5400.0"),
        "{}",
        lifetime.shape
    );
}

#[test]
fn extra_attributes_dropped() {
    let sink = Sink::with(Temporality::Delta, |builder| {
        builder.with_view(views::without_extra_attributes)
    });
    let bench = Bench::with_sink(sink, |metrics| {
        metrics.enricher(|_, extra| {
            extra.add("lab.customer", "one of very many");
        })
    });
    bench.hit(CacheLevel::L1Cache);
    let points = bench.sink.collect();
    assert_eq!(points.len(), 4);
    assert!(
        points
            .iter()
            .all(|point| !point.attributes.contains_key("lab.customer"))
    );
    assert_eq!(point(&points, "MsalSuccess").attributes.len(), 8);
}

//! The page of the guide: it lists each metric of a token endpoint, and no other.

use std::collections::BTreeSet;

use token_telemetry::otel::Metric;

const PAGE: &str = include_str!("../../../runtime/src/guide/token_endpoint.md");

/// The rows of the table whose header starts with a word.
fn rows(first: &str) -> impl Iterator<Item = &'static str> {
    let header = format!("| {first} |");
    let lines = PAGE
        .lines()
        .skip_while(move |line| !line.starts_with(&header));
    lines.skip(2).take_while(|line| line.starts_with('|'))
}

#[test]
fn server_metrics_table_is_the_catalog() {
    let row = |metric: &Metric| {
        let keys: Vec<_> = metric.attributes().map(|key| format!("`{key}`")).collect();
        let (name, unit, keys) = (metric.name(), metric.unit().unwrap(), keys.join(", "));
        format!("| `{name}` | counter | `{unit}` | {keys} | development |")
    };
    let expected: Vec<_> = Metric::SERVER.iter().map(row).collect();
    assert_eq!(rows("instrument").collect::<Vec<_>>(), expected);
}

#[test]
fn server_attributes_table_is_complete() {
    let key = |row: &'static str| row.split('`').nth(1).unwrap();
    let listed: BTreeSet<_> = rows("attribute").map(key).collect();
    let expected = Metric::SERVER.iter().flat_map(Metric::attributes);
    assert_eq!(listed, expected.collect());
}

//! The pages about the second set: they name each metric, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use token_telemetry::Purpose;
use token_telemetry::cache::{CacheLookup, RefreshTrigger};
use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
use token_telemetry::error::ErrorKind;
use token_telemetry::otel::{Metric, MetricKind};

fn page(name: &str) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/guide");
    fs::read_to_string(guide.join(name)).unwrap()
}

/// The cells of each row whose first cell is code, by the header of the table.
fn rows(page: &str, header: &str) -> Vec<Vec<String>> {
    let mut lines = page.lines().skip_while(|line| !line.starts_with(header));
    lines.next().unwrap();
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| {
        // A pipe inside of a cell is escaped.
        let line = line.replace("\\|", "\u{0}");
        let cells = line.trim_matches('|').split('|');
        cells
            .map(|cell| cell.trim().replace('\u{0}', "|"))
            .collect()
    };
    rows.map(cells).collect()
}

/// The texts in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn conventions() -> impl Iterator<Item = &'static Metric> {
    Metric::ALL.iter().filter(|metric| !metric.is_msal())
}

const fn kind_name(metric: &Metric) -> &'static str {
    match metric.kind() {
        MetricKind::Counter => "counter",
        MetricKind::Histogram => "histogram",
        MetricKind::UpDownCounter => "updowncounter",
        MetricKind::Gauge => "gauge",
        _ => "unknown",
    }
}

#[test]
fn conventions_table_is_the_catalog() {
    let rows = rows(&page("conventions.md"), "| instrument |");
    let names: Vec<_> = rows.iter().map(|row| quoted(&row[0])[0]).collect();
    let expected: BTreeSet<_> = conventions().map(Metric::name).collect();
    assert_eq!(names.len(), expected.len());
    assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), expected);
    for row in &rows {
        let metric = Metric::named(quoted(&row[0])[0]).unwrap();
        assert_eq!(row[1], kind_name(metric), "{row:?}");
        assert_eq!(quoted(&row[2]).first().copied(), metric.unit(), "{row:?}");
        let attributes: Vec<_> = metric.attributes().collect();
        assert_eq!(quoted(&row[3]), attributes, "{row:?}");
        assert_eq!(row[4], "development", "{row:?}");
        for msal in quoted(&row[5]) {
            assert!(Metric::named(msal).is_some_and(Metric::is_msal), "{row:?}");
        }
    }
}

#[test]
fn each_msal_metric_has_a_counterpart_or_note() {
    let page = page("conventions.md");
    for metric in Metric::ALL.iter().filter(|metric| metric.is_msal()) {
        let name = format!("`{}`", metric.name());
        assert!(page.contains(&name), "{name}");
    }
}

#[test]
fn attributes_table_is_complete() {
    let rows = rows(&page("conventions.md"), "| attribute |");
    let keys: BTreeSet<_> = rows.iter().map(|row| quoted(&row[0])[0]).collect();
    let expected: BTreeSet<_> = conventions().flat_map(Metric::attributes).collect();
    assert_eq!(keys, expected);
}

#[test]
fn attribute_values_are_documented() {
    let rows = rows(&page("conventions.md"), "| attribute |");
    let values = |key: &str| {
        let row = rows.iter().find(|row| quoted(&row[0])[0] == key).unwrap();
        quoted(&row[1])
    };
    let names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(values("error.kind"), names);
    let names: Vec<_> = CacheLookup::ALL.iter().map(|it| it.name()).collect();
    assert_eq!(values("token_telemetry.cache.result"), names);
    let sources = ManagedIdentitySource::ALL;
    let names: Vec<_> = sources.iter().map(|source| source.name()).collect();
    assert_eq!(values("token_telemetry.managed_identity.source"), names);
    let purposes = [
        Purpose::Token,
        Purpose::Discovery,
        Purpose::InstanceMetadata,
    ];
    assert_eq!(
        values("token_telemetry.request.purpose"),
        purposes.map(Purpose::name)
    );
    let triggers = [
        RefreshTrigger::Caller,
        RefreshTrigger::ClaimsChallenge,
        RefreshTrigger::TokenRejected { status: 401 },
        RefreshTrigger::Timer,
        RefreshTrigger::Startup,
    ];
    let names = triggers.map(RefreshTrigger::name);
    assert_eq!(values("token_telemetry.refresh.trigger"), names);
    let credentials = values("token_telemetry.credential");
    let source = ManagedIdentitySource::Imds;
    for kind in [
        CredentialKind::ClientSecret,
        CredentialKind::ManagedIdentity(source),
        CredentialKind::Environment,
    ] {
        assert!(credentials.contains(&kind.name()), "{kind:?}");
    }
}

/// The names under which Prometheus has a metric.
fn prometheus_names(metric: &Metric) -> Vec<String> {
    let name = metric.name().replace('.', "_");
    let with_unit = match metric.unit() {
        Some("s") => format!("{name}_seconds"),
        _ => name,
    };
    match metric.kind() {
        MetricKind::Counter => vec![format!("{with_unit}_total")],
        MetricKind::Histogram => ["_bucket", "_count", "_sum"]
            .map(|suffix| format!("{with_unit}{suffix}"))
            .to_vec(),
        MetricKind::UpDownCounter | MetricKind::Gauge | _ => vec![with_unit],
    }
}

/// The words of a query that begin as the names of the second set do, or as a label of errors or HTTP.
fn words(query: &str) -> impl Iterator<Item = &str> {
    let words = query.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    words.filter(|word| {
        let starts = ["token_telemetry_", "error_", "http_", "server_"];
        starts.iter().any(|start| word.starts_with(start))
    })
}

/// Checks the names in a text; each must be a metric or a label.
fn check_names(text: &str) -> usize {
    let metrics: BTreeSet<_> = conventions().flat_map(prometheus_names).collect();
    let labels = conventions().flat_map(Metric::attributes);
    let labels: BTreeSet<_> = labels.map(|key| key.replace('.', "_")).collect();
    let unknown = |word: &&str| !metrics.contains(*word) && !labels.contains(*word);
    let unknown: Vec<_> = words(text).filter(unknown).collect();
    assert!(unknown.is_empty(), "{unknown:?} in {text}");
    words(text).filter(|word| metrics.contains(*word)).count()
}

#[test]
fn queries_name_metrics_and_labels() {
    let page = page("questions.md");
    let rows = rows(&page, "| question |");
    assert_eq!(rows.len(), 11);
    for row in &rows {
        let queries = quoted(&row[2]);
        assert_eq!(queries.len(), 1, "{row:?}");
        assert!(check_names(queries[0]) > 0, "{row:?}");
    }
    let prose: Vec<_> = page.lines().filter(|line| !line.starts_with('|')).collect();
    for name in quoted(&prose.join("\n")) {
        if name.starts_with("token_telemetry_") {
            check_names(name);
        }
    }
}

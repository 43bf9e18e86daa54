//! The documents at the root: every link into the repository leads somewhere.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use token_telemetry::otel::{Metric, MetricKind};

const DOCUMENTS: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/contracts.md",
    "docs/dashboard.md",
    "docs/fields.md",
];

/// Where links that must work outside of the repository begin: to pages, and to images.
const REPOSITORY: [&str; 2] = [
    "https://github.com/token-telemetry/token-telemetry/blob/main/",
    "https://github.com/token-telemetry/token-telemetry/raw/main/",
];

/// Path inside the repository of a link that must work outside of it.
fn in_repository(link: &str) -> Option<&str> {
    REPOSITORY.iter().find_map(|start| link.strip_prefix(start))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Lines outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

#[test]
fn links_lead_to_files() {
    let mut links = 0;
    for document in DOCUMENTS {
        let path = root().join(document);
        let text = fs::read_to_string(&path).unwrap();
        for link in prose(&text).flat_map(targets) {
            let file = match in_repository(link) {
                Some(file) => root().join(file),
                None => path.with_file_name(link.split('#').next().unwrap()),
            };
            assert!(file.exists(), "{document} links to {link}");
            links += 1;
        }
    }
    assert!(links > 5, "{links}");
}

/// Targets of the links in a line that stay in the repository.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let targets = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    targets.filter(|target| {
        in_repository(target).is_some() || (!target.contains("://") && !target.starts_with('#'))
    })
}

/// The metrics and attributes of all sets but MSAL's, as the exporter for Prometheus names them.
fn prometheus_names() -> HashSet<String> {
    let underscored = |name: &str| name.replace('.', "_");
    let mut names = HashSet::new();
    let metrics = Metric::ALL.iter().chain(Metric::SERVER);
    for metric in metrics.filter(|metric| !metric.is_msal()) {
        names.extend(metric.attributes().map(underscored));
        let name = underscored(metric.name());
        let name = if metric.unit() == Some("s") {
            name + "_seconds"
        } else {
            name
        };
        match metric.kind() {
            MetricKind::Counter => drop(names.insert(name + "_total")),
            MetricKind::Histogram => {
                names.extend(["_bucket", "_sum", "_count"].map(|end| format!("{name}{end}")));
            }
            MetricKind::UpDownCounter | MetricKind::Gauge | _ => drop(names.insert(name)),
        }
    }
    names
}

#[test]
fn dashboard_names_are_in_catalog() {
    let known = prometheus_names();
    for file in ["dashboards/rules.yml", "dashboards/token-acquisition.json"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let text = text.replace(
            "token_telemetry_(acquisition|refresh)_duration_seconds_count",
            "",
        );
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let used = words.filter(|word| word.starts_with("token_telemetry_"));
        let unknown: BTreeSet<&str> = used.filter(|word| !known.contains(*word)).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:#?}");
    }
}

/// Returns the last cell of each row of a table.
fn last_cells(text: &str) -> impl Iterator<Item = &str> {
    let rows = prose(text).filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.filter_map(|row| row.rsplit(" | ").next());
    cells.filter(|cell| *cell != "test" && !cell.starts_with("--"))
}

#[test]
fn contracts_name_existing_tests() {
    let contracts = fs::read_to_string(root().join("docs/contracts.md")).unwrap();
    let mut tests = 0;
    for cell in last_cells(&contracts) {
        if let Some(reason) = cell.strip_prefix("none: ") {
            assert!(!reason.is_empty());
            continue;
        }
        for test in cell.split(", ") {
            let test = test.trim_matches('`');
            let (file, name) = test.split_once("::").unwrap_or((test, ""));
            let code = fs::read_to_string(root().join("tests").join(file));
            let code = code.unwrap_or_else(|error| panic!("{test}: {error}"));
            assert!(
                code.contains(&format!("fn {name}(")) || name.is_empty(),
                "{test}"
            );
            tests += 1;
        }
    }
    assert!(tests > 30, "{tests}");
}

//! The text format of Prometheus, as far as these tests read it.

use std::collections::{BTreeMap, BTreeSet};

/// One metric of a page.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) help: Vec<String>,
    pub(crate) kind: String,
    /// The names of the labels of each sample.
    pub(crate) labels: BTreeSet<BTreeSet<String>>,
    /// The number of samples, of which a histogram has several for each set of labels.
    pub(crate) samples: usize,
}

/// Reads the metrics of the MSAL set.
pub(crate) fn msal_families(page: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for line in page.lines().filter(|line| line.contains("Msal")) {
        if let Some((name, help)) = comment(line, "# HELP ") {
            family(&mut families, name).help.push(help);
        } else if let Some((name, kind)) = comment(line, "# TYPE ") {
            family(&mut families, name).kind = kind;
        } else {
            let (name, rest) = line.split_once('{').unwrap();
            let name = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| name.strip_suffix(suffix))
                .unwrap_or(name);
            let family = family(&mut families, name);
            family.labels.insert(labels(rest));
            family.samples += 1;
        }
    }
    families
}

fn comment<'a>(line: &'a str, start: &str) -> Option<(&'a str, String)> {
    let (name, text) = line.strip_prefix(start)?.split_once(' ')?;
    Some((name, text.to_owned()))
}

fn family<'a>(families: &'a mut BTreeMap<String, Family>, name: &str) -> &'a mut Family {
    families.entry(name.to_owned()).or_default()
}

/// The labels of a sample, without those of buckets and of the meter.
fn labels(sample: &str) -> BTreeSet<String> {
    // No value contains a quote.
    let names = sample.split('"').step_by(2);
    names
        .filter_map(|text| text.trim_start_matches(',').strip_suffix('='))
        .filter(|name| *name != "le" && !name.starts_with("otel_scope_"))
        .map(str::to_owned)
        .collect()
}

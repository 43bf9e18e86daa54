//! The documents at the root have no duplicate sections and no broken links.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const DOCUMENTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/dashboard.md",
    "docs/fields.md",
];

/// Prefix of links that must also work outside the repository.
const REPOSITORY: &str = "https://github.com/token-telemetry/token-telemetry/blob/main/";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the lines outside code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

#[test]
fn no_duplicate_sections_or_rows() {
    for document in DOCUMENTS {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let mut seen = BTreeSet::new();
        for name in prose(&text).filter_map(name) {
            assert!(seen.insert(name), "{document} has twice: {name}");
        }
        assert!(!seen.is_empty(), "{document} has no section");
    }
}

/// Returns what a line starts: a section, a table row, or a paragraph with a bold name.
fn name(line: &str) -> Option<&str> {
    match line.strip_prefix("**") {
        Some(bold) => bold.split("**").next(),
        None => (line.starts_with("## ") || line.starts_with("| ")).then_some(line),
    }
}

#[test]
fn repository_links_resolve() {
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

/// Returns the targets of links into the repository.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let targets = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    targets.filter(|target| {
        in_repository(target).is_some() || (!target.contains("://") && !target.starts_with('#'))
    })
}

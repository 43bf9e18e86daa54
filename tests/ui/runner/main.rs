//! Compile-fail cases: each makes one mistake, and gets one error at the wrong word.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, which clippy sees only behind `#[test]`"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Cases with several errors: two make several mistakes, all of which are reported; in the other,
/// the compiler rejects the owner and each of its numbers.
const SEVERAL_ERRORS: [&str; 3] = [
    "all_errors_at_once",
    "api_id_all_errors_at_once",
    "api_id_owner_foreign",
];

#[test]
fn every_mistake_is_rejected() {
    trybuild::TestCases::new().compile_fail("*.rs");
}

#[test]
fn every_case_has_one_error_at_its_marked_word() {
    let cases = cases();
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let wrong: Vec<String> = cases.iter().flat_map(|case| complaints(case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!(
        "{} cases, each with one error at its marked word",
        cases.len()
    );
}

/// Lists the sources of all cases.
fn cases() -> Vec<PathBuf> {
    let files = fs::read_dir(env!("CARGO_MANIFEST_DIR"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    cases.sort();
    cases
}

/// Returns what is wrong with the errors of a case.
fn complaints(case: &Path) -> Vec<String> {
    let name = case.file_stem().unwrap().to_string_lossy().into_owned();
    let source = fs::read_to_string(case).unwrap();
    let errors = Report::read(&fs::read_to_string(case.with_extension("stderr")).unwrap());
    let marks = marks(&source);
    let mut complaints = Vec::new();
    if errors.titles.len() != marks.len()
        || (marks.len() != 1 && !SEVERAL_ERRORS.contains(&name.as_str()))
    {
        complaints.push(format!(
            "{} errors for {} marks",
            errors.titles.len(),
            marks.len()
        ));
    }
    if errors.warnings > 0 {
        complaints.push(format!("{} warnings", errors.warnings));
    }
    for (line, word) in &marks {
        let is_there = |location: &&(usize, usize)| {
            let text = source.lines().nth(location.0 - 1).unwrap_or_default();
            location.0 == *line
                && text
                    .chars()
                    .skip(location.1 - 1)
                    .collect::<String>()
                    .starts_with(word)
        };
        if !errors.locations.iter().any(|location| is_there(&location)) {
            complaints.push(format!(
                "no error at `{word}` in line {line}, but at {:?}",
                errors.locations
            ));
        }
    }
    complaints
        .into_iter()
        .map(|complaint| format!("{name}: {complaint}"))
        .collect()
}

/// Returns the line and the word of each `//~ word`.
fn marks(source: &str) -> Vec<(usize, &str)> {
    let lines = source.lines().enumerate();
    lines
        .flat_map(|(at, line)| {
            line.split("//~")
                .skip(1)
                .map(move |word| (at + 1, word.trim()))
        })
        .collect()
}

/// The compiler's output for one case.
#[derive(Default)]
struct Report {
    titles: Vec<String>,
    warnings: usize,
    /// Line and column of each error itself, not of its notes.
    locations: Vec<(usize, usize)>,
}

impl Report {
    fn read(text: &str) -> Self {
        let mut report = Self::default();
        let mut in_error = false;
        for line in text.lines() {
            if line.starts_with("error") {
                report.titles.push(line.to_owned());
                in_error = true;
            } else if line.starts_with("warning") {
                report.warnings += 1;
                in_error = false;
            } else if let (true, Some((_, location))) = (in_error, line.split_once("--> ")) {
                report.locations.extend(Self::location(location));
                in_error = false;
            }
        }
        report
    }

    /// Reads `name.rs:line:column`.
    fn location(text: &str) -> Option<(usize, usize)> {
        let mut parts = text.rsplit(':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        Some((line, column))
    }
}

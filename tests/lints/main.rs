//! Lint neutrality: the compiler and clippy report the same for a function with and without the
//! attribute.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_collect,
    reason = "helpers of tests, which clippy sees only behind `#[test]`"
)]

mod allowed;
mod diagnostic;
mod package;

use std::collections::BTreeSet;

use allowed::{ALLOWED, Change};
use diagnostic::{Diagnostic, Functions};

/// One file, compiled as its own crate.
const SOURCE: &str = concat!(
    include_str!("functions/sdk.rs"),
    include_str!("functions/rustc.rs"),
    include_str!("functions/clippy.rs"),
    include_str!("functions/pedantic.rs"),
    include_str!("functions/restriction.rs"),
    include_str!("functions/changed.rs"),
    include_str!("functions/one_call.rs"),
    include_str!("functions/clean.rs"),
);

#[test]
fn only_listed_diagnostics_change() {
    let functions = Functions::of(SOURCE);
    let (plain, annotated) = package::lint(SOURCE);
    let mut lost: Vec<&Diagnostic> = plain.difference(&annotated).collect();
    let mut changes = Vec::new();
    for diagnostic in annotated.difference(&plain) {
        let same = |other: &Diagnostic| diagnostic.is_like(other, &functions);
        if let Some(from) = lost.iter().position(|lost| same(lost)) {
            changes.push((lost.swap_remove(from), Change::Moved));
        } else if plain.iter().any(same) {
            changes.push((diagnostic, Change::Repeated));
        } else {
            changes.push((diagnostic, Change::Added));
        }
    }
    changes.extend(lost.into_iter().map(|lost| (lost, Change::Lost)));
    let provoking: BTreeSet<&str> = plain
        .iter()
        .filter_map(|one| functions.annotated_around(one))
        .collect();
    let lints: BTreeSet<&str> = plain.iter().map(|one| one.lint.as_str()).collect();
    println!(
        "{} functions, {} of them with {} diagnostics of {} lints; {} changes",
        functions.annotated(),
        provoking.len(),
        plain.len(),
        lints.len(),
        changes.len(),
    );
    let changes: BTreeSet<_> = changes
        .into_iter()
        .map(|(diagnostic, change)| {
            let function = functions.around(diagnostic).unwrap_or("no function");
            (diagnostic.lint.as_str(), change, function)
        })
        .collect();
    let allowed: BTreeSet<_> = ALLOWED
        .iter()
        .flat_map(|allowed| {
            let functions = allowed.functions.iter();
            functions.map(|function| (allowed.lint, allowed.change, *function))
        })
        .collect();
    let unlisted: Vec<_> = changes.difference(&allowed).collect();
    let kept: Vec<_> = allowed.difference(&changes).collect();
    assert!(
        unlisted.is_empty(),
        "changed, but not listed:\n{}",
        lines(&unlisted)
    );
    assert!(
        kept.is_empty(),
        "listed, but not changed:\n{}",
        lines(&kept)
    );
    assert!(functions.annotated() >= 60 && provoking.len() >= 40 && lints.len() >= 25);
}

fn lines(changes: &[&(&str, Change, &str)]) -> String {
    let lines = changes
        .iter()
        .map(|(lint, change, function)| format!("{change:?} {lint} in {function}\n"));
    lines.collect()
}

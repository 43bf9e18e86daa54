//! Compares records with what is expected, and prints a row for each comparison.

#![expect(clippy::print_stdout, reason = "the rows are what the program is for")]

use std::process::ExitCode;

use token_telemetry::AcquisitionRecord;

/// Returns what a record shows, on one line.
fn summary(record: &AcquisitionRecord) -> String {
    let source = record.token_source().map(|source| format!("{source:?}"));
    let mut parts = vec![source.unwrap_or_else(|| "no token".to_owned())];
    parts.extend(record.refresh_reason().map(|reason| format!("{reason:?}")));
    parts.push(match record.attempt_count() {
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    });
    parts.extend(record.status().map(|status| format!("status {status}")));
    if let Some(error) = record.error() {
        let code = error.code().unwrap_or_default();
        parts.push(format!("{code} {:?}", error.sts_codes()));
    }
    parts.join(", ")
}

/// The results of the comparisons.
#[derive(Default)]
pub(crate) struct Rows {
    acquisitions: usize,
    unexpected: usize,
}

impl Rows {
    pub(crate) fn check(&mut self, name: &str, records: &[AcquisitionRecord], expected: &[&str]) {
        let mut found: Vec<_> = records.iter().map(summary).collect();
        found.sort();
        self.acquisitions += records.len();
        self.expect(
            &format!("{name:30} {}", found.join(" | ")),
            found == expected,
        );
    }

    pub(crate) fn expect(&mut self, line: &str, holds: bool) {
        self.unexpected += usize::from(!holds);
        println!("{} {line}", if holds { "ok  " } else { "FAIL" });
    }

    pub(crate) fn finish(&self) -> ExitCode {
        let count = self.acquisitions;
        if self.unexpected > 0 {
            println!(
                "azure: {count} acquisitions, {} rows not as expected",
                self.unexpected
            );
            return ExitCode::FAILURE;
        }
        println!("azure: {count} acquisitions, all as expected");
        ExitCode::SUCCESS
    }
}

//! Prints a report as text, JSON, or a page.

mod escape;
mod failures;
mod health;
mod html;
mod json;
mod plots;
mod sections;
mod text;

pub(crate) use html::page as html;
pub(crate) use json::counts as json;
pub(crate) use text::text;

use super::report::{Report, Row};
use super::table::{PART, Table};
use super::words;

/// Returns how many acquisitions the clients are known to have served from their caches, in percent.
fn hit_ratio(row: &Row) -> Option<f64> {
    percent(row.hits, row.hits.saturating_add(row.requests)).filter(|_| row.hits > 0)
}

/// Returns the share of a part in percent.
#[expect(clippy::cast_precision_loss, reason = "percentages are rounded anyway")]
fn percent(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| 100.0 * part as f64 / all as f64)
}

/// Writes how many failures there were, if the clients report any.
fn failures_text(row: &Row) -> String {
    if row.reports == 0 && row.failures == 0 {
        return "-".to_owned();
    }
    grouped(row.failures)
}

fn percent_text(percent: Option<f64>) -> String {
    percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent:.1} %"))
}

/// Writes a number with a space between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Splits the name of a row into its parts.
fn parts(name: &str) -> [&str; 3] {
    let mut parts = name.split(PART);
    [(); 3].map(|()| parts.next().unwrap_or_default())
}

/// Describes the API in the name of a row.
fn api_name(name: &str) -> String {
    let [sku, number, _] = parts(name);
    words::api(sku, number).map_or_else(
        || format!("API {number}"),
        |known| format!("{known} ({number})"),
    )
}

/// Returns what stays hidden behind the first rows: how many rows, and their counts.
fn hidden<C: super::table::Counts>(table: &Table<C>, shown: usize) -> Option<(u64, C)> {
    let (other, merged) = table.other();
    let mut sum = other.clone();
    let rows = table.sorted();
    let rest = rows.get(shown..).unwrap_or_default();
    for (_, row) in rest {
        sum.add(row);
    }
    let count = merged + rest.len() as u64;
    (count > 0).then_some((count, sum))
}

/// Returns how many rows are worth showing: at most `most`, and none below a thousandth of the total.
fn shown<C: super::table::Counts>(table: &Table<C>, most: usize, total: u64) -> usize {
    let rows = table.sorted();
    let frequent = rows.iter().take(most);
    frequent
        .take_while(|(_, row)| row.weight().saturating_mul(1000) >= total)
        .count()
}

/// Describes when the requests arrived.
fn period(report: &Report) -> Option<String> {
    let (from, to) = report.first_time.zip(report.last_time)?;
    let text = super::time::to_text;
    Some(format!("{} to {} UTC", text(from), text(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let text = [1, 999, 1000, 1_234_567].map(|number| grouped(number).replace('\u{202f}', "_"));
        assert_eq!(text, ["1", "999", "1_000", "1_234_567"]);
    }
}

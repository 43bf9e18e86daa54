//! Prints a report as text.

use std::fmt::Write as _;

use super::{
    api_name, failures_text, grouped, hidden, hit_ratio, parts, percent, percent_text, period,
    shown,
};
use crate::arrivals::REMEMBERED;
use crate::report::{Report, Row};
use crate::table::Table;
use crate::words;

/// Rows per table.
const SHOWN: usize = 20;

/// Returns the report as text.
pub(crate) fn text(report: &Report) -> String {
    let mut out = String::new();
    let total = report.total.requests;
    summary(report, &mut out);
    reasons(report, &mut out);
    let sdk = |name: &str| parts(name)[0].to_owned();
    health("SDK", &report.sdks, sdk, true, total, &mut out);
    let version = |name: &str| {
        let [sku, version, _] = parts(name);
        format!("{sku} {version}")
    };
    health("Version", &report.versions, version, true, total, &mut out);
    let api = |name: &str| format!("{} {}", parts(name)[0], api_name(name));
    health("API", &report.apis, api, false, total, &mut out);
    failures(report, &mut out);
    delivery(report, &mut out);
    unreadable(report, &mut out);
    out.truncate(out.trim_end().len());
    out
}

/// Adds a line; writing to a string cannot fail.
fn line(out: &mut String, text: &str) {
    let _written = writeln!(out, "{}", text.trim_end());
}

fn heading(out: &mut String, text: &str) {
    line(out, "");
    line(out, text);
}

fn summary(report: &Report, out: &mut String) {
    let total = &report.total;
    let period = period(report).unwrap_or_else(|| "no times in the log".to_owned());
    line(
        out,
        &format!(
            "Token requests with telemetry  {:>14}  {period}",
            grouped(total.requests)
        ),
    );
    let ratio = percent_text(hit_ratio(total));
    line(
        out,
        &format!(
            "Cache hits without a request   {:>14}  {ratio} of the known acquisitions",
            grouped(total.hits)
        ),
    );
    line(
        out,
        &format!(
            "Failures reported afterwards   {:>14}",
            grouped(total.failures)
        ),
    );
    line(
        out,
        &format!(
            "Unreadable headers             {:>14}",
            grouped(total.unreadable)
        ),
    );
    line(
        out,
        &format!(
            "Requests without telemetry     {:>14}",
            grouped(report.without_telemetry)
        ),
    );
}

fn reasons(report: &Report, out: &mut String) {
    heading(out, "Why the clients asked");
    for (index, count) in report.total.reasons.iter().enumerate() {
        if *count > 0 {
            let share = percent_text(percent(*count, report.total.requests));
            let (name, meaning) = (words::reason(index), words::reason_meaning(index));
            line(
                out,
                &format!("  {name:<22} {:>12} {share:>8}  {meaning}", grouped(*count)),
            );
        }
    }
}

fn health(
    title: &str,
    table: &Table<Row>,
    name: impl Fn(&str) -> String,
    has_hits: bool,
    total: u64,
    out: &mut String,
) {
    heading(
        out,
        &format!(
            "{title:<44} {:>12} {:>12} {:>8} {:>10} {:>10}",
            "requests", "hits", "hit rate", "failures", "unreadable"
        ),
    );
    let shown = shown(table, SHOWN, total);
    for (key, row) in table.sorted().into_iter().take(shown) {
        health_row(&name(key), row, has_hits, out);
    }
    if let Some((count, sum)) = hidden(table, shown) {
        health_row(&format!("{} others", grouped(count)), &sum, has_hits, out);
    }
}

fn health_row(name: &str, row: &Row, has_hits: bool, out: &mut String) {
    let hits = if has_hits && row.reports > 0 {
        grouped(row.hits)
    } else {
        "-".to_owned()
    };
    line(
        out,
        &format!(
            "  {name:<42} {:>12} {hits:>12} {:>8} {:>10} {:>10}",
            grouped(row.requests),
            percent_text(hit_ratio(row)),
            failures_text(row),
            grouped(row.unreadable),
        ),
    );
}

fn failures(report: &Report, out: &mut String) {
    heading(
        out,
        "Failures that the clients reported with a later request",
    );
    let shown = shown(&report.failures, SHOWN, report.total.failures);
    for (key, count) in report.failures.sorted().into_iter().take(shown) {
        let [sku, _, code] = parts(key);
        line(
            out,
            &format!(
                "  {:>12}  {code:<28} {sku} {}",
                grouped(*count),
                api_name(key)
            ),
        );
    }
    if let Some((rows, count)) = hidden(&report.failures, shown) {
        line(
            out,
            &format!("  {:>12}  in {} other rows", grouped(count), grouped(rows)),
        );
    }
}

fn delivery(report: &Report, out: &mut String) {
    let lags = &report.lags;
    heading(
        out,
        "Had the server seen these failures when they happened?",
    );
    line(
        out,
        &format!(
            "  {:>12}  no: no request with the id among the {} before",
            grouped(lags.unseen),
            grouped(REMEMBERED as u64)
        ),
    );
    line(
        out,
        &format!(
            "  {:>12}  yes: a request with the id is in the log",
            grouped(lags.seen_in_total())
        ),
    );
    for (name, count) in lags.groups().filter(|(_, count)| *count > 0) {
        line(
            out,
            &format!("  {:>12}    reported {name} after it", grouped(count)),
        );
    }
    if lags.seen_without_time > 0 {
        line(
            out,
            &format!(
                "  {:>12}    without a time",
                grouped(lags.seen_without_time)
            ),
        );
    }
    line(
        out,
        &format!(
            "  {:>12}  unknown: the id is not a GUID",
            grouped(lags.without_id)
        ),
    );
    if let Some(mean) = lags.requests.checked_div(lags.seen_in_total()) {
        line(
            out,
            &format!(
                "  On average {} requests of all clients came in between, at most {}. The headers name no client.",
                grouped(mean),
                grouped(lags.most_requests),
            ),
        );
    }
}

fn unreadable(report: &Report, out: &mut String) {
    let problems = report.unreadable.sorted();
    if problems.is_empty() {
        return;
    }
    heading(out, "Unreadable");
    for problem in problems {
        let what = format!("{}: {}", problem.subject, problem.reason);
        line(
            out,
            &format!(
                "  {:>12}  {what:<48} first in {} line {}",
                grouped(problem.count),
                problem.first_file,
                problem.first_line,
            ),
        );
    }
}

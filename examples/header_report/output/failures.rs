//! The sections of the page about failures and unreadable headers.

use std::fmt::Write as _;

use super::escape::Escaped;
use super::plots::{Part, bar};
use super::sections::add;
use super::{api_name, grouped, hidden, parts, percent, percent_text, shown};
use crate::arrivals::REMEMBERED;
use crate::report::Report;

/// Rows per list.
const SHOWN: usize = 9;

pub(super) fn failures(report: &Report, out: &mut String) {
    add!(
        out,
        "<section>\n<h2>Failures that clients reported afterwards</h2>\n<ul class=\"bars\">"
    );
    let sorted = report.failures.sorted();
    let shown = shown(&report.failures, SHOWN, report.total.failures);
    let most = sorted.first().map_or(0, |(_, count)| **count);
    for (key, count) in sorted.into_iter().take(shown) {
        let [sku, _, code] = parts(key);
        let plot = failed_bar(*count, most);
        let (code, sku, api) = (Escaped(code), Escaped(sku), api_name(key));
        let (api, count) = (Escaped(&api), grouped(*count));
        add!(
            out,
            "<li><span class=\"name\"><code>{code}</code></span><span class=\"count\">{count}</span>{plot}<span class=\"soft\">{sku}, {api}</span></li>"
        );
    }
    add!(out, "</ul>");
    if let Some((rows, count)) = hidden(&report.failures, shown) {
        let (rows, count) = (grouped(rows), grouped(count));
        add!(
            out,
            "<p class=\"note\">{count} more, of {rows} other combinations of SDK, API and code.</p>"
        );
    }
    add!(out, "</section>");
}

fn failed_bar(count: u64, most: u64) -> String {
    let part = Part {
        class: "failed".to_owned(),
        count,
        title: "Failures",
    };
    bar(&[part], most)
}

pub(super) fn delivery(report: &Report, out: &mut String) {
    let lags = &report.lags;
    let (seen, unseen) = (lags.seen_in_total(), lags.unseen);
    let all = seen + unseen + lags.without_id;
    add!(
        out,
        "<section>\n<h2>Had the server seen them when they happened?</h2>"
    );
    let groups = [
        ("failed", "No, the log has no request with the id", unseen),
        ("memory", "Yes, a request with the id is in the log", seen),
        ("gone", "Unknown, the id is not a GUID", lags.without_id),
    ];
    let stack = groups.map(|(class, title, count)| Part {
        class: class.to_owned(),
        count,
        title,
    });
    add!(
        out,
        "<div class=\"one\">{}</div>\n<ul class=\"key\">",
        bar(&stack, all)
    );
    for (class, title, count) in groups {
        let share = percent_text(percent(count, all));
        let count = grouped(count);
        add!(
            out,
            "<li class=\"{class}\"><span>{title}</span><span class=\"count\">{count}</span><span class=\"share\">{share}</span></li>"
        );
    }
    add!(out, "</ul>");
    if seen > 0 {
        delay(report, out);
    }
    let remembered = grouped(REMEMBERED as u64);
    add!(
        out,
        "<p class=\"note\">Ids are searched in the {remembered} requests before the report. A failure without a request never left the client, was lost on its way, or is older.</p>\n</section>"
    );
}

fn delay(report: &Report, out: &mut String) {
    let lags = &report.lags;
    add!(
        out,
        "<h3>Time from the failed request to its report</h3>\n<ul class=\"bars narrow\">"
    );
    let most = lags.groups().map(|(_, count)| count).max().unwrap_or(0);
    let untimed = Some(("without a time", lags.seen_without_time));
    let untimed = untimed.filter(|(_, count)| *count > 0);
    let most = most.max(lags.seen_without_time);
    for (name, count) in lags.groups().chain(untimed) {
        let part = Part {
            class: "memory".to_owned(),
            count,
            title: name,
        };
        let plot = bar(&[part], most);
        let count = grouped(count);
        add!(
            out,
            "<li><span class=\"name\">{name}</span><span class=\"count\">{count}</span>{plot}</li>"
        );
    }
    add!(out, "</ul>");
}

pub(super) fn unreadable(report: &Report, out: &mut String) {
    let problems = report.unreadable.sorted();
    if problems.is_empty() {
        return;
    }
    add!(
        out,
        "<section class=\"wide\">\n<h2>Unreadable</h2>\n<table class=\"problems\">\n<thead><tr><th scope=\"col\">What</th>\
         <th scope=\"col\">Reason</th><th scope=\"col\" class=\"number\">Count</th><th scope=\"col\">First in</th></tr></thead>\n<tbody>"
    );
    for problem in problems {
        let count = grouped(problem.count);
        let (file, line) = (Escaped(&problem.first_file), grouped(problem.first_line));
        add!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td class=\"number\">{count}</td><td class=\"file\">{file}, line {line}</td></tr>",
            problem.subject,
            problem.reason,
        );
    }
    add!(out, "</tbody>\n</table>\n</section>");
}

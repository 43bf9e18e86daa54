//! The sections of the page about requests.

use std::fmt::Write as _;

use super::escape::Escaped;
use super::plots::{Part, bar, columns, width};
use super::{grouped, hidden, hit_ratio, parts, percent, percent_text, period, shown};
use crate::report::{Report, Row};
use crate::time;
use crate::timeline::Interval;
use crate::words;

/// Adds markup; writing to a string cannot fail.
macro_rules! add {
    ($out:expr, $($text:tt)*) => {{ let _written = writeln!($out, $($text)*); }};
}
pub(super) use add;

/// SDKs with a bar of reasons.
const SDKS: usize = 8;

pub(super) fn header(report: &Report, out: &mut String) {
    let period = period(report).unwrap_or_else(|| "The log has no times".to_owned());
    let lines = grouped(report.amount.lines);
    add!(
        out,
        "<header>\n<h1>Token request health</h1>\n<p>{period} · {lines} log lines</p>\n</header>"
    );
}

pub(super) fn figures(report: &Report, out: &mut String) {
    let total = &report.total;
    if total.requests == 0 {
        add!(
            out,
            "<p class=\"wide note\">No requests with telemetry headers were found.</p>"
        );
    }
    let rate = |count| match percent(count, total.requests) {
        Some(percent) => format!("{:.1} per 1000 requests", percent * 10.0),
        None => String::new(),
    };
    let ratio = hit_ratio(total);
    let ratio = ratio.map_or_else(
        || "not reported".to_owned(),
        |hits| format!("{hits:.1} % of acquisitions"),
    );
    add!(
        out,
        "<section class=\"figures wide\" aria-label=\"Totals\">\n<dl>"
    );
    for (class, name, count, note) in [
        (
            "provider",
            "Token requests",
            total.requests,
            sdk_count(report),
        ),
        ("memory", "Cache hits without a request", total.hits, ratio),
        (
            "failed",
            "Failures reported afterwards",
            total.failures,
            rate(total.failures),
        ),
        (
            "gone",
            "Unreadable headers",
            total.unreadable,
            rate(total.unreadable),
        ),
    ] {
        let count = grouped(count);
        add!(
            out,
            "<div class=\"{class}\"><dt>{name}</dt><dd>{count}</dd><dd class=\"soft\">{note}</dd></div>"
        );
    }
    add!(out, "</dl>\n</section>");
}

fn sdk_count(report: &Report) -> String {
    let (_, merged) = report.sdks.other();
    let count = report.sdks.sorted().len() as u64 + merged;
    format!("from {} SDK names", grouped(count))
}

type Count = fn(&Interval) -> u64;

pub(super) fn timeline(report: &Report, out: &mut String) {
    let intervals = report.timeline.plotted();
    let (Some((first, _)), Some((last, _))) = (intervals.first(), intervals.last()) else {
        return;
    };
    let step = width(report.timeline.width());
    add!(out, "<section class=\"wide\">\n<h2>Over time</h2>");
    let plots: [(&str, &str, Count); 3] = [
        ("provider", "Requests", |counts| counts.requests),
        ("memory", "Cache hits reported", |counts| counts.hits),
        ("failed", "Failures reported", |counts| counts.failures),
    ];
    for (class, name, count) in plots {
        let most = intervals.iter().map(|(_, counts)| count(counts)).max();
        let most = grouped(most.unwrap_or(0));
        let plot = columns(&intervals, class, count);
        add!(
            out,
            "<figure><figcaption>{name}<span class=\"soft\">up to {most} in {step}</span></figcaption>{plot}</figure>"
        );
    }
    let middle = first + (last - first) / 2;
    let [from, middle, to] = [*first, middle, *last].map(time::to_text);
    add!(
        out,
        "<p class=\"axis\"><span>{from}</span><span>{middle}</span><span>{to}</span></p>\n</section>"
    );
}

pub(super) fn reasons(report: &Report, out: &mut String) {
    add!(
        out,
        "<section>\n<h2>Why the clients asked</h2>\n<ul class=\"bars\">"
    );
    let total = &report.total;
    let most = total.reasons.iter().max().copied().unwrap_or(0);
    let mut sorted: Vec<(usize, &u64)> = total.reasons.iter().enumerate().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (index, count) in sorted.into_iter().filter(|(_, count)| **count > 0) {
        let (name, meaning) = (words::reason(index), words::reason_meaning(index));
        let share = percent_text(percent(*count, total.requests));
        let part = Part {
            class: format!("r{index}"),
            count: *count,
            title: name,
        };
        let plot = bar(&[part], most);
        let count = grouped(*count);
        add!(
            out,
            "<li><span class=\"name\">{name}</span><span class=\"count\">{count}</span><span class=\"share\">{share}</span>{plot}<span class=\"soft\">{meaning}</span></li>"
        );
    }
    add!(out, "</ul>\n</section>");
}

pub(super) fn reasons_by_sdk(report: &Report, out: &mut String) {
    add!(
        out,
        "<section>\n<h2>Reasons by SDK</h2>\n<ul class=\"bars stacks\">"
    );
    let shown = shown(&report.sdks, SDKS, report.total.requests);
    for (name, row) in report.sdks.sorted().into_iter().take(shown) {
        sdk(parts(name)[0], row, out);
    }
    if let Some((count, sum)) = hidden(&report.sdks, shown) {
        sdk(&format!("{} other names", grouped(count)), &sum, out);
    }
    add!(out, "</ul>\n<p class=\"legend\">");
    for (index, count) in report.total.reasons.iter().enumerate() {
        if *count > 0 {
            add!(
                out,
                "<span class=\"r{index}\">{}</span>",
                words::reason(index)
            );
        }
    }
    add!(out, "</p>\n</section>");
}

fn sdk(name: &str, row: &Row, out: &mut String) {
    let reasons = row.reasons.iter().enumerate();
    let reasons: Vec<Part<'_>> = reasons
        .map(|(index, count)| Part {
            class: format!("r{index}"),
            count: *count,
            title: words::reason(index),
        })
        .collect();
    let plot = bar(&reasons, row.requests);
    let (name, count) = (Escaped(name), grouped(row.requests));
    add!(
        out,
        "<li><span class=\"name\">{name}</span><span class=\"count\">{count}</span>{plot}</li>"
    );
}

pub(super) fn notes(out: &mut String) {
    add!(
        out,
        "<section class=\"wide limits\">\n<h2>What the headers cannot say</h2>\n<ul>\n\
         <li>Cache hits and failures arrive with a later request. Those of clients that never asked again are missing.</li>\n\
         <li>Many libraries send no such reports: their hits and failures are not zero but unknown.</li>\n\
         <li>Cache hits are not broken down by API, and the headers name no client, so that sessions cannot be followed.</li>\n\
         <li>Names come from the clients. If there are very many, the rarest are counted together.</li>\n</ul>\n</section>"
    );
}

//! The tables of the page: versions and APIs.

use std::fmt::Write as _;

use super::escape::Escaped;
use super::plots::{Part, bar};
use super::sections::add;
use super::{
    api_name, failures_text, grouped, hidden, hit_ratio, parts, percent, percent_text, shown,
};
use crate::report::{Report, Row};
use crate::table::Table;

/// Rows per table.
const SHOWN: usize = 16;
/// A row is marked if it fails this many times as often as the average.
const OUTLIER: f64 = 2.0;
/// Fewer failures may be chance.
const MANY: u64 = 20;

/// The columns of a table.
struct Layout {
    title: &'static str,
    name: &'static str,
    has_hits: bool,
}

pub(super) fn versions(report: &Report, out: &mut String) {
    let layout = Layout {
        title: "Versions",
        name: "SDK and version",
        has_hits: true,
    };
    let name = |name: &str| {
        let [sku, version, _] = parts(name);
        (sku.to_owned(), version.to_owned())
    };
    table(&layout, &report.versions, name, &report.total, out);
}

pub(super) fn apis(report: &Report, out: &mut String) {
    let layout = Layout {
        title: "APIs",
        name: "SDK and API",
        has_hits: false,
    };
    let name = |name: &str| (parts(name)[0].to_owned(), api_name(name));
    table(&layout, &report.apis, name, &report.total, out);
}

fn table(
    layout: &Layout,
    rows: &Table<Row>,
    name: impl Fn(&str) -> (String, String),
    total: &Row,
    out: &mut String,
) {
    let class = if layout.has_hits { "four" } else { "three" };
    let hits = if layout.has_hits {
        "<th scope=\"col\" class=\"number\">Hit rate</th>"
    } else {
        ""
    };
    add!(
        out,
        "<section class=\"wide\">\n<h2>{}</h2>\n<table class=\"{class}\">\n<thead><tr><th scope=\"col\">{}</th>\
         <th scope=\"col\" class=\"plot\">Share of requests</th><th scope=\"col\" class=\"number\">Requests</th>{hits}\
         <th scope=\"col\" class=\"number\">Failures</th><th scope=\"col\" class=\"number\">per 1000</th>\
         <th scope=\"col\" class=\"number rare\">Unreadable</th></tr></thead>\n<tbody>",
        layout.title,
        layout.name,
    );
    let sorted = rows.sorted();
    let shown = shown(rows, SHOWN, total.requests);
    let most = sorted.first().map_or(0, |(_, row)| row.requests);
    for (key, counts) in sorted.into_iter().take(shown) {
        let (sdk, detail) = name(key);
        row(layout, (&sdk, &detail), counts, (most, total), out);
    }
    if let Some((count, sum)) = hidden(rows, shown) {
        let others = format!("{} other rows", grouped(count));
        row(
            layout,
            (&others, ""),
            &sum,
            (most.max(sum.requests), total),
            out,
        );
    }
    add!(out, "</tbody>\n</table>\n</section>");
}

fn row(layout: &Layout, name: (&str, &str), row: &Row, scale: (u64, &Row), out: &mut String) {
    let (most, total) = scale;
    let plot = bar(
        &[Part {
            class: "provider".to_owned(),
            count: row.requests,
            title: "Requests",
        }],
        most,
    );
    let rate = percent(row.failures, row.requests).filter(|_| row.failures > 0);
    let average = percent(total.failures, total.requests).unwrap_or_default();
    let is_one = !name.1.is_empty();
    let is_outlier =
        is_one && row.failures >= MANY && rate.is_some_and(|rate| rate > OUTLIER * average);
    let rate = rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.1}", rate * 10.0));
    let mark = if is_outlier { " outlier" } else { "" };
    let hits = percent_text(hit_ratio(row));
    let hits = if layout.has_hits {
        format!("<td class=\"number\">{hits}</td>")
    } else {
        String::new()
    };
    let (sdk, detail) = (Escaped(name.0), Escaped(name.1));
    add!(
        out,
        "<tr><th scope=\"row\"><span>{sdk}</span> <span class=\"detail\">{detail}</span></th><td class=\"plot\">{plot}</td>\
         <td class=\"number\">{}</td>{hits}<td class=\"number\">{}</td><td class=\"number{mark}\">{rate}</td>\
         <td class=\"number rare\">{}</td></tr>",
        grouped(row.requests),
        failures_text(row),
        grouped(row.unreadable),
    );
}

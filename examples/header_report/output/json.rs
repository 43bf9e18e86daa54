//! Prints all counts as JSON.

use serde_json::{Map, Value, json};

use crate::report::{Report, Row};
use crate::table::{Counts, PART, Table};
use crate::words;

/// Returns every count of the report.
pub(crate) fn counts(report: &Report) -> Value {
    json!({
        "lines": report.amount.lines,
        "bytes": report.amount.bytes,
        "without_telemetry": report.without_telemetry,
        "with_time": report.with_time,
        "first_time": report.first_time.map(crate::time::to_text),
        "last_time": report.last_time.map(crate::time::to_text),
        "total": row(&report.total),
        "sdks": table(&report.sdks, row),
        "versions": table(&report.versions, row),
        "apis": table(&report.apis, api_row),
        "failures": table(&report.failures, |count| json!(count)),
        "delivery": delivery(report),
        "unreadable": unreadable(report),
        "merged": {
            "sdks": merged(&report.sdks, row),
            "versions": merged(&report.versions, row),
            "apis": merged(&report.apis, api_row),
            "failures": merged(&report.failures, |count| json!(count)),
        },
    })
}

fn row(row: &Row) -> Value {
    let mut members = base(row);
    members.insert("reports".to_owned(), json!(row.reports));
    members.insert("hits".to_owned(), json!(row.hits));
    Value::Object(members)
}

/// An API has no count of hits, because no header says which API had them.
fn api_row(row: &Row) -> Value {
    Value::Object(base(row))
}

fn base(row: &Row) -> Map<String, Value> {
    let reasons = row.reasons.iter().enumerate();
    let reasons = reasons.filter(|(_, count)| **count > 0);
    let reasons: Map<String, Value> = reasons
        .map(|(index, count)| (words::reason(index).to_owned(), json!(count)))
        .collect();
    let members = [
        ("requests", json!(row.requests)),
        ("reasons", Value::Object(reasons)),
        ("failures", json!(row.failures)),
        ("unreadable", json!(row.unreadable)),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), value));
    members.into_iter().collect()
}

fn table<C: Counts>(table: &Table<C>, value: impl Fn(&C) -> Value) -> Value {
    let rows = table.sorted().into_iter();
    let rows = rows.map(|(name, counts)| (name.replace(PART, " "), value(counts)));
    Value::Object(rows.collect())
}

fn merged<C: Counts>(table: &Table<C>, value: impl Fn(&C) -> Value) -> Value {
    let (other, rows) = table.other();
    json!({ "rows": rows, "counts": value(other) })
}

fn delivery(report: &Report) -> Value {
    let lags = &report.lags;
    let by_time: Map<String, Value> = lags
        .groups()
        .map(|(name, count)| (name.to_owned(), json!(count)))
        .collect();
    json!({
        "not_in_log": lags.unseen,
        "without_id": lags.without_id,
        "in_log": lags.seen_in_total(),
        "in_log_by_time": by_time,
        "in_log_without_time": lags.seen_without_time,
        "requests_between": lags.requests,
        "most_requests_between": lags.most_requests,
    })
}

fn unreadable(report: &Report) -> Value {
    let problems = report.unreadable.sorted().into_iter().map(|problem| {
        let value = json!({
            "count": problem.count,
            "first_line": problem.first_line,
            "first_file": problem.first_file,
        });
        (format!("{}: {}", problem.subject, problem.reason), value)
    });
    Value::Object(problems.collect())
}

//! Prints acquisitions, headers and metrics for a terminal of 100 columns.

use std::time::Duration;

use token_telemetry::{AcquisitionRecord, CacheRefreshReason, Outcome, TokenSource};

use crate::token_endpoint::Arrived;

mod metrics;
mod paint;

pub use metrics::metrics;
use paint::{Tone, paint};

/// Prints an underlined heading.
pub fn heading(text: &str) {
    let line = "─".repeat(text.chars().count());
    say!(
        "\n{}\n{}",
        paint(Tone::Heading, text),
        paint(Tone::Faint, &line)
    );
}

/// Prints a finished acquisition.
pub fn record(record: &AcquisitionRecord) {
    let api = record.api();
    let source = record.token_source().map_or("-", TokenSource::name);
    let level = record
        .cache_level()
        .map(|level| format!(" ({})", level.name()))
        .unwrap_or_default();
    let reason = record
        .refresh_reason()
        .map_or("-", CacheRefreshReason::name);
    let called = format!("{} ({})", api.name(), api.number());
    say!(
        "  {:<9}{called:<32}{:<9}{}",
        "API",
        "outcome",
        paint(tone(record), &outcome(record))
    );
    say!(
        "  {:<9}{:<32}{:<9}{reason}",
        "source",
        format!("{source}{level}"),
        "reason"
    );
    say!(
        "  {:<9}{:<32}{:<9}{}",
        "latency",
        latency(record),
        "attempts",
        record.attempt_count()
    );
}

fn tone(record: &AcquisitionRecord) -> Tone {
    if record.is_ok() {
        Tone::Good
    } else if record.outcome() == Outcome::Cancelled {
        Tone::Doubtful
    } else {
        Tone::Bad
    }
}

fn outcome(record: &AcquisitionRecord) -> String {
    let name = record.outcome().name();
    let Some(error) = record.error() else {
        return name.to_owned();
    };
    let status = record.status().map(|status| format!(", HTTP {status}"));
    let sts = error
        .sts_codes()
        .first()
        .map(|code| format!(", AADSTS{code}"));
    let code = error.code().unwrap_or("-");
    format!(
        "{name}: {code}{}{}",
        status.unwrap_or_default(),
        sts.unwrap_or_default()
    )
}

fn latency(record: &AcquisitionRecord) -> String {
    let total = record
        .duration_total()
        .map_or_else(|| "not measured".to_owned(), time);
    match record.duration_in_http() {
        Some(http) => format!("{total}, {} in HTTP", time(http)),
        None => total,
    }
}

fn time(duration: Duration) -> String {
    let micros = duration.as_secs_f64() * 1e6;
    if micros < 1000.0 {
        format!("{micros:.1} µs")
    } else {
        format!("{:.1} ms", micros / 1000.0)
    }
}

/// Prints the headers that identify the SDK; they are the same on every request.
pub fn identity(request: &Arrived) {
    say!("\n  Headers on every request that identify the SDK:");
    for name in [
        "x-client-sku",
        "x-client-ver",
        "x-client-os",
        "return-client-request-id",
    ] {
        say!(
            "    {name}: {}",
            request.header(name).unwrap_or("(missing)")
        );
    }
}

/// Prints a token request as the server received it, with its telemetry decoded.
pub fn arrived(number: usize, request: &Arrived) {
    let status = request
        .status
        .map_or_else(|| "no response".to_owned(), |status| status.to_string());
    let tone = match request.status {
        Some(200..=399) => Tone::Good,
        Some(_) => Tone::Bad,
        None => Tone::Doubtful,
    };
    say!("  request {number} → {}", paint(tone, &status));
    explained(request, "x-client-current-telemetry", current_meaning);
    explained(request, "x-client-last-telemetry", last_meaning);
    if let Some(id) = request.header("client-request-id") {
        say!("    client-request-id: {id}");
    }
}

fn explained(request: &Arrived, name: &str, meaning: impl FnOnce(&str) -> String) {
    if let Some(value) = request.header(name) {
        say!("    {name}: {value}");
        let meaning = format!("= {}", meaning(value));
        say!("      {}", paint(Tone::Faint, &meaning));
    }
}

/// Explains `x-client-current-telemetry`, with plain string splitting only.
#[must_use]
pub fn current_meaning(value: &str) -> String {
    let fields: Vec<&str> = value.split(['|', ',']).collect();
    let field = |at: usize| fields.get(at).copied().unwrap_or_default();
    let reason = match field(2) {
        "0" => "cache not consulted, or sufficient",
        "1" => "refresh forced",
        "2" => "no cached token",
        "3" => "cached token expired",
        "4" => "refreshed ahead of expiry",
        "5" => "cache disabled",
        _ => "unknown reason",
    };
    let region = if field(3).is_empty() {
        "no region"
    } else {
        field(3)
    };
    let token = if field(8) == "1" {
        "Bearer"
    } else {
        "another token type"
    };
    format!(
        "schema {}, API {}, {reason}, {region}, {token}",
        field(0),
        field(1)
    )
}

/// Explains `x-client-last-telemetry`, with plain string splitting only.
#[must_use]
pub fn last_meaning(value: &str) -> String {
    let segments: Vec<&str> = value.split('|').collect();
    let segment = |at: usize| segments.get(at).copied().unwrap_or_default();
    let hits = match segment(1) {
        "1" => "1 cache hit".to_owned(),
        hits => format!("{hits} cache hits"),
    };
    let failed: Vec<&str> = segment(2).split(',').collect();
    let codes = segment(3).split(',').filter(|code| !code.is_empty());
    let failures = failed.chunks(2).zip(codes).map(|(failed, code)| {
        format!(
            ", API {} failed with {code}",
            failed.first().unwrap_or(&"?")
        )
    });
    format!(
        "since the last delivery: {hits}{}",
        failures.collect::<String>()
    )
}

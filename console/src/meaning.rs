//! Explains a telemetry header in one line.

use token_telemetry::entra::FieldValue;
use token_telemetry::entra::read::{self, ParsedField};

/// Returns what a header says, for the two headers that are not plain text.
pub(crate) fn meaning(name: &str, value: &str) -> Option<String> {
    match name {
        "x-client-current-telemetry" => current(value),
        "x-client-last-telemetry" => last(value),
        _ => None,
    }
}

fn current(value: &str) -> Option<String> {
    let current = read::current(value).ok()??;
    let fields = current.request().iter().chain(current.platform());
    let known: Vec<String> = fields.filter_map(field).collect();
    Some(known.join(", "))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "other values, and those added later, are shown as sent"
)]
fn field(field: &ParsedField<'_>) -> Option<String> {
    let name = field.name()?;
    let value = match field.value()? {
        FieldValue::Blank => return None,
        FieldValue::CacheInfo(reason) => reason.name().to_owned(),
        FieldValue::RegionSource(source) => source.name().to_owned(),
        FieldValue::RegionOutcome(outcome) => outcome.name().to_owned(),
        FieldValue::TokenType(kind) => kind.name().to_owned(),
        _ => field.to_text(),
    };
    Some(format!("{name} {value}"))
}

fn last(value: &str) -> Option<String> {
    let last = read::last(value).ok()??;
    let telemetry = last.telemetry();
    let hits = match telemetry.hits() {
        1 => "1 cache hit".to_owned(),
        hits => format!("{hits} cache hits"),
    };
    let failures = telemetry.failures().iter();
    let failures =
        failures.map(|failure| format!(", API {} failed: {}", failure.api(), failure.code()));
    Some(format!("reports {hits}{}", failures.collect::<String>()))
}

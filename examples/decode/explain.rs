//! Explains parsed headers.

use std::fmt::Write as _;

use token_telemetry::entra::read::{self, FieldKind, ParsedField, ReadError};
use token_telemetry::entra::{CurrentField, Dialect, FieldValue, SkuGroup};

use super::words;

/// Explains `x-client-current-telemetry`.
pub(crate) fn current(value: &str) -> Result<String, ReadError> {
    let mut out = Table::default();
    let Some(current) = read::current(value)? else {
        return Ok(NOTHING.to_owned());
    };
    out.row("schema", &current.schema().to_string(), "");
    for field in current.request().iter().chain(current.platform()) {
        out.field(field);
    }
    out.dialects(current.dialects());
    Ok(out.0)
}

/// Explains `x-client-last-telemetry`.
pub(crate) fn last(value: &str) -> Result<String, ReadError> {
    let mut out = Table::default();
    let Some(last) = read::last(value)? else {
        return Ok(NOTHING.to_owned());
    };
    let telemetry = last.telemetry();
    out.row("schema", &last.schema().to_string(), "");
    out.row(
        "hits",
        &telemetry.hits().to_string(),
        "cache hits since the last report",
    );
    for (at, failure) in telemetry.failures().iter().enumerate() {
        out.row(
            "failure",
            &(at + 1).to_string(),
            "failed call since the last report",
        );
        out.value(
            "  api_id",
            &failure.api().to_string(),
            &words::of_api(failure.api()),
        );
        let id = failure.correlation_id();
        let is_guid = matches!(id, FieldValue::RequestId(_));
        let meaning = if is_guid { "" } else { "not a GUID" };
        out.value("  correlation_id", &id.to_string(), meaning);
        out.value("  error", failure.code(), "");
    }
    for field in last.platform_fields() {
        out.field(field);
    }
    out.dialects(last.dialects());
    Ok(out.0)
}

/// Explains `x-client-xtra-sku`.
pub(crate) fn extra_sku(value: &str) -> Result<String, ReadError> {
    let Some(extra) = read::extra_sku(value)? else {
        return Ok(NOTHING.to_owned());
    };
    let mut out = Table::default();
    for group in SkuGroup::ALL {
        let (name, version) = extra.get(group).unwrap_or_default();
        out.value(words::of_group(group), name, version);
    }
    Ok(out.0)
}

/// Explains `x-ms-clitelem`.
pub(crate) fn client_telemetry(value: &str) -> Result<String, ReadError> {
    let Some(telemetry) = read::client_telemetry(value)? else {
        return Ok(NOTHING.to_owned());
    };
    let number =
        |value: Option<&FieldValue<'_>>| value.map(ToString::to_string).unwrap_or_default();
    let code = |value: &str| {
        if value == "0" {
            "none"
        } else {
            "AADSTS number"
        }
    };
    let (error, suberror) = (number(telemetry.error()), number(telemetry.suberror()));
    let mut out = Table::default();
    out.value("error", &error, code(&error));
    out.value("suberror", &suberror, code(&suberror));
    let age = telemetry
        .token_age()
        .map(|age| format!("age of the refresh token: {age:?}"));
    out.value(
        "token_age",
        telemetry.token_age_text().unwrap_or_default(),
        &age.unwrap_or_default(),
    );
    out.value(
        "ring",
        telemetry.ring().unwrap_or_default(),
        "deployment ring of the server",
    );
    Ok(out.0)
}

/// Explains `x-ms-clientdata`.
pub(crate) fn client_data(value: &str) -> Result<String, ReadError> {
    let Some(data) = read::client_data(value)? else {
        return Ok(NOTHING.to_owned());
    };
    let mut out = Table::default();
    for (name, value) in [
        ("account_type", data.account_type()),
        ("error", data.error()),
        ("suberror", data.suberror()),
        ("cloud_instance", data.cloud_instance()),
        ("caller_data_boundary", data.data_boundary()),
    ] {
        out.value(name, value.unwrap_or_default(), "");
    }
    Ok(out.0)
}

const NOTHING: &str = "  empty: the library sends the header even with nothing to report\n";

/// A table with the columns name, text, and meaning.
#[derive(Default)]
struct Table(String);

impl Table {
    fn row(&mut self, name: &str, text: &str, meaning: &str) {
        let line = format!("  {name:<23}  {text:<15}  {meaning}");
        // Writing to a string cannot fail.
        let _written = writeln!(self.0, "{}", line.trim_end());
    }

    /// Adds a row whose text may be missing.
    fn value(&mut self, name: &str, text: &str, meaning: &str) {
        if text.is_empty() {
            self.row(name, "-", "unknown");
        } else {
            self.row(name, text, meaning);
        }
    }

    fn field(&mut self, field: &ParsedField<'_>) {
        let text = field.to_text();
        let meaning = match (field.field(), field.value()) {
            (FieldKind::Current(CurrentField::Api), Some(api)) => words::of_api(api),
            (FieldKind::Unknown, _) => "unknown field".to_owned(),
            (_, Some(value)) => words::of_value(value),
            (_, None) => String::new(),
        };
        self.value(field.name().unwrap_or("?"), &text, &meaning);
    }

    fn dialects(&mut self, dialects: &[&Dialect]) {
        let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
        let names = if names.is_empty() {
            "none, probably a newer layout".to_owned()
        } else {
            names.join(", ")
        };
        self.row("dialects", &names, "");
    }
}

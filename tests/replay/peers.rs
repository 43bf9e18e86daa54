//! `peer-headers.json`: header strings that the other libraries really sent.

use std::path::Path;

use serde_json::Value;
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, ExtraSku, FieldValue, LastTelemetry, ReportedFailure,
    SkuGroup,
};
use token_telemetry::{ClientRequestId, FieldText};

use crate::fields::{Check, Fields};
use crate::msal_net::cases;
use crate::step::pair;
use crate::tally::{Counts, Tally};

/// Libraries that send through another one of the list.
const ALIASES: &[(&str, &str)] = &[("msal-common", "msal-node")];

/// Replays the file of the folder, if it is there.
pub(crate) fn run(dir: &Path, tally: &mut Tally) {
    for (at, case) in cases(dir, "peer-headers.json", tally).iter().enumerate() {
        let word = |key| case.get(key).and_then(Value::as_str).unwrap_or("?");
        let (library, header, name) = (word("library"), word("header"), word("case"));
        let name = format!("peer-headers/{}: {library} {header} {name}", at + 1);
        tally.case(&name, replay(with_ids(case)));
    }
}

fn replay(case: Value) -> Result<Counts, String> {
    let mut case = Fields::of(case)?;
    for for_readers in ["version", "kind", "case"] {
        case.take(for_readers);
    }
    let library = Fields::needed("library", case.text("library")?)?;
    let header = Fields::needed("header", case.text("header")?)?;
    let value = Fields::needed("value", case.text("value")?)?;
    let fields = case.take("fields").map(Fields::of).transpose()?;
    let (unreadable, empty) = (case.flag("unreadable")?, case.flag("empty")?);
    case.finish()?;
    let mut check = Check::default();
    match (fields, unreadable, empty) {
        (Some(fields), None, None) => {
            check.same(
                "written",
                &write(&header, &dialect(&library)?, fields)?,
                &value,
            )?;
        }
        (None, Some(true), None) | (None, None, Some(true)) => {}
        _ => return Err("expected one of `fields`, `unreadable`, `empty`".to_owned()),
    }
    Ok(Counts {
        skipped: 1,
        ..check.into()
    })
}

/// The case with a GUID in the place of each `<cid-N>`.
fn with_ids(case: &Value) -> Value {
    match case {
        Value::String(text) => Value::String(with_ids_in(text)),
        Value::Array(items) => items.iter().map(with_ids).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), with_ids(value)))
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => case.clone(),
    }
}

fn with_ids_in(text: &str) -> String {
    let mut parts = text.split("<cid-");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| {
        let number = part.split_once('>').and_then(|(number, rest)| {
            let number: u64 = number.parse().ok()?;
            Some((number, rest))
        });
        match number {
            Some((number, rest)) => format!("{before}00000000-0000-4000-9000-{number:012x}{rest}"),
            None => format!("{before}<cid-{part}"),
        }
    })
}

fn dialect(library: &str) -> Result<Dialect, String> {
    let alias = ALIASES.iter().find(|(name, _)| *name == library);
    let name = alias.map_or(library, |(_, name)| name);
    let found = Dialect::presets()
        .iter()
        .find(|dialect| dialect.name() == name);
    found
        .copied()
        .ok_or_else(|| format!("unknown library `{library}`"))
}

/// The header that public constructors make of the fields.
fn write(header: &str, dialect: &Dialect, mut fields: Fields) -> Result<String, String> {
    let written = match header {
        "x-client-current-telemetry" => current(dialect, &mut fields)?.render(dialect),
        "x-client-last-telemetry" => last(dialect, &mut fields)?.render(dialect),
        "x-client-xtra-sku" => extra_sku(&mut fields)?.to_string(),
        other => return Err(format!("unknown header `{other}`")),
    };
    fields.finish()?;
    Ok(written)
}

fn texts(fields: &mut Fields, key: &str) -> Result<Vec<String>, String> {
    Fields::needed(key, fields.texts(key)?)
}

fn field_text(text: &str) -> Result<FieldText<'static>, String> {
    let text = FieldText::new(text).map_err(|error| format!("`{text}`: {error}"))?;
    Ok(text.into_owned())
}

fn pairs(fields: &mut Fields, key: &str) -> Result<Vec<(String, String)>, String> {
    let list = Fields::needed(key, fields.list(key)?)?;
    list.iter().map(pair).collect()
}

fn check_schema(dialect: &Dialect, fields: &mut Fields) -> Result<(), String> {
    let schema = fields.number("schema")?;
    if schema == Some(dialect.schema().into()) {
        return Ok(());
    }
    Err(format!(
        "schema {schema:?}, {} has {}",
        dialect.name(),
        dialect.schema()
    ))
}

fn current(dialect: &Dialect, fields: &mut Fields) -> Result<CurrentTelemetry<'static>, String> {
    check_schema(dialect, fields)?;
    let (values, platform) = (texts(fields, "values")?, texts(fields, "platform")?);
    if values.len() != dialect.request().len() {
        return Err(format!("{} values", values.len()));
    }
    let extra = platform.get(dialect.platform().len()..).unwrap_or_default();
    let places = dialect.request().iter().zip(&values);
    let mut current = CurrentTelemetry::new();
    for (slot, text) in places.chain(dialect.platform().iter().zip(&platform)) {
        if let Some(value) = slot.parse(text).map_err(|error| error.to_string())? {
            current = current.with(slot.field(), value.into_owned());
        }
    }
    for text in extra {
        current = current.with_extra(field_text(text)?);
    }
    Ok(current)
}

fn last(dialect: &Dialect, fields: &mut Fields) -> Result<LastTelemetry<'static>, String> {
    check_schema(dialect, fields)?;
    let mut last = LastTelemetry::new(Fields::needed("hits", fields.number("hits")?)?);
    let (failed, errors) = (pairs(fields, "failed")?, texts(fields, "errors")?);
    if failed.len() != errors.len() {
        return Err(format!(
            "{} failures, {} errors",
            failed.len(),
            errors.len()
        ));
    }
    for ((api, id), code) in failed.iter().zip(&errors) {
        let failure = ReportedFailure::new(api_value(api)?, id_value(id)?, field_text(code)?);
        last = last.with_failure(failure);
    }
    let tail = texts(fields, "tail")?;
    for (field, text) in dialect.tail().iter().zip(&tail) {
        if let Some(value) = field.parse(text).map_err(|error| error.to_string())? {
            last = last.with_tail(*field, value.into_owned());
        }
    }
    for text in tail.get(dialect.tail().len()..).unwrap_or_default() {
        last = last.with_extra(field_text(text)?);
    }
    Ok(last)
}

fn api_value(text: &str) -> Result<FieldValue<'static>, String> {
    let value = CurrentField::Api
        .parse(text)
        .map_err(|error| error.to_string())?;
    Ok(value.map_or(FieldValue::Blank, FieldValue::into_owned))
}

fn id_value(text: &str) -> Result<FieldValue<'static>, String> {
    match text.parse::<ClientRequestId>() {
        Ok(id) => Ok(id.into()),
        Err(_) => field_text(text).map(FieldValue::from),
    }
}

fn extra_sku(fields: &mut Fields) -> Result<ExtraSku, String> {
    let groups = pairs(fields, "groups")?;
    if groups.len() != SkuGroup::ALL.len() {
        return Err(format!("{} groups", groups.len()));
    }
    let mut extra = ExtraSku::new();
    for (group, (name, version)) in SkuGroup::ALL.into_iter().zip(groups) {
        extra = extra.with(group, field_text(&name)?, field_text(&version)?);
    }
    Ok(extra)
}

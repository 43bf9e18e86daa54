//! `peer-headers.json`: headers that other libraries actually sent.

mod read;
mod write;

use std::path::Path;

use serde_json::Value;
use token_telemetry::entra::Dialect;
use token_telemetry::entra::FieldText;

use crate::fields::{Check, Fields};
use crate::msal_net::word;
use crate::step::pair;
use crate::tally::Tally;

/// Libraries that send through another library in the list.
const ALIASES: &[(&str, &str)] = &[("msal-common", "msal-node")];

/// Replays the file in the folder.
pub(crate) fn run(dir: &Path, tally: &mut Tally) {
    let name = |at, case: &Value| {
        let [library, header, name] = ["library", "header", "case"].map(|key| word(case, key));
        format!("peer-headers/{}: {library} {header} {name}", at + 1)
    };
    tally.replay(dir, "peer-headers.json", name, |case, check| {
        replay(with_ids(&case), check)
    });
}

fn replay(case: Value, check: &mut Check) -> Result<(), String> {
    let mut case = Fields::of(case)?;
    for for_readers in ["version", "kind", "case"] {
        case.take(for_readers);
    }
    let library = Fields::needed("library", case.text("library")?)?;
    let header = Fields::needed("header", case.text("header")?)?;
    let value = Fields::needed("value", case.text("value")?)?;
    let fields = case.take("fields");
    let (unreadable, empty) = (case.flag("unreadable")?, case.flag("empty")?);
    case.finish()?;
    let sent = Sent {
        header: &header,
        value: &value,
        dialect: dialect(&library, fields.as_ref())?,
    };
    match (fields, unreadable, empty) {
        (Some(fields), None, None) => {
            read::check(&sent, Fields::of(fields.clone())?, check)?;
            // Render a value built from the fields of the case, not the parsed one.
            let written = write::header(&header, &sent.dialect, Fields::of(fields)?)?;
            check.same("written", &written, &value)
        }
        (None, Some(true), None) => read::check_rejected(&sent, check),
        (None, None, Some(true)) => read::check_empty(&sent, check),
        _ => Err("expected one of `fields`, `unreadable`, `empty`".to_owned()),
    }
}

/// A header that a library sent.
struct Sent<'a> {
    header: &'a str,
    value: &'a str,
    dialect: Dialect,
}

/// Replaces each `<cid-N>` of a case with a GUID.
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

/// Returns the dialects of a library; some have one per kind of device.
fn dialects(library: &str) -> Result<Vec<Dialect>, String> {
    let alias = ALIASES.iter().find(|(name, _)| *name == library);
    let name = alias.map_or(library, |(_, name)| name);
    let is_of = |dialect: &&Dialect| {
        let rest = dialect.name().strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let found: Vec<Dialect> = Dialect::presets().iter().filter(is_of).copied().collect();
    if found.is_empty() {
        return Err(format!("unknown library `{library}`"));
    }
    Ok(found)
}

/// Returns the dialect with as many platform fields as the case, or the first one.
fn dialect(library: &str, fields: Option<&Value>) -> Result<Dialect, String> {
    let dialects = dialects(library)?;
    let platform = fields.and_then(|fields| fields.get("platform")?.as_array());
    let fits = |dialect: &&Dialect| {
        platform.is_some_and(|platform| platform.len() == dialect.platform().len())
    };
    let fitting = dialects.iter().find(fits).or_else(|| dialects.first());
    fitting
        .copied()
        .ok_or_else(|| format!("unknown library `{library}`"))
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

//! Parses the headers and compares the result.

use std::fmt::Debug;

use token_telemetry::entra::read::{self, ParsedField, ReadError};
use token_telemetry::entra::{Dialect, ReceivedHeaders, SkuGroup};

use super::{Sent, pairs, texts};
use crate::fields::{Check, Fields};

/// Checks that the parser finds exactly the fields of the case.
pub(super) fn check(sent: &Sent<'_>, mut fields: Fields, check: &mut Check) -> Result<(), String> {
    match sent.header {
        "x-client-current-telemetry" => current(sent, &mut fields, check)?,
        "x-client-last-telemetry" => last(sent, &mut fields, check)?,
        "x-client-xtra-sku" => extra_sku(sent, &mut fields, check)?,
        other => return Err(format!("unknown header `{other}`")),
    }
    fields.finish()
}

/// Checks that the parsers reject the value, with and without the dialect of the library.
pub(super) fn check_rejected(sent: &Sent<'_>, check: &mut Check) -> Result<(), String> {
    let Sent {
        header,
        value,
        dialect,
    } = sent;
    match *header {
        "x-client-current-telemetry" => {
            rejected(read::current(value), value, check)?;
            rejected(dialect.read_current(value), value, check)
        }
        "x-client-last-telemetry" => {
            rejected(read::last(value), value, check)?;
            rejected(dialect.read_last(value), value, check)
        }
        "x-client-xtra-sku" => rejected(read::extra_sku(value), value, check),
        other => Err(format!("unknown header `{other}`")),
    }
}

fn rejected<T: Debug>(
    read: Result<T, ReadError>,
    value: &str,
    check: &mut Check,
) -> Result<(), String> {
    match read {
        Ok(found) => Err(format!("expected an error, found {found:?}")),
        Err(error) => check.holds("the offset is in the value", error.offset() <= value.len()),
    }
}

/// Checks that the parsers return `None`.
pub(super) fn check_empty(sent: &Sent<'_>, check: &mut Check) -> Result<(), String> {
    let Sent {
        header,
        value,
        dialect,
    } = sent;
    let is_none = match *header {
        "x-client-current-telemetry" => {
            read::current(value) == Ok(None) && dialect.read_current(value) == Ok(None)
        }
        "x-client-last-telemetry" => {
            read::last(value) == Ok(None) && dialect.read_last(value) == Ok(None)
        }
        "x-client-xtra-sku" => read::extra_sku(value) == Ok(None),
        other => return Err(format!("unknown header `{other}`")),
    };
    check.holds("an empty value is none", is_none)
}

fn wire_texts(fields: &[ParsedField<'_>]) -> Vec<String> {
    fields.iter().map(ParsedField::to_text).collect()
}

/// Returns the value, which must be present.
fn there<T>(read: Result<Option<T>, ReadError>) -> Result<T, String> {
    let found = read.map_err(|error| error.to_string())?;
    found.ok_or_else(|| "the reader finds nothing".to_owned())
}

fn check_dialects(found: &[&Dialect], dialect: &Dialect, check: &mut Check) -> Result<(), String> {
    let is_among = found.contains(&dialect);
    check.holds(&format!("{} is among {found:?}", dialect.name()), is_among)
}

fn current(sent: &Sent<'_>, fields: &mut Fields, check: &mut Check) -> Result<(), String> {
    let found = there(read::current(sent.value))?;
    check.same(
        "schema",
        Some(u64::from(found.schema())),
        fields.number("schema")?,
    )?;
    check.same(
        "values",
        &wire_texts(found.request()),
        &texts(fields, "values")?,
    )?;
    check.same(
        "platform",
        &wire_texts(found.platform()),
        &texts(fields, "platform")?,
    )?;
    check_dialects(found.dialects(), &sent.dialect, check)?;
    let received = ReceivedHeaders::from_iter([(sent.header, sent.value)]);
    check.same("received", &there(received.current())?, &found)?;
    let own = there(sent.dialect.read_current(sent.value))?;
    check.same(
        "read and rendered",
        &&*own.render(&sent.dialect),
        &sent.value,
    )
}

fn last(sent: &Sent<'_>, fields: &mut Fields, check: &mut Check) -> Result<(), String> {
    let found = there(read::last(sent.value))?;
    check.same(
        "schema",
        Some(u64::from(found.schema())),
        fields.number("schema")?,
    )?;
    let telemetry = found.telemetry();
    check.same("hits", &Some(telemetry.hits()), &fields.number("hits")?)?;
    let failed = telemetry.failures().iter();
    let failed = failed.map(|failure| {
        (
            failure.api().to_string(),
            failure.correlation_id().to_string(),
        )
    });
    check.same(
        "failed",
        &failed.collect::<Vec<_>>(),
        &pairs(fields, "failed")?,
    )?;
    let codes = telemetry
        .failures()
        .iter()
        .map(|failure| failure.code().to_owned());
    check.same(
        "errors",
        &codes.collect::<Vec<_>>(),
        &texts(fields, "errors")?,
    )?;
    check.same(
        "tail",
        &wire_texts(found.platform_fields()),
        &texts(fields, "tail")?,
    )?;
    check_dialects(found.dialects(), &sent.dialect, check)?;
    let received = ReceivedHeaders::from_iter([(sent.header, sent.value)]);
    check.same("received", &there(received.last())?, &found)?;
    let own = there(sent.dialect.read_last(sent.value))?;
    check.same(
        "read and rendered",
        &&*own.render(&sent.dialect),
        &sent.value,
    )
}

fn extra_sku(sent: &Sent<'_>, fields: &mut Fields, check: &mut Check) -> Result<(), String> {
    let found = there(read::extra_sku(sent.value))?;
    let group = |group| {
        let (name, version) = found.get(group).unwrap_or_default();
        (name.to_owned(), version.to_owned())
    };
    let groups = SkuGroup::ALL.into_iter().map(group);
    check.same(
        "groups",
        &groups.collect::<Vec<_>>(),
        &pairs(fields, "groups")?,
    )?;
    check.same("read and rendered", &&*found.to_string(), &sent.value)
}

//! The schema number in the first segment, and the dialects that use it.

use super::span::Span;
use crate::entra::dialect::{Dialect, Header};
use crate::wire::{ReadError, Reason};

/// Parses the schema number.
pub(super) fn schema(number: Span<'_>) -> Result<u8, ReadError> {
    match number.text {
        "2" => Ok(2),
        "3" => Ok(3),
        "4" => Ok(4),
        "5" => Ok(5),
        _ => Err(number.error(Reason::UnknownSchema)),
    }
}

/// Rejects the schema number of another dialect.
pub(super) fn check_schema(schema: u8, dialect: &Dialect) -> Result<(), ReadError> {
    if schema == dialect.schema {
        return Ok(());
    }
    Err(ReadError {
        reason: Reason::UnknownSchema,
        offset: 0,
    })
}

/// Keeps the dialects of the library with a SKU, or all if it has none among them.
pub(super) fn narrow(dialects: &mut Vec<&'static Dialect>, sku: Option<&str>) {
    let is_own = |dialect: &&Dialect| sku.is_some_and(|sku| dialect.identity.has_sku(sku));
    if dialects.iter().any(&is_own) {
        dialects.retain(is_own);
    }
}

/// Returns the presets of a schema that send a header.
pub(super) fn presets(schema: u8, header: Header) -> impl Iterator<Item = &'static Dialect> {
    let sends = move |dialect: &&Dialect| dialect.schema == schema && dialect.sends(header);
    Dialect::presets().iter().filter(sends)
}

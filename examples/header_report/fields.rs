//! Reads access logs: `name="value"` pairs, and columns named by a `#Fields:` line.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::request::{Field, Request};

/// Reads a line of `name=value` pairs; returns `None` if a quote is not closed.
pub(crate) fn pairs(line: &[u8]) -> Option<Request<'_>> {
    let mut request = Request::default();
    let mut rest = line.trim_ascii();
    while !rest.is_empty() {
        let end = memchr2(b'=', b' ', rest).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        let Some(value) = after.strip_prefix(b"=") else {
            // A word without a value.
            rest = after.trim_ascii_start();
            continue;
        };
        let (value, after) = word(value)?;
        if let Some(field) = Field::of(name) {
            request.set(field, value);
        }
        rest = after.trim_ascii_start();
    }
    Some(request)
}

/// The columns of a log, as its `#Fields:` line names them.
pub(crate) struct Columns(Vec<Option<Field>>);

/// Most columns that a `#Fields:` line can name.
const MAX_COLUMNS: usize = 256;

impl Columns {
    /// Parses a `#Fields:` line.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let names = line.strip_prefix(b"#Fields:")?;
        let names = names.split(u8::is_ascii_whitespace);
        let names = names.filter(|name| !name.is_empty()).take(MAX_COLUMNS);
        Some(Self(names.map(Field::of).collect()))
    }

    /// Reads a line; returns `None` if it has not one value per column.
    pub(crate) fn read<'a>(&self, line: &'a [u8]) -> Option<Request<'a>> {
        let mut request = Request::default();
        let mut rest = line.trim_ascii();
        for column in &self.0 {
            if rest.is_empty() {
                return None;
            }
            let (value, after) = word(rest)?;
            if let Some(field) = column {
                request.set(*field, value);
            }
            rest = after.trim_ascii_start();
        }
        rest.is_empty().then_some(request)
    }
}

/// Splits a value from the rest: up to a space, in quotes, or in brackets.
fn word(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    if let Some(quoted) = text.strip_prefix(b"\"") {
        return quoted_word(quoted);
    }
    if let Some(inner) = text.strip_prefix(b"[") {
        let end = memchr(b']', inner)?;
        return Some((Cow::Borrowed(inner.get(..end)?), inner.get(end + 1..)?));
    }
    let end = memchr2(b' ', b'\t', text).unwrap_or(text.len());
    let (value, rest) = text.split_at_checked(end)?;
    Some((Cow::Borrowed(value), rest))
}

/// Splits a value at its closing quote and decodes its escapes.
fn quoted_word(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let mut at = memchr2(b'"', b'\\', text)?;
    if text.get(at) == Some(&b'"') {
        return Some((Cow::Borrowed(text.get(..at)?), text.get(at + 1..)?));
    }
    let mut value = text.get(..at)?.to_vec();
    loop {
        let rest = text.get(at + 1..)?;
        if text.get(at) == Some(&b'"') {
            return Some((Cow::Owned(value), rest));
        }
        let (byte, length) = unescape(rest)?;
        value.push(byte);
        let rest = rest.get(length..)?;
        let plain = memchr2(b'"', b'\\', rest)?;
        value.extend_from_slice(rest.get(..plain)?);
        at += 1 + length + plain;
    }
}

/// Decodes what follows a backslash: `x` and two digits, or one character.
fn unescape(text: &[u8]) -> Option<(u8, usize)> {
    let first = *text.first()?;
    let digits = text
        .get(1..3)
        .and_then(|digits| str::from_utf8(digits).ok());
    let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
    match (first, code) {
        (b'x', Some(byte)) => Some((byte, 3)),
        (b'n', _) => Some((b'\n', 1)),
        (b't', _) => Some((b'\t', 1)),
        (b'r', _) => Some((b'\r', 1)),
        (other, _) => Some((other, 1)),
    }
}

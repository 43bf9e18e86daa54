//! Names of headers and form fields, and the two places where their values go.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::acquisition::backend::HeaderSink;

/// Name of a header, with the spelling it has as a form field.
#[derive(Debug)]
pub(super) struct Name {
    header: HeaderName,
    spelling: &'static str,
}

impl Name {
    pub(super) fn new(spelling: &'static str) -> Option<Self> {
        let header = HeaderName::from_bytes(spelling.as_bytes()).ok()?;
        Some(Self { header, spelling })
    }

    pub(super) const fn of(header: HeaderName, spelling: &'static str) -> Self {
        Self { header, spelling }
    }

    /// Writes a value that is ready.
    pub(super) fn put(&self, value: &HeaderValue, out: &mut HeaderSink<'_>) {
        match out {
            HeaderSink::Headers(headers) => headers.insert(&self.header, value.clone()),
            HeaderSink::Form(fields) => {
                if let Ok(value) = value.to_str() {
                    fields.push((self.spelling, value.to_owned()));
                }
            }
        }
    }

    /// Writes text; what cannot be a header is left out, and the request goes without it.
    pub(super) fn put_text(&self, value: &[u8], out: &mut HeaderSink<'_>) {
        match out {
            HeaderSink::Headers(headers) => {
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    headers.insert(&self.header, value);
                }
            }
            HeaderSink::Form(fields) => {
                if let Ok(value) = str::from_utf8(value) {
                    fields.push((self.spelling, value.to_owned()));
                }
            }
        }
    }

    /// Removes this value of a header, and returns whether it was there; others stay.
    pub(super) fn remove(&self, value: &[u8], headers: &mut HeaderMap) -> bool {
        let all = headers.get_all(&self.header);
        let is_other = |found: &&HeaderValue| found.as_bytes() != value;
        let others: Vec<_> = all.iter().filter(is_other).cloned().collect();
        if others.len() == all.iter().count() {
            return false;
        }
        headers.remove(&self.header);
        for other in others {
            let _full = headers.try_append(self.header.clone(), other);
        }
        true
    }
}

//! A telemetry header that is written as a header or as a form field.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::acquisition::delivery::HeaderSink;

/// A header name, with its spelling as a form field.
#[derive(Debug)]
pub(crate) struct HeaderField {
    header: HeaderName,
    spelling: &'static str,
}

impl HeaderField {
    pub(crate) fn new(spelling: &'static str) -> Option<Self> {
        let header = HeaderName::from_bytes(spelling.as_bytes()).ok()?;
        Some(Self { header, spelling })
    }

    pub(crate) const fn from_static(spelling: &'static str) -> Self {
        let header = HeaderName::from_static(spelling);
        Self { header, spelling }
    }

    /// Writes a checked value.
    pub(crate) fn put(&self, value: &HeaderValue, out: &mut HeaderSink<'_>) {
        match out {
            HeaderSink::Headers(headers) => headers.insert(&self.header, value.clone()),
            HeaderSink::Form(fields) => {
                if let Ok(value) = value.to_str() {
                    fields.push((self.spelling, value.to_owned()));
                }
            }
        }
    }

    /// Writes text; omits the header if the text is not a valid value.
    pub(crate) fn put_text(&self, value: &[u8], out: &mut HeaderSink<'_>) {
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

    /// Removes one value of a header and keeps the others; returns whether it was present.
    pub(crate) fn remove(&self, value: &[u8], headers: &mut HeaderMap) -> bool {
        let all = headers.get_all(&self.header);
        let is_other = |found: &&HeaderValue| found.as_bytes() != value;
        let others: Vec<_> = all.iter().filter(is_other).cloned().collect();
        if others.len() == all.iter().count() {
            return false;
        }
        headers.remove(&self.header);
        for other in others {
            _ = headers.try_append(self.header.clone(), other);
        }
        true
    }
}

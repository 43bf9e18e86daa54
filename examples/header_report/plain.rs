//! Reads blocks of header lines, `name: value`.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::lines::MAX_LINE;
use super::request::{Field, Request};
use super::sink::Sink;

/// The block being read. A block ends at a line that is no header, or when a header repeats.
#[derive(Default)]
pub(crate) struct Block {
    text: Vec<u8>,
    fields: Vec<(Field, Range<usize>)>,
    first_line: u64,
}

impl Block {
    pub(crate) fn line(&mut self, text: &[u8], number: u64, sink: &mut impl Sink) {
        if is_boundary(text) {
            self.end(sink);
            return;
        }
        let Some((name, value)) = header(text) else {
            self.end(sink);
            sink.unreadable("line", "not-a-header", number);
            return;
        };
        let Some(field) = Field::of(name) else {
            return;
        };
        let repeats = self.fields.iter().any(|(known, _)| *known == field);
        if repeats || self.text.len() + value.len() > MAX_LINE {
            self.end(sink);
        }
        if self.fields.is_empty() {
            self.first_line = number;
        }
        let from = self.text.len();
        self.text.extend_from_slice(value);
        self.fields.push((field, from..self.text.len()));
    }

    /// Ends the block, which is one request.
    pub(crate) fn end(&mut self, sink: &mut impl Sink) {
        let mut request = Request::default();
        for (field, range) in &self.fields {
            let value = self.text.get(range.clone()).unwrap_or_default();
            request.set(*field, Cow::Borrowed(value));
        }
        if !self.fields.is_empty() {
            sink.request(&request, self.first_line);
        }
        self.fields.clear();
        self.text.clear();
    }
}

/// Returns whether a line separates requests: blank, a comment, or a request line.
fn is_boundary(text: &[u8]) -> bool {
    text.trim_ascii().is_empty() || text.starts_with(b"#") || is_request_line(text)
}

/// Returns whether a line starts an HTTP request, such as `POST /token HTTP/1.1`.
pub(crate) fn is_request_line(text: &[u8]) -> bool {
    let versions: [&[u8]; 5] = [b"1.0", b"1.1", b"2", b"2.0", b"3"];
    let mut starts = versions
        .iter()
        .filter_map(|version| text.strip_suffix(*version));
    starts.any(|start| start.ends_with(b" HTTP/"))
}

/// Splits a header line.
pub(crate) fn header(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr(b':', text)?;
    let (name, value) = (text.get(..at)?, text.get(at + 1..)?);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'@');
    let is_header = !name.is_empty() && name.iter().all(is_name);
    is_header.then(|| (name, value.trim_ascii()))
}

//! Slices of a header value with their offsets.

use crate::wire::{ReadError, Reason};

/// Maximum length of a value, in bytes.
///
/// No library or document sets a limit. This one is about twice the length of the longest known
/// header, that of MSAL.NET up to 4.48.
pub const MAX_LEN: usize = 16 * 1024;

/// A slice of the value and its offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span<'a> {
    pub(super) text: &'a str,
    pub(super) offset: usize,
}

impl<'a> Span<'a> {
    /// Checks a value and returns it as one span; returns `None` if it is empty.
    pub(super) fn of(value: &'a [u8]) -> Result<Option<Self>, ReadError> {
        if value.len() > MAX_LEN {
            return Err(ReadError {
                reason: Reason::TooLong,
                offset: MAX_LEN,
            });
        }
        match str::from_utf8(value) {
            Ok("") => Ok(None),
            Ok(text) => Ok(Some(Self { text, offset: 0 })),
            Err(error) => Err(ReadError {
                reason: Reason::NotText,
                offset: error.valid_up_to(),
            }),
        }
    }

    /// Splits the span at a delimiter.
    pub(super) fn split(self, delimiter: char) -> impl Iterator<Item = Self> + Clone {
        let mut offset = self.offset;
        self.text.split(delimiter).map(move |text| {
            let part = Self { text, offset };
            offset += text.len() + delimiter.len_utf8();
            part
        })
    }

    /// Splits the span at commas; empty text has no fields.
    pub(super) fn fields(self) -> Vec<Self> {
        if self.text.is_empty() {
            return Vec::new();
        }
        self.split(',').collect()
    }

    /// Splits the span at `|` into exactly `COUNT` segments.
    pub(super) fn segments<const COUNT: usize>(self) -> Result<[Self; COUNT], ReadError> {
        let mut parts = self.split('|');
        let mut segments = [self; COUNT];
        for segment in &mut segments {
            *segment = parts
                .next()
                .ok_or_else(|| self.end().error(Reason::MissingSegment))?;
        }
        match parts.next() {
            None => Ok(segments),
            Some(extra) => Err(ReadError {
                reason: Reason::ExtraSegment,
                offset: extra.offset - 1,
            }),
        }
    }

    /// Returns the empty span after the last byte.
    pub(super) fn end(self) -> Self {
        Self {
            text: "",
            offset: self.offset + self.text.len(),
        }
    }

    pub(super) fn error(self, reason: Reason) -> ReadError {
        ReadError {
            reason,
            offset: self.offset,
        }
    }
}

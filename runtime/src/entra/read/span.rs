//! Parts of a value, each with its offset.

use super::MAX_LEN;
use super::error::{ReadError, Reason};

/// A part of the value that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span<'a> {
    pub(super) text: &'a str,
    pub(super) offset: usize,
}

impl<'a> Span<'a> {
    /// The whole value.
    pub(super) fn of(value: &'a [u8]) -> Result<Self, ReadError> {
        if value.len() > MAX_LEN {
            return Err(ReadError {
                reason: Reason::TooLong,
                offset: MAX_LEN,
            });
        }
        match str::from_utf8(value) {
            Ok(text) => Ok(Self { text, offset: 0 }),
            Err(error) => Err(ReadError {
                reason: Reason::NotText,
                offset: error.valid_up_to(),
            }),
        }
    }

    /// The parts between a delimiter.
    pub(super) fn split(self, delimiter: char) -> impl Iterator<Item = Self> + Clone {
        let mut offset = self.offset;
        self.text.split(delimiter).map(move |text| {
            let part = Self { text, offset };
            offset += text.len() + delimiter.len_utf8();
            part
        })
    }

    /// The parts between commas; none if there is no text.
    pub(super) fn fields(self) -> Vec<Self> {
        if self.text.is_empty() {
            return Vec::new();
        }
        self.split(',').collect()
    }

    /// Exactly so many segments, between bars.
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

    /// The place behind the last byte.
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

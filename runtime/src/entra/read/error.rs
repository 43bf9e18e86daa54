//! Why a header could not be read, and where.

use std::error::Error;
use std::fmt;

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The bytes are no UTF-8 text.
    NotText,
    /// The value begins with a schema number that no dialect has, or with none.
    UnknownSchema,
    /// A segment is missing at the end.
    MissingSegment,
    /// There is a `|` too many: one that stands inside a text.
    ExtraSegment,
    /// No known layout has these fields, perhaps because of a comma inside a text.
    UnknownLayout,
    /// The second segment has too few or too many fields for its schema.
    WrongFieldCount,
    /// A failed call has an API id and no correlation id.
    UnpairedFailure,
    /// There is not exactly one code per failure, perhaps because of a comma inside a text.
    WrongCodeCount,
    /// Something else stands where a number must be.
    NotANumber,
    /// There are fewer or more groups than four, or one without its `|`.
    WrongGroup,
    /// An escape that is not `%` and two hexadecimal digits.
    BadEscape,
    /// The value is longer than [`MAX_LEN`](super::MAX_LEN) bytes.
    TooLong,
}

impl Reason {
    /// Short name of the reason, for logs and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotText => "not-text",
            Self::UnknownSchema => "unknown-schema",
            Self::MissingSegment => "missing-segment",
            Self::ExtraSegment => "extra-segment",
            Self::UnknownLayout => "unknown-layout",
            Self::WrongFieldCount => "wrong-field-count",
            Self::UnpairedFailure => "unpaired-failure",
            Self::WrongCodeCount => "wrong-code-count",
            Self::NotANumber => "not-a-number",
            Self::WrongGroup => "wrong-group",
            Self::BadEscape => "bad-escape",
            Self::TooLong => "too-long",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::NotText => "no UTF-8 text",
            Self::UnknownSchema => "an unknown schema",
            Self::MissingSegment => "the value ends before its last segment",
            Self::ExtraSegment => "a `|` too many, perhaps inside a text",
            Self::UnknownLayout => {
                "fields that no known layout has, perhaps because of a comma inside a text"
            }
            Self::WrongFieldCount => "a wrong number of fields for this schema",
            Self::UnpairedFailure => "an API id without a correlation id",
            Self::WrongCodeCount => {
                "not one code per failure, perhaps because of a comma inside a text"
            }
            Self::NotANumber => "expected a number",
            Self::WrongGroup => "expected four groups of a name, `|` and a version",
            Self::BadEscape => "expected `%` and two hexadecimal digits",
            Self::TooLong => "more than 16384 bytes",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Value that breaks the format of its header: the first fault and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError {
    pub(super) reason: Reason,
    pub(super) offset: usize,
}

impl ReadError {
    /// What is wrong.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Offset of the first byte that is wrong.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason.sentence(), self.offset)
    }
}

impl Error for ReadError {}

//! Why and where a header could not be parsed.

use std::error::Error;
use std::fmt;

/// The reason why a value could not be parsed.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read;
///
/// let error = read::current("9|1004,2|").unwrap_err();
/// assert_eq!(error.reason(), read::Reason::UnknownSchema);
/// assert_eq!(error.reason().name(), "unknown-schema");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The bytes are not valid UTF-8.
    NotText,
    /// The schema number is missing or unknown.
    UnknownSchema,
    /// The value ends before its last segment.
    MissingSegment,
    /// There is an extra `|`, probably inside a text.
    ExtraSegment,
    /// The fields match no known layout, perhaps because of a comma inside a text.
    UnknownLayout,
    /// The second segment has too few or too many fields for the schema.
    WrongFieldCount,
    /// A failure has an API id but no correlation id.
    UnpairedFailure,
    /// The number of error codes differs from the number of failures, perhaps because of a comma.
    WrongCodeCount,
    /// A field that must be a number is not one.
    NotANumber,
    /// There are not exactly four groups, or a group has no `|`.
    WrongGroup,
    /// A `%` is not followed by two hexadecimal digits.
    BadEscape,
    /// The value is longer than [`MAX_LEN`](super::MAX_LEN) bytes.
    TooLong,
}

impl Reason {
    /// Returns a short name of the reason, for logs and metrics.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::read::Reason;
    ///
    /// assert_eq!(Reason::TooLong.name(), "too-long");
    /// ```
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

    const fn message(self) -> &'static str {
        match self {
            Self::NotText => "expected valid UTF-8",
            Self::UnknownSchema => "unknown schema number",
            Self::MissingSegment => "unexpected end of value, expected another segment",
            Self::ExtraSegment => "unexpected `|`, perhaps inside a text",
            Self::UnknownLayout => {
                "fields match no known layout, perhaps because of a comma inside a text"
            }
            Self::WrongFieldCount => "wrong number of fields for this schema",
            Self::UnpairedFailure => "expected a correlation id after the API id",
            Self::WrongCodeCount => {
                "expected one error code per failure, perhaps a text contains a comma"
            }
            Self::NotANumber => "expected a number",
            Self::WrongGroup => "expected four groups of a name, `|`, and a version",
            Self::BadEscape => "expected `%` and two hexadecimal digits",
            Self::TooLong => "expected at most 16384 bytes",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error for a header value that could not be parsed, with the offset of the first fault.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::read;
///
/// let error = read::last("5|x|||").unwrap_err();
/// assert_eq!(error.offset(), 2);
/// assert_eq!(error.to_string(), "expected a number at byte 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError {
    pub(super) reason: Reason,
    pub(super) offset: usize,
}

impl ReadError {
    /// Returns why the value could not be parsed.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns the byte offset of the first fault.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason.message(), self.offset)
    }
}

impl Error for ReadError {}

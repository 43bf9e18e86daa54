//! Why and where a received header could not be parsed.

use std::error::Error;
use std::fmt;

/// Generates the reasons with their names and messages from one table.
macro_rules! reasons {
    ($( $(#[$attribute:meta])* $reason:ident = $name:literal, $message:literal; )+) => {
        /// The reason why a value could not be parsed.
        ///
        /// The readers of token request headers and of Graph headers share this type. Each reason
        /// says which of them returns it.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::{entra, graph};
        ///
        /// let error = entra::read::current("9|1004,2|").unwrap_err();
        /// assert_eq!(error.reason(), entra::read::Reason::UnknownSchema);
        ///
        /// let error = graph::read::recipient("graph-go/").unwrap_err();
        /// assert_eq!(error.reason().name(), "empty-version");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $( $(#[$attribute])* $reason, )+
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
                    $( Self::$reason => $name, )+
                }
            }

            const fn message(self) -> &'static str {
                match self {
                    $( Self::$reason => $message, )+
                }
            }
        }
    };
}

reasons! {
    /// Both: the value is longer than the reader's `MAX_LEN`.
    TooLong = "too-long", "value is too long, expected its end";

    /// Token requests: the bytes are not valid UTF-8.
    NotText = "not-text", "expected valid UTF-8";
    /// Token requests: the schema number is missing or unknown.
    UnknownSchema = "unknown-schema", "unknown schema number";
    /// Token requests: the value ends before its last segment.
    MissingSegment = "missing-segment", "unexpected end of value, expected another segment";
    /// Token requests: there is an extra `|`, probably inside a text.
    ExtraSegment = "extra-segment", "unexpected `|`, perhaps inside a text";
    /// Token requests: the fields match no known layout, perhaps because of a comma inside a text.
    UnknownLayout = "unknown-layout",
        "fields match no known layout, perhaps because of a comma inside a text";
    /// Token requests: the second segment has too few or too many fields for the schema.
    WrongFieldCount = "wrong-field-count", "wrong number of fields for this schema";
    /// Token requests: a failure has an API id but no correlation id.
    UnpairedFailure = "unpaired-failure", "expected a correlation id after the API id";
    /// Token requests: there is not one error code per failure, perhaps because of a comma.
    WrongCodeCount = "wrong-code-count",
        "expected one error code per failure, perhaps a text contains a comma";
    /// Token requests: a field that must be a number is not one.
    NotANumber = "not-a-number", "expected a number";
    /// Token requests: there are not exactly four groups, or a group has no `|`.
    WrongGroup = "wrong-group", "expected four groups of a name, `|`, and a version";
    /// Token requests: a `%` is not followed by two hexadecimal digits.
    BadEscape = "bad-escape", "expected `%` and two hexadecimal digits";

    /// Graph: CR, LF, or NUL, which can split a message.
    ForbiddenOctet = "forbidden-octet", "unexpected line break or NUL";
    /// Graph: any other control character.
    Control = "control", "unexpected control character";
    /// Graph: whitespace around the value, which a sender must not write.
    OuterWhitespace = "outer-whitespace", "unexpected whitespace around the value";
    /// Graph: an empty list element, which a sender must not write.
    EmptyElement = "empty-element", "unexpected empty list element";
    /// Graph: more empty elements than
    /// [`MAX_EMPTY_ELEMENTS`](crate::graph::read::MAX_EMPTY_ELEMENTS).
    TooManyEmpty = "too-many-empty", "expected at most 16 empty list elements";
    /// Graph: the list has no elements.
    NoElement = "no-element", "expected at least one list element";
    /// Graph: a product does not start with a token.
    NotAToken = "not-a-token", "expected a product name";
    /// Graph: there is no version after the slash.
    EmptyVersion = "empty-version", "expected a version";
    /// Graph: a second slash in a product.
    SecondSlash = "second-slash", "unexpected second slash in a product";
    /// Graph: a comment without a preceding product.
    CommentWithoutProduct = "comment-without-product", "expected a product before the comment";
    /// Graph: there is no whitespace between a product and its comment.
    MissingRws = "missing-rws", "expected whitespace before the comment";
    /// Graph: a second comment on one product.
    SecondComment = "second-comment", "unexpected second comment on a product";
    /// Graph: a comment without a closing parenthesis.
    UnclosedComment = "unclosed-comment", "expected `)` at the end of the comment";
    /// Graph: comments nested more than 8 levels deep.
    CommentTooDeep = "comment-too-deep", "expected at most 8 nested comments";
    /// Graph: a backslash at the end of the value.
    DanglingQuotedPair = "dangling-quoted-pair", "expected a character after the backslash";
    /// Graph: a non-ASCII byte, which a sender must not write.
    ObsText = "obs-text", "unexpected non-ASCII byte";
    /// Graph: something other than a comma between two elements.
    ExpectedComma = "expected-comma", "expected a comma";
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
/// use token_telemetry::{entra, graph};
///
/// let error = entra::read::last("5|x|||").unwrap_err();
/// assert_eq!(error.offset(), 2);
/// assert_eq!(error.to_string(), "expected a number at byte 2");
///
/// let error = graph::read::recipient("graph-go/1.0 graph-go-core/1.0").unwrap_err();
/// assert_eq!(error.to_string(), "expected a comma at byte 13");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError {
    pub(crate) reason: Reason,
    pub(crate) offset: usize,
}

impl ReadError {
    /// Returns why the value could not be parsed.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns the byte offset of the first fault, in Graph's case in the joined value.
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

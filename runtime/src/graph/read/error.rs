//! Why and where a value could not be parsed.

use std::error::Error;
use std::fmt;

/// Generates the reasons with their names and messages from one list.
macro_rules! reasons {
    ($( $(#[$attribute:meta])* $reason:ident = $name:literal, $message:literal; )+) => {
        /// The reason why a value could not be parsed.
        ///
        /// # Examples
        ///
        /// ```
        /// use token_telemetry::graph::read;
        ///
        /// let error = read::recipient("graph-go/").unwrap_err();
        /// assert_eq!(error.reason(), read::Reason::EmptyVersion);
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
            /// use token_telemetry::graph::read::Reason;
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
    /// The value is longer than [`MAX_LEN`](super::MAX_LEN).
    TooLong = "too-long", "expected at most 8192 bytes";
    /// CR, LF, or NUL, which can split a message.
    ForbiddenOctet = "forbidden-octet", "unexpected line break or NUL";
    /// Any other control character.
    Control = "control", "unexpected control character";
    /// Whitespace around the value, which a sender must not write.
    OuterWhitespace = "outer-whitespace", "unexpected whitespace around the value";
    /// An empty list element, which a sender must not write.
    EmptyElement = "empty-element", "unexpected empty list element";
    /// More empty elements than [`MAX_EMPTY_ELEMENTS`](super::MAX_EMPTY_ELEMENTS).
    TooManyEmpty = "too-many-empty", "expected at most 16 empty list elements";
    /// The list has no elements.
    NoElement = "no-element", "expected at least one list element";
    /// A product does not start with a token.
    NotAToken = "not-a-token", "expected a product name";
    /// There is no version after the slash.
    EmptyVersion = "empty-version", "expected a version";
    /// A second slash in a product.
    SecondSlash = "second-slash", "unexpected second slash in a product";
    /// A comment without a preceding product.
    CommentWithoutProduct = "comment-without-product", "expected a product before the comment";
    /// There is no whitespace between a product and its comment.
    MissingRws = "missing-rws", "expected whitespace before the comment";
    /// A second comment on one product.
    SecondComment = "second-comment", "unexpected second comment on a product";
    /// A comment without a closing parenthesis.
    UnclosedComment = "unclosed-comment", "expected `)` at the end of the comment";
    /// Comments nested more than 8 levels deep.
    CommentTooDeep = "comment-too-deep", "expected at most 8 nested comments";
    /// A backslash at the end of the value.
    DanglingQuotedPair = "dangling-quoted-pair", "expected a character after the backslash";
    /// A non-ASCII byte, which a sender must not write.
    ObsText = "obs-text", "unexpected non-ASCII byte";
    /// Something other than a comma between two elements.
    ExpectedComma = "expected-comma", "expected a comma";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error for a value that could not be parsed, with the offset of the first fault.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let error = read::recipient("graph-go/1.0 graph-go-core/1.0").unwrap_err();
/// assert_eq!(error.offset(), 13);
/// assert_eq!(error.to_string(), "expected a comma at byte 13");
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

    /// Returns the byte offset of the first fault in the joined value.
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

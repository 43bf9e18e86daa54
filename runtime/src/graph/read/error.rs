//! Why a value was refused, and where.

use std::error::Error;
use std::fmt;

/// Writes the reasons with their short names and their sentences from one list.
macro_rules! reasons {
    ($( $(#[$attribute:meta])* $reason:ident = $name:literal, $sentence:literal; )+) => {
        /// What is wrong with a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $( $(#[$attribute])* $reason, )+
        }

        impl Reason {
            /// Short name of the reason, for logs and tables.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$reason => $name, )+
                }
            }

            const fn sentence(self) -> &'static str {
                match self {
                    $( Self::$reason => $sentence, )+
                }
            }
        }
    };
}

reasons! {
    /// The value is longer than [`MAX_LEN`](super::MAX_LEN).
    TooLong = "too-long", "more than 8192 bytes";
    /// CR, LF or NUL, which can split a message.
    ForbiddenOctet = "forbidden-octet", "a line end or NUL";
    /// Another control character.
    Control = "control", "a control character";
    /// Blanks around the value, which a sender does not write.
    OuterWhitespace = "outer-whitespace", "whitespace around the value";
    /// An empty list element, which a sender does not write.
    EmptyElement = "empty-element", "an empty list element";
    /// More empty elements than [`MAX_EMPTY_ELEMENTS`](super::MAX_EMPTY_ELEMENTS).
    TooManyEmpty = "too-many-empty", "more than 16 empty list elements";
    /// The list has no element.
    NoElement = "no-element", "no list element";
    /// A product does not begin with a token.
    NotAToken = "not-a-token", "expected a product name";
    /// No version after the slash.
    EmptyVersion = "empty-version", "expected a version";
    /// A second slash in a product.
    SecondSlash = "second-slash", "a second slash in a product";
    /// A comment that no product precedes.
    CommentWithoutProduct = "comment-without-product", "a comment without a product";
    /// A comment that no whitespace separates from its product.
    MissingRws = "missing-rws", "expected whitespace before the comment";
    /// A second comment on one product.
    SecondComment = "second-comment", "a second comment on a product";
    /// A comment without its end.
    UnclosedComment = "unclosed-comment", "a comment that does not end";
    /// Comments nested deeper than 8.
    CommentTooDeep = "comment-too-deep", "comments nested deeper than 8";
    /// A backslash at the end of the value.
    DanglingQuotedPair = "dangling-quoted-pair", "a backslash that escapes nothing";
    /// A byte beyond ASCII, which a sender does not write.
    ObsText = "obs-text", "a byte beyond ASCII";
    /// Something else than a comma between two elements.
    ExpectedComma = "expected-comma", "expected a comma";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Value that breaks the grammar: the first fault and its place.
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

    /// Offset of the first byte that is wrong, counted from the start of the joined value.
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

//! The reader that repairs what two SDKs are known to send.

use std::fmt;

use super::element::Elements;
use super::error::ReadError;
use super::parse::{self, Grammar};

/// What the tolerant reader did to understand a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// A comment that stood as an element of its own was given to the product before (PHP).
    OrphanCommentJoinedToPrevious,
    /// Pairs without parentheses were read as the comment of their product (Ruby).
    BarePairsReadAsComment,
}

impl Repair {
    /// Short name of the repair, for logs and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrphanCommentJoinedToPrevious => "orphan-comment-joined-to-previous",
            Self::BarePairsReadAsComment => "bare-pairs-read-as-comment",
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value that was read, and the repairs that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired<'a> {
    /// The elements, as if the value had been right.
    pub elements: Elements<'a>,
    /// Every repair, in the order of the value; empty if it was right.
    pub repairs: Vec<Repair>,
}

/// Reads a value by the rule for recipients, and repairs what is known to be sent.
///
/// # Errors
///
/// The first fault that no [`Repair`] is for, and its place.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let read = read::tolerant("graph-php/2.0.0, graph-php-core/2.3.1, (featureUsage=0x2)")?;
/// assert_eq!(read.repairs, [read::Repair::OrphanCommentJoinedToPrevious]);
/// assert_eq!(
///     read.elements.to_bytes(),
///     b"graph-php/2.0.0, graph-php-core/2.3.1 (featureUsage=0x2)",
/// );
/// # Ok::<(), token_telemetry::graph::read::ReadError>(())
/// ```
pub fn tolerant<T: AsRef<[u8]> + ?Sized>(value: &T) -> Result<Repaired<'_>, ReadError> {
    parse::read(value.as_ref(), Grammar::Tolerant)
}

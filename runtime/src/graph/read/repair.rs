//! Repairs of malformed values that two SDKs send.

use std::fmt;

use super::element::Elements;

/// A repair made by [`tolerant`](super::tolerant).
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read::{self, Repair};
///
/// let repaired = read::tolerant("graph-ruby/0.1 hostOS=linux")?;
/// assert_eq!(repaired.repairs, [Repair::BarePairsReadAsComment]);
/// # Ok::<(), read::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// A comment in place of an element was assigned to the previous product (PHP SDK).
    OrphanCommentJoinedToPrevious,
    /// Pairs without parentheses were read as the comment of their product (Ruby SDK).
    BarePairsReadAsComment,
}

impl Repair {
    /// Returns a short name of the repair, for logs and metrics.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read::Repair;
    ///
    /// assert_eq!(Repair::BarePairsReadAsComment.name(), "bare-pairs-read-as-comment");
    /// ```
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

/// A parsed value and the repairs it needed.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let repaired = read::tolerant("graph-php/2.0.0, (featureUsage=0x2)")?;
/// assert_eq!((repaired.elements.len(), repaired.repairs.len()), (1, 1));
/// # Ok::<(), read::ReadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired<'a> {
    /// The elements of the repaired value.
    pub elements: Elements<'a>,
    /// The repairs, in the order of the value; empty if the value was valid.
    pub repairs: Vec<Repair>,
}

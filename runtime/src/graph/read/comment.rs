//! The comment of an element, and its pairs.

use std::borrow::Cow;
use std::fmt;

use crate::graph::comment::Key;
use crate::graph::feature_usage::{FeatureUsage, InvalidFeatureUsage};
use crate::wire::token;

/// The text between the parentheses of a comment, as received.
///
/// ```text
/// comment-content = pair *( OWS ";" OWS pair ) [ OWS ";" ]
/// pair            = [ key "=" ] value                  ; without the whitespace around them
/// ```
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Key, read};
///
/// let elements = read::recipient("graph-go-core/1.0 (featureUsage=0f; hostOS=linux)")?;
/// let comment = elements.last().comment().ok_or("no comment")?;
/// assert_eq!(comment.value(Key::HostOs).as_deref(), Some(&b"linux"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CommentText<'a> {
    inside: &'a [u8],
}

impl<'a> CommentText<'a> {
    pub(super) const fn new(inside: &'a [u8]) -> Self {
        Self { inside }
    }

    /// Returns the text, including escapes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.inside
    }

    /// Returns the pairs in order, skipping empty ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("a/1 (featureUsage=0f; ; beta)")?;
    /// let comment = elements.first().comment().ok_or("no comment")?;
    /// assert_eq!(comment.pairs().count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'a>> + use<'a> {
        token::split_pairs(self.inside)
            .map(token::trim_blanks)
            .filter(|pair| !pair.is_empty())
            .map(Pair::new)
    }

    /// Returns the value of the first pair with this key.
    #[must_use]
    pub fn value(&self, key: Key) -> Option<Cow<'a, [u8]>> {
        let is_key = |pair: &Pair<'_>| pair.key.as_deref() == Some(key.name().as_bytes());
        self.pairs().find(is_key).map(|pair| pair.value)
    }

    /// Parses the first `featureUsage`; returns `None` if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a hexadecimal number.
    #[must_use]
    pub fn feature_usage(&self) -> Option<Result<FeatureUsage, InvalidFeatureUsage>> {
        let text = self.value(Key::FeatureUsage)?;
        Some(String::from_utf8_lossy(&text).parse())
    }

    /// Returns the keys that differ from known ones only in letter case.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("a/1 (HostOs=linux)")?;
    /// let comment = elements.first().comment().ok_or("no comment")?;
    /// assert_eq!(comment.near_misses().collect::<Vec<_>>(), [&b"HostOs"[..]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn near_misses(&self) -> impl Iterator<Item = Cow<'a, [u8]>> + use<'a> {
        self.pairs().filter_map(|pair| pair.key).filter(|key| {
            let is_near = |known: &Key| {
                let name = known.name().as_bytes();
                name != &**key && name.eq_ignore_ascii_case(key)
            };
            Key::ALL.iter().any(is_near)
        })
    }

    /// Returns the keys that occur more than once; only their first occurrence counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("a/1 (hostOS=linux; hostOS=macos)")?;
    /// let comment = elements.first().comment().ok_or("no comment")?;
    /// assert_eq!(comment.duplicate_keys(), [&b"hostOS"[..]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn duplicate_keys(&self) -> Vec<Cow<'a, [u8]>> {
        let (mut seen, mut repeated) = (Vec::new(), Vec::new());
        for key in self.pairs().filter_map(|pair| pair.key) {
            if !seen.contains(&key) {
                seen.push(key);
            } else if !repeated.contains(&key) {
                repeated.push(key);
            }
        }
        repeated
    }
}

impl fmt::Debug for CommentText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.inside.escape_ascii().to_string(), f)
    }
}

/// A pair of a comment, unescaped.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read::{self, Pair};
///
/// let elements = read::recipient("a/1 (hostOS=linux)")?;
/// let comment = elements.first().comment().ok_or("no comment")?;
/// let pairs: Vec<Pair<'_>> = comment.pairs().collect();
/// assert_eq!(pairs[0].key.as_deref(), Some(&b"hostOS"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair<'a> {
    /// The text before the first `=`; `None` if there is no `=`.
    pub key: Option<Cow<'a, [u8]>>,
    /// The text after the first `=`, or the whole text.
    pub value: Cow<'a, [u8]>,
}

impl<'a> Pair<'a> {
    fn new(text: &'a [u8]) -> Self {
        let mut parts = text.splitn(2, |byte| *byte == b'=').map(token::trim_blanks);
        let first = parts.next().unwrap_or_default();
        match parts.next() {
            Some(value) => Self {
                key: Some(unescaped(first)),
                value: unescaped(value),
            },
            None => Self {
                key: None,
                value: unescaped(first),
            },
        }
    }
}

/// Replaces each quoted pair with the byte it escapes.
fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next() } else { None };
        plain.push(escaped.unwrap_or(byte));
    }
    Cow::Owned(plain)
}

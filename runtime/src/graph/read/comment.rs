//! The comment of an element and its pairs.

use std::borrow::Cow;
use std::fmt;

use crate::graph::comment::Key;
use crate::graph::feature_usage::{FeatureUsage, InvalidFeatureUsage};
use crate::wire::token;

/// Text between the parentheses of a comment, as it was received.
///
/// ```text
/// comment-content = pair *( OWS ";" OWS pair ) [ OWS ";" ]
/// pair            = [ key "=" ] value                  ; blanks around both are not part of them
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CommentText<'a> {
    inside: &'a [u8],
}

impl<'a> CommentText<'a> {
    pub(super) const fn new(inside: &'a [u8]) -> Self {
        Self { inside }
    }

    /// The text, with its escapes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.inside
    }

    /// The pairs in their order; empty ones are skipped.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'a>> + use<'a> {
        token::split_pairs(self.inside)
            .map(token::trim_blanks)
            .filter(|pair| !pair.is_empty())
            .map(Pair::new)
    }

    /// Value of the first pair with this key.
    #[must_use]
    pub fn value(&self, key: Key) -> Option<Cow<'a, [u8]>> {
        let is_key = |pair: &Pair<'_>| pair.key.as_deref() == Some(key.name().as_bytes());
        self.pairs().find(is_key).map(|pair| pair.value)
    }

    /// Features of the first `featureUsage`.
    ///
    /// # Errors
    ///
    /// If the text is no hex number.
    #[must_use]
    pub fn feature_usage(&self) -> Option<Result<FeatureUsage, InvalidFeatureUsage>> {
        let text = self.value(Key::FeatureUsage)?;
        Some(String::from_utf8_lossy(&text).parse())
    }

    /// Keys that only letter case keeps from being known ones.
    pub fn near_misses(&self) -> impl Iterator<Item = Cow<'a, [u8]>> + use<'a> {
        self.pairs().filter_map(|pair| pair.key).filter(|key| {
            let is_near = |known: &&Key| {
                let name = known.name().as_bytes();
                name != &**key && name.eq_ignore_ascii_case(key)
            };
            Key::ALL.iter().any(|known| is_near(&known))
        })
    }

    /// Keys that occur more than once; the first occurrence counts.
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

/// A pair of a comment, without its escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair<'a> {
    /// Text before the first `=`; absent if there is none.
    pub key: Option<Cow<'a, [u8]>>,
    /// Text after it.
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

/// Replaces every quoted pair by the byte it stands for.
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

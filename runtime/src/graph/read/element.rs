//! The elements of a value and what they say together.

use std::error::Error;
use std::fmt;

use super::comment::CommentText;
use crate::graph::feature_usage::{FeatureUsage, InvalidFeatureUsage};

/// One product of a value, with its comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) comment: Option<CommentText<'a>>,
}

impl<'a> Element<'a> {
    /// Name of the product; in the legacy form it still holds the version.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Text after the slash.
    #[must_use]
    pub const fn version(&self) -> Option<&'a str> {
        self.version
    }

    /// Comment on the product.
    #[must_use]
    pub const fn comment(&self) -> Option<CommentText<'a>> {
        self.comment
    }

    /// Features in the comment, if it has them.
    ///
    /// # Errors
    ///
    /// If the text is no hex number.
    #[must_use]
    pub fn feature_usage(&self) -> Option<Result<FeatureUsage, InvalidFeatureUsage>> {
        self.comment.and_then(|comment| comment.feature_usage())
    }

    /// Name and version of the legacy form, where a hyphen stands before the version.
    ///
    /// The split is a guess: at the last hyphen before digits, a dot and a digit.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("Graph-dotnet-2.0.5, graph-go-v1")?;
    /// let legacy = elements.first().legacy().expect("a hyphen stands before 2.0.5");
    /// assert_eq!((legacy.name, legacy.version), ("Graph-dotnet", "2.0.5"));
    /// assert_eq!(elements.last().legacy(), None);
    /// # Ok::<(), token_telemetry::graph::read::ReadError>(())
    /// ```
    #[must_use]
    pub fn legacy(&self) -> Option<LegacyProduct<'a>> {
        if self.version.is_some() {
            return None;
        }
        let mut hyphens = self.name.rmatch_indices('-').map(|(at, _)| at);
        hyphens.find_map(|at| {
            let (name, version) = (self.name.get(..at)?, self.name.get(at + 1..)?);
            let is_split = !name.is_empty() && starts_like_version(version);
            is_split.then_some(LegacyProduct { name, version })
        })
    }

    fn is_core(&self) -> bool {
        let name = self.legacy().map_or(self.name, |legacy| legacy.name);
        let name = name.to_ascii_lowercase();
        name.starts_with("graph-") && name.ends_with("-core")
    }
}

/// Whether a text begins with digits, a dot and a digit.
fn starts_like_version(text: &str) -> bool {
    let Some((major, rest)) = text.split_once('.') else {
        return false;
    };
    let is_number = !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit());
    is_number && rest.starts_with(|character: char| character.is_ascii_digit())
}

/// Name and version that one token holds together; see [`Element::legacy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegacyProduct<'a> {
    /// Text before the hyphen.
    pub name: &'a str,
    /// Text after the hyphen.
    pub version: &'a str,
}

/// The elements of a value, of which there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elements<'a> {
    first: Element<'a>,
    rest: Vec<Element<'a>>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(list: Vec<Element<'a>>) -> Option<Self> {
        let mut list = list.into_iter();
        Some(Self {
            first: list.next()?,
            rest: list.collect(),
        })
    }

    /// The first product, which Graph takes for the client.
    #[must_use]
    pub const fn first(&self) -> &Element<'a> {
        &self.first
    }

    /// The last product, which is the core library by Graph's rule.
    #[must_use]
    pub fn last(&self) -> &Element<'a> {
        self.rest.last().unwrap_or(&self.first)
    }

    /// All products in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Element<'a>> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Number of products.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub const fn len(&self) -> usize {
        1 + self.rest.len()
    }

    /// Number of products without the repeated ones.
    #[must_use]
    pub fn distinct(&self) -> usize {
        let mut seen: Vec<&Element<'_>> = Vec::new();
        for element in self.iter() {
            if !seen.contains(&element) {
                seen.push(element);
            }
        }
        seen.len()
    }

    /// Checks the order of the products: a core library is the last one.
    ///
    /// # Errors
    ///
    /// If another product follows the last core library.
    pub fn check_order(&self) -> Result<(), OrderFault> {
        let has_core = self.iter().any(Element::is_core);
        if has_core && !self.last().is_core() {
            return Err(OrderFault(()));
        }
        Ok(())
    }

    /// The value as a sender writes it: one comma and one space between elements.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        in_sender_form(self.iter())
    }
}

/// Elements in the form of a sender; comments stay as they were received.
pub(in crate::graph) fn in_sender_form<'e>(
    elements: impl Iterator<Item = &'e Element<'e>>,
) -> Vec<u8> {
    let mut value = Vec::new();
    for Element {
        name,
        version,
        comment,
    } in elements
    {
        if !value.is_empty() {
            value.extend_from_slice(b", ");
        }
        value.extend_from_slice(name.as_bytes());
        if let Some(version) = version {
            value.push(b'/');
            value.extend_from_slice(version.as_bytes());
        }
        if let Some(comment) = comment {
            value.extend_from_slice(b" (");
            value.extend_from_slice(comment.as_bytes());
            value.push(b')');
        }
    }
    value
}

/// Order of products that Graph's documents forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderFault(());

impl fmt::Display for OrderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("core library is not last")
    }
}

impl Error for OrderFault {}

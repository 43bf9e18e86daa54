//! The elements of a value.

use std::error::Error;
use std::fmt;

use super::comment::CommentText;
use crate::graph::feature_usage::{FeatureUsage, InvalidFeatureUsage};

/// One product of a value, with its comment.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let elements = read::recipient("graph-go-core/1.0 (hostOS=linux)")?;
/// let element = elements.last();
/// assert_eq!((element.name(), element.version()), ("graph-go-core", Some("1.0")));
/// # Ok::<(), read::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) comment: Option<CommentText<'a>>,
}

impl<'a> Element<'a> {
    /// Returns the name of the product; in the legacy form it includes the version.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Returns the text after the slash.
    #[must_use]
    pub const fn version(&self) -> Option<&'a str> {
        self.version
    }

    /// Returns the comment on the product.
    #[must_use]
    pub const fn comment(&self) -> Option<CommentText<'a>> {
        self.comment
    }

    /// Parses `featureUsage` in the comment; returns `None` if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a hexadecimal number.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{FeatureUsage, read};
    ///
    /// let elements = read::recipient("graph-go-core/1.0 (featureUsage=02)")?;
    /// assert_eq!(elements.last().feature_usage(), Some(Ok(FeatureUsage::RETRY_HANDLER)));
    /// # Ok::<(), read::ReadError>(())
    /// ```
    #[must_use]
    pub fn feature_usage(&self) -> Option<Result<FeatureUsage, InvalidFeatureUsage>> {
        self.comment.and_then(|comment| comment.feature_usage())
    }

    /// Splits the legacy form, which has a hyphen before the version.
    ///
    /// This is a heuristic: it splits at the last hyphen followed by digits, a dot, and a digit.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("Graph-dotnet-2.0.5, graph-go-v1")?;
    /// let legacy = elements.first().legacy().ok_or("not in legacy form")?;
    /// assert_eq!((legacy.name, legacy.version), ("Graph-dotnet", "2.0.5"));
    /// assert_eq!(elements.last().legacy(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
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

/// Returns whether a text starts with digits, a dot, and a digit.
fn starts_like_version(text: &str) -> bool {
    let Some((major, rest)) = text.split_once('.') else {
        return false;
    };
    let is_number = !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit());
    is_number && rest.starts_with(|character: char| character.is_ascii_digit())
}

/// A name and version from a single token; see [`Element::legacy`].
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read::{self, LegacyProduct};
///
/// let elements = read::recipient("graph-js-1.2.0")?;
/// let legacy: Option<LegacyProduct<'_>> = elements.first().legacy();
/// assert_eq!(legacy.map(|legacy| legacy.version), Some("1.2.0"));
/// # Ok::<(), read::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegacyProduct<'a> {
    /// The text before the hyphen.
    pub name: &'a str,
    /// The text after the hyphen.
    pub version: &'a str,
}

/// The products of a value; there is at least one.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let elements = read::recipient("graph-java/6.1.1, graph-java-core/3.1.1")?;
/// let names: Vec<_> = elements.iter().map(|element| element.name()).collect();
/// assert_eq!(names, ["graph-java", "graph-java-core"]);
/// # Ok::<(), read::ReadError>(())
/// ```
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

    /// Returns the first product, which Graph treats as the client.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("MyApp/1.0, graph-java/6.1.1")?;
    /// assert_eq!(elements.first().name(), "MyApp");
    /// # Ok::<(), read::ReadError>(())
    /// ```
    #[must_use]
    pub const fn first(&self) -> &Element<'a> {
        &self.first
    }

    /// Returns the last product, which must be the core library.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("graph-go/1.0, graph-go-core/1.0")?;
    /// assert_eq!(elements.last().name(), "graph-go-core");
    /// # Ok::<(), read::ReadError>(())
    /// ```
    #[must_use]
    pub fn last(&self) -> &Element<'a> {
        self.rest.last().unwrap_or(&self.first)
    }

    /// Returns all products in order.
    pub fn iter(&self) -> impl Iterator<Item = &Element<'a>> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Returns the number of products.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub const fn len(&self) -> usize {
        1 + self.rest.len()
    }

    /// Returns the number of distinct products.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("graph-go/1.0, graph-go/1.0")?;
    /// assert_eq!((elements.len(), elements.distinct()), (2, 1));
    /// # Ok::<(), read::ReadError>(())
    /// ```
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

    /// Checks that a core library comes last.
    ///
    /// # Errors
    ///
    /// Returns an error if another product follows the last core library.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("graph-go-core/1.0, graph-go/1.0")?;
    /// assert!(elements.check_order().is_err());
    /// # Ok::<(), read::ReadError>(())
    /// ```
    pub fn check_order(&self) -> Result<(), InvalidOrder> {
        let has_core = self.iter().any(Element::is_core);
        if has_core && !self.last().is_core() {
            return Err(InvalidOrder(()));
        }
        Ok(())
    }

    /// Renders the value in sender form: one comma and one space between elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::read;
    ///
    /// let elements = read::recipient("graph-go/1.0,,graph-go-core/1.0")?;
    /// assert_eq!(elements.to_bytes(), b"graph-go/1.0, graph-go-core/1.0");
    /// # Ok::<(), read::ReadError>(())
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        in_sender_form(self.iter())
    }
}

/// Renders elements in sender form; comments stay as received.
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

/// The error for products in an order that Graph does not allow.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::read;
///
/// let elements = read::recipient("graph-go-core/1.0, graph-go/1.0")?;
/// let error = elements.check_order().unwrap_err();
/// assert_eq!(error.to_string(), "core library is not last");
/// # Ok::<(), read::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidOrder(());

impl fmt::Display for InvalidOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("core library is not last")
    }
}

impl Error for InvalidOrder {}

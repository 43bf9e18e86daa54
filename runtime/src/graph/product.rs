//! The name and version of a library or an application in `SdkVersion`.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::wire::token;

/// The name and version of a library or an application.
///
/// Specified by RFC 9110, section 10.1.5; the name templates are in
/// microsoftgraph/msgraph-sdk-design, `middleware/TelemetryHandler.md`.
///
/// ```text
/// product = token "/" token     ; graph-{lang}-core/1.16.0, graph-{lang}/…, graph-{lang}-beta/…
/// ```
///
/// Example: `graph-rust-core/1.16.0`
///
/// # Examples
///
/// A constant is checked at compile time.
///
/// ```
/// use token_telemetry::graph::Product;
///
/// const CORE: Product = Product::from_static("graph-rust-core", env!("CARGO_PKG_VERSION"));
/// assert_eq!(CORE.name(), "graph-rust-core");
/// ```
///
/// ```compile_fail,E0080
/// # use token_telemetry::graph::Product;
/// const CORE: Product = Product::from_static("graph rust core", "1.0.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Product {
    name: Cow<'static, str>,
    version: Cow<'static, str>,
}

impl Product {
    /// Creates a product from constants.
    ///
    /// Use [`new`](Self::new) for text that is known only at run time.
    ///
    /// # Panics
    ///
    /// Panics if the name or the version is not a token. In a `const`, this is a compile error.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Product;
    ///
    /// const SERVICE: Product = Product::from_static("graph-rust", "1.4.0");
    /// assert_eq!(SERVICE.to_string(), "graph-rust/1.4.0");
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn from_static(name: &'static str, version: &'static str) -> Self {
        assert!(
            token::is_token(name),
            "invalid product name: expected one or more letters, digits, and !#$%&'*+-.^_`|~"
        );
        assert!(
            token::is_token(version),
            "invalid product version: expected one or more letters, digits, and !#$%&'*+-.^_`|~"
        );
        Self {
            name: Cow::Borrowed(name),
            version: Cow::Borrowed(version),
        }
    }

    /// Creates a product from text that is known only at run time.
    ///
    /// # Errors
    ///
    /// Returns an error if the name or the version is not a token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Product;
    ///
    /// let error = Product::new("Contoso Mail", "1.0").unwrap_err();
    /// assert_eq!(error.offset(), Some(7));
    /// assert_eq!(error.to_string(), "invalid product name: expected a token, found byte 0x20 at offset 7");
    /// ```
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidProduct> {
        let (name, version) = (name.into(), version.into());
        check(Part::Name, &name)?;
        check(Part::Version, &version)?;
        Ok(Self { name, version })
    }

    /// Returns the name of the library or application.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Product;
    ///
    /// assert_eq!(Product::from_static("graph-rust", "1.4.0").name(), "graph-rust");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version of the library or application.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Product;
    ///
    /// assert_eq!(Product::from_static("graph-rust", "1.4.0").version(), "1.4.0");
    /// ```
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.version)
    }
}

fn check(part: Part, text: &str) -> Result<(), InvalidProduct> {
    if token::is_token(text) {
        return Ok(());
    }
    let byte = token::first_non_tchar(text.as_bytes());
    Err(InvalidProduct { part, byte })
}

/// The error for a name or version that is not a token of RFC 9110.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::Product;
///
/// let error = Product::new("graph-rust", "").unwrap_err();
/// assert_eq!(error.to_string(), "invalid product version: expected a token, found empty text");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProduct {
    part: Part,
    /// Offset and value of the invalid byte; `None` for empty text.
    byte: Option<(usize, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Name,
    Version,
}

impl InvalidProduct {
    /// Returns the offset of the invalid byte, or `None` if the text is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Product;
    ///
    /// let error = Product::new("graph-rust", "1.0 beta").unwrap_err();
    /// assert_eq!((error.is_version(), error.offset()), (true, Some(3)));
    /// ```
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.byte.map(|(at, _)| at)
    }

    /// Returns whether the version is invalid, rather than the name.
    #[must_use]
    pub const fn is_version(&self) -> bool {
        matches!(self.part, Part::Version)
    }
}

impl fmt::Display for InvalidProduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Name => "name",
            Part::Version => "version",
        };
        write!(f, "invalid product {part}: expected a token, found ")?;
        match self.byte {
            None => f.write_str("empty text"),
            Some((at, byte)) => write!(f, "byte {byte:#04x} at offset {at}"),
        }
    }
}

impl Error for InvalidProduct {}

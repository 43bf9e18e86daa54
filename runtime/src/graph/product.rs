//! A library or an application and its version, as one element of `SdkVersion` names it.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use super::const_text::ConstText;
use crate::wire::token;

/// Name and version of a library or an application.
///
/// RFC 9110, section 10.1.5; the templates of the names are in
/// microsoftgraph/msgraph-sdk-design, `middleware/TelemetryHandler.md`.
///
/// ```text
/// product = token "/" token     ; graph-{lang}-core/1.16.0, graph-{lang}/…, graph-{lang}-beta/…
/// ```
///
/// # Examples
///
/// A constant is checked when it is compiled; the error then names the byte.
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
    /// A product whose name and version are known when the program is compiled.
    ///
    /// # Panics
    ///
    /// If one of them is no token. In a `const` that is a compile error, which is what this
    /// function is for; use [`new`](Self::new) for text that comes later.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a panic in a constant is a compile error")]
    pub const fn from_static(name: &'static str, version: &'static str) -> Self {
        if let Err(refused) = check(name, version) {
            panic!("{}", refused.message().as_str());
        }
        Self {
            name: Cow::Borrowed(name),
            version: Cow::Borrowed(version),
        }
    }

    /// A product whose name or version is known only when the program runs.
    ///
    /// # Errors
    ///
    /// If name or version is no token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Product;
    ///
    /// let error = Product::new("Contoso Mail", "1.0").unwrap_err();
    /// assert_eq!(error.offset(), Some(7));
    /// assert_eq!(error.to_string(), "the product name is no token: byte 0x20 at offset 7");
    /// ```
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidProduct> {
        let (name, version) = (name.into(), version.into());
        check(&name, &version).map(|()| Self { name, version })
    }

    /// Name of the library or application.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Version of the library or application.
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

const fn check(name: &str, version: &str) -> Result<(), InvalidProduct> {
    match check_part(Part::Name, name) {
        Ok(()) => check_part(Part::Version, version),
        refused => refused,
    }
}

const fn check_part(part: Part, text: &str) -> Result<(), InvalidProduct> {
    match token::first_non_tchar(text.as_bytes()) {
        None if !text.is_empty() => Ok(()),
        byte => Err(InvalidProduct { part, byte }),
    }
}

/// Name or version that is no token of RFC 9110.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProduct {
    part: Part,
    /// Offset and value of the refused byte; `None` for an empty text.
    byte: Option<(usize, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Name,
    Version,
}

impl InvalidProduct {
    /// Offset of the refused byte; absent if the text is empty.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        match self.byte {
            Some((at, _)) => Some(at),
            None => None,
        }
    }

    /// Whether the version was refused, not the name.
    #[must_use]
    pub const fn is_version(&self) -> bool {
        matches!(self.part, Part::Version)
    }

    const fn message(&self) -> ConstText {
        let text = ConstText::new().text(match self.part {
            Part::Name => "the product name ",
            Part::Version => "the product version ",
        });
        match self.byte {
            None => text.text("is empty"),
            Some((at, byte)) => text
                .text("is no token: byte ")
                .hex(byte)
                .text(" at offset ")
                .decimal(at),
        }
    }
}

impl fmt::Display for InvalidProduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl Error for InvalidProduct {}

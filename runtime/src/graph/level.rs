//! How much telemetry is sent to Graph.

use crate::wire::is_on;

/// How much telemetry is sent to Graph.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Level, Product, SdkVersion};
///
/// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
/// let sdk_version = SdkVersion::builder().core(core).level(Level::ProductsOnly).build()?;
/// assert!(Level::Off < sdk_version.level());
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// No headers.
    Off,
    /// The names and versions of libraries and applications, and the request id.
    ProductsOnly,
    /// Everything, including the comment with features, operating system, and runtime.
    #[default]
    Full,
}

impl Level {
    /// Parses a level that a user requested, in upper or lower case.
    ///
    /// `full`, `on`, `true`, `yes`, and `1` mean [`Full`](Self::Full), `products` and `products-only`
    /// mean [`ProductsOnly`](Self::ProductsOnly). Any other text means [`Off`](Self::Off).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Level;
    ///
    /// assert_eq!(Level::parse_or_off("Products"), Level::ProductsOnly);
    /// assert_eq!(Level::parse_or_off("no thanks"), Level::Off);
    /// ```
    #[must_use]
    pub fn parse_or_off(text: &str) -> Self {
        let text = text.trim();
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        // A user who sets the variable but misspells the value wanted less telemetry, not more.
        if is_on(text) || is("full") {
            Self::Full
        } else if is("products") || is("products-only") {
            Self::ProductsOnly
        } else {
            Self::Off
        }
    }
}

//! How much telemetry is sent to Graph.

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
    /// Parses a level that a user requested; unrecognized text means [`Off`](Self::Off).
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
        let is_one_of = |words: &[&str]| {
            let text = text.trim();
            words.iter().any(|word| word.eq_ignore_ascii_case(text))
        };
        // A user who sets the variable but misspells the value wanted less telemetry, not more.
        if is_one_of(&["full", "on", "true", "yes", "1"]) {
            Self::Full
        } else if is_one_of(&["products", "products-only"]) {
            Self::ProductsOnly
        } else {
            Self::Off
        }
    }

    /// Reads a level from an environment variable; returns `None` if it is unset or empty.
    #[expect(
        clippy::disallowed_methods,
        reason = "the SDK's author named this variable"
    )]
    pub(super) fn from_environment(variable: &str) -> Option<Self> {
        match std::env::var(variable) {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => Some(Self::parse_or_off(&text)),
            Err(std::env::VarError::NotPresent) => None,
            Err(std::env::VarError::NotUnicode(_)) => Some(Self::Off),
        }
    }
}

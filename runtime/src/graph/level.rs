//! How much is sent, and who may lower it.

/// How much telemetry goes to Graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// No header at all.
    Off,
    /// Names and versions of libraries and applications, and the request id.
    ProductsOnly,
    /// The comment with features, operating system and runtime too.
    #[default]
    Full,
}

impl Level {
    /// Level that a user asks for in text; text that is not understood asks for [`Off`](Self::Off).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Level;
    ///
    /// assert_eq!(Level::asked_for("Products"), Level::ProductsOnly);
    /// assert_eq!(Level::asked_for("no thanks"), Level::Off);
    /// ```
    #[must_use]
    pub fn asked_for(text: &str) -> Self {
        let is_one_of = |words: &[&str]| {
            let text = text.trim();
            words.iter().any(|word| word.eq_ignore_ascii_case(text))
        };
        // Whoever sets the variable and misspells the word wanted less, not more.
        if is_one_of(&["full", "on", "true", "yes", "1"]) {
            Self::Full
        } else if is_one_of(&["products", "products-only"]) {
            Self::ProductsOnly
        } else {
            Self::Off
        }
    }

    /// Level that an environment variable asks for; none if it is unset or empty.
    #[expect(
        clippy::disallowed_methods,
        reason = "the SDK's author named this variable"
    )]
    pub(super) fn from_environment(variable: &str) -> Option<Self> {
        match std::env::var(variable) {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => Some(Self::asked_for(&text)),
            Err(std::env::VarError::NotPresent) => None,
            Err(std::env::VarError::NotUnicode(_)) => Some(Self::Off),
        }
    }
}

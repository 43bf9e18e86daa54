//! The dialects of the known libraries, one file per library.

mod default;
mod msal4j;
mod msal_android;
mod msal_apple;
mod msal_go;
mod msal_js;
mod msal_net;
mod msal_python;

pub use msal_net::MsalNetVersion;

use super::definition::Dialect;

/// All presets; if a header matches several, readers take the first.
const PRESETS: &[Dialect] = &[
    default::DEFAULT,
    msal_net::V4_82,
    msal_net::V4_65,
    msal_net::V4_62,
    msal_net::V4_48,
    msal_net::V4_47,
    msal_net::V4_46,
    msal_net::V4_32,
    msal_net::V4_28,
    msal_net::V4_26,
    msal_net::V4_25,
    msal_net::V4_24,
    msal_net::V4_23,
    msal_net::V4_19,
    msal_net::V4_11,
    Dialect::msal_node(),
    Dialect::msal_browser(),
    Dialect::msal4j(),
    Dialect::msal_python(),
    Dialect::msal_apple(),
    Dialect::msal_android(),
    Dialect::msal_android_shared(),
    Dialect::msal_go(),
];

impl Dialect {
    /// Returns all presets of this crate.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::Dialect;
    ///
    /// let is_python = |dialect: &&Dialect| dialect.name() == "msal-python";
    /// let python = Dialect::presets().iter().find(is_python);
    /// assert_eq!(python, Some(&Dialect::msal_python()));
    /// ```
    #[must_use]
    pub const fn presets() -> &'static [Self] {
        PRESETS
    }
}

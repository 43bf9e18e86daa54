//! msal-go, which sends only identity headers.

use super::default::DEFAULT;
use crate::entra::dialect::builder::DialectBuilder;
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::forms::Header;

impl Dialect {
    /// Returns the dialect of msal-go, which sends only identity headers.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{Dialect, Header};
    ///
    /// assert!(Dialect::msal_go().sends(Header::Sku));
    /// assert!(!Dialect::msal_go().sends(Header::LastTelemetry));
    /// ```
    #[must_use]
    pub const fn msal_go() -> Self {
        let only_identity = DEFAULT.without_current().without_last();
        DialectBuilder::named("msal-go", only_identity)
            .skus(&["MSAL.Go"])
            .identity(
                &[
                    (Header::Sku, "x-client-sku"),
                    (Header::Version, "x-client-ver"),
                    (Header::Os, "x-client-os"),
                    (Header::Cpu, "x-client-cpu"),
                    (Header::RequestId, "client-request-id"),
                ],
                &[
                    ("Linux", "linux"),
                    ("MacOS", "darwin"),
                    ("Windows", "windows"),
                    ("x64", "amd64"),
                    ("ARM64", "arm64"),
                ],
            )
            .preset()
    }
}

//! msal-node and msal-browser, which share msal-common.

use super::default::{DEFAULT, LOWER_CASE, UNLIMITED};
use crate::entra::dialect::builder::DialectBuilder;
use crate::entra::dialect::current_field::{CurrentField, FieldSpec};
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::forms::{Carrier, Header};
use crate::entra::dialect::platform_field::PlatformField;

/// Maximum length of the failures in one header, in bytes: less than 330, without the frame.
const LAST_BUDGET: usize = 329;

const PLATFORM: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::WrapperSku),
    FieldSpec::new(CurrentField::WrapperVersion),
    FieldSpec::new(CurrentField::BrokerError).optional(),
];

impl Dialect {
    /// Returns the dialect of msal-node: schema 5 in the form fields of the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::msal_node()), "5|1004,0,,,|,");
    /// ```
    #[must_use]
    pub const fn msal_node() -> Self {
        DialectBuilder::named("msal-node", DEFAULT)
            .skus(&["msal.js.node"])
            .platform(PLATFORM)
            .current_budget(UNLIMITED)
            .platform_fields(&[PlatformField::Waiting, PlatformField::Overflow])
            .sent_when_empty(true)
            .failures_budget(LAST_BUDGET)
            .carrier(Carrier::Form)
            .identity(
                &[
                    (Header::Sku, "x-client-SKU"),
                    (Header::Version, "x-client-VER"),
                    (Header::Os, "x-client-OS"),
                    (Header::Cpu, "x-client-CPU"),
                    (Header::LibCapability, "x-ms-lib-capability"),
                    (Header::AppName, "x-app-name"),
                    (Header::AppVersion, "x-app-ver"),
                    (Header::RequestId, "client-request-id"),
                    (Header::ExtraSku, "x-client-xtra-sku"),
                ],
                LOWER_CASE,
            )
            .preset()
    }

    /// Returns the dialect of msal-browser with server telemetry enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::msal_browser()), "5|1004,0,,,|,");
    /// ```
    #[must_use]
    pub const fn msal_browser() -> Self {
        DialectBuilder::named("msal-browser", Self::msal_node())
            .skus(&["msal.js.browser"])
            .identity(
                &[
                    (Header::Sku, "x-client-SKU"),
                    (Header::Version, "x-client-VER"),
                    (Header::LibCapability, "x-ms-lib-capability"),
                    (Header::AppName, "x-app-name"),
                    (Header::AppVersion, "x-app-ver"),
                    (Header::RequestId, "client-request-id"),
                    (Header::ExtraSku, "x-client-xtra-sku"),
                ],
                LOWER_CASE,
            )
            .preset()
    }
}

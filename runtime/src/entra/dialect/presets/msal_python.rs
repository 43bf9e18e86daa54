//! msal-python: schema 4, and only success acknowledges delivery.

use super::default::{DEFAULT, LAST_BUDGET, LOWER_CASE, SCHEMA_4_REQUEST, UNLIMITED};
use crate::entra::dialect::builder::DialectBuilder;
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::delivery_policy::DeliveryPolicy;
use crate::entra::dialect::forms::{Capacity, Header};

impl Dialect {
    /// Returns the dialect of msal-python.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::msal_python()), "4|1004,0|");
    /// ```
    #[must_use]
    pub const fn msal_python() -> Self {
        DialectBuilder::named("msal-python", DEFAULT)
            .skus(&["MSAL.Python"])
            .request(4, SCHEMA_4_REQUEST)
            .platform(&[])
            .current_budget(UNLIMITED)
            .sent_when_empty(true)
            .failures_budget(LAST_BUDGET)
            .capacity(Capacity::OneHeader)
            .delivery_policy(DeliveryPolicy::ON_SUCCESS)
            .identity(
                &[
                    (Header::Sku, "x-client-sku"),
                    (Header::Version, "x-client-ver"),
                    (Header::Os, "x-client-os"),
                    (Header::RequestId, "client-request-id"),
                    (Header::LibCapability, "x-ms-lib-capability"),
                    (Header::AppName, "x-app-name"),
                    (Header::AppVersion, "x-app-ver"),
                ],
                LOWER_CASE,
            )
            .preset()
    }
}

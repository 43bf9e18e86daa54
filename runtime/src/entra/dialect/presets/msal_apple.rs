//! MSAL for iOS and macOS: schema 4 with the platform fields that a request happens to have.

use super::default::{DEFAULT, SCHEMA_4_REQUEST};
use crate::entra::dialect::builder::DialectBuilder;
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::delivery_policy::DeliveryPolicy;
use crate::entra::dialect::forms::{Capacity, Header, SendOrder};

/// Maximum number of waiting failures.
const KEPT: usize = 75;

impl Dialect {
    /// Returns the dialect of MSAL for iOS and macOS.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::msal_apple()), "4|1004,0|");
    /// ```
    #[must_use]
    pub const fn msal_apple() -> Self {
        DialectBuilder::named("msal-apple", DEFAULT)
            .skus(&["MSAL.iOS", "MSAL.OSX", "MSAL.xplat.iOS", "MSAL.xplat.macOS"])
            .request(4, SCHEMA_4_REQUEST)
            .platform(&[])
            .open_platform(true)
            .open_platform_fields(true)
            .sent_when_empty(true)
            .capacity(Capacity::DropOldest(KEPT))
            .order(SendOrder::NewestFirst)
            .delivery_policy(DeliveryPolicy::ON_SUCCESS)
            .identity(
                &[
                    (Header::Sku, "x-client-SKU"),
                    (Header::Version, "x-client-Ver"),
                    (Header::Os, "x-client-OS"),
                    (Header::Cpu, "x-client-CPU"),
                    (Header::DeviceModel, "x-client-DM"),
                    (Header::RequestId, "client-request-id"),
                    (Header::ReturnRequestId, "return-client-request-id"),
                    (Header::ExtraSku, "x-client-xtra-sku"),
                    (Header::BrokerVersion, "x-client-brkrver"),
                    (Header::SourceSku, "x-client-src-SKU"),
                ],
                &[("x64", "64"), ("ARM64", "64"), ("x86", "32"), ("ARM", "32")],
            )
            .preset()
    }
}

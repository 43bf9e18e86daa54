//! msal4j, which writes zeros for an unused region.

use super::default::{DEFAULT, UNLIMITED};
use crate::entra::dialect::builder::DialectBuilder;
use crate::entra::dialect::current_field::{CurrentField, FieldSpec};
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::forms::{Header, OverBudget};

/// Maximum length of the last-telemetry value, in bytes: one less than other libraries.
const LAST_BUDGET: usize = 349;

const REQUEST: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Api),
    FieldSpec::new(CurrentField::CacheInfo),
    FieldSpec::new(CurrentField::RegionUsed),
    FieldSpec::new(CurrentField::RegionSource).default_text("0"),
    FieldSpec::new(CurrentField::RegionOutcome).default_text("0"),
];

impl Dialect {
    /// Returns the dialect of msal4j up to 1.17.
    ///
    /// There, an unknown `cache_info` is empty; later releases write `0`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::msal4j()), "5|1004,,,0,0|");
    /// ```
    #[must_use]
    pub const fn msal4j() -> Self {
        DialectBuilder::named("msal4j", DEFAULT)
            .skus(&["MSAL.Java"])
            .request(5, REQUEST)
            .platform(&[])
            .current_budget(UNLIMITED)
            .sent_when_empty(true)
            .last_budget(LAST_BUDGET, OverBudget::Wait)
            .identity(
                &[
                    (Header::Sku, "x-client-SKU"),
                    (Header::Version, "x-client-VER"),
                    (Header::Os, "x-client-OS"),
                    (Header::RequestId, "client-request-id"),
                    (Header::ReturnRequestId, "return-client-request-id"),
                    (Header::LibCapability, "x-ms-lib-capability"),
                    (Header::AppName, "x-app-name"),
                    (Header::AppVersion, "x-app-ver"),
                ],
                &[("MacOS", "Mac OS X")],
            )
            .preset()
    }
}

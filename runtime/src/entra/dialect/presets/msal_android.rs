//! MSAL for Android: schema 2 with thirteen platform-specific fields.

use super::default::{DEFAULT, UNLIMITED};
use crate::entra::dialect::builder::DialectBuilder;
use crate::entra::dialect::current_field::{CurrentField, FieldSpec};
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::forms::{Capacity, Header, OverBudget};
use crate::entra::dialect::platform_field::PlatformField;

/// Maximum length of the last-telemetry value, in characters.
const LAST_BUDGET: usize = 3800;

/// Maximum number of waiting failures.
const KEPT: usize = 100;

const REQUEST: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Api),
    FieldSpec::new(CurrentField::ForceRefresh).default_text("0"),
];

impl Dialect {
    /// Returns the dialect of MSAL for Android, with platform fields recorded by name.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::msal_android()), "2|1004,0|2,,,,,,,,,,,,");
    /// ```
    #[must_use]
    pub const fn msal_android() -> Self {
        DialectBuilder::named("msal-android", DEFAULT)
            .skus(&["MSAL.Android", "MSAL.xplat.Android", "MSAL.xplat.Linux"])
            .request(2, REQUEST)
            .platform(PLATFORM)
            .current_budget(UNLIMITED)
            .platform_fields(&[PlatformField::Constant("2"), PlatformField::AllSent])
            .sent_when_empty(true)
            .last_budget(LAST_BUDGET, OverBudget::Wait)
            .capacity(Capacity::DropOldest(KEPT))
            .identity(
                &[
                    (Header::Sku, "x-client-SKU"),
                    (Header::Version, "x-client-Ver"),
                    (Header::Os, "x-client-OS"),
                    (Header::Cpu, "x-client-CPU"),
                    (Header::DeviceModel, "x-client-DM"),
                    (Header::RequestId, "client-request-id"),
                    (Header::AppName, "x-app-name"),
                    (Header::AppVersion, "x-app-ver"),
                    (Header::ExtraSku, "x-client-xtra-sku"),
                    (Header::BrokerVersion, "x-client-brkrver"),
                ],
                &[
                    ("x64", "x86_64"),
                    ("ARM64", "arm64-v8a"),
                    ("ARM", "armeabi-v7a"),
                ],
            )
            .preset()
    }

    /// Returns the dialect of MSAL for Android on shared devices.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1004_u32);
    /// assert_eq!(current.render(&Dialect::msal_android_shared()), "2|1004,0|2,1,,,,,,,,,,");
    /// ```
    #[must_use]
    pub const fn msal_android_shared() -> Self {
        DialectBuilder::named("msal-android shared", Self::msal_android())
            .platform(SHARED_PLATFORM)
            .preset()
    }
}

const PLATFORM: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Named("platform_schema_version")).default_text("2"),
    FieldSpec::new(CurrentField::Named("is_shared_scenario")),
    FieldSpec::new(CurrentField::Named("reg_num")),
    FieldSpec::new(CurrentField::Named("cloud_num")),
    FieldSpec::new(CurrentField::Named("reg_seq_num")),
    FieldSpec::new(CurrentField::Named("req_purpose")),
    FieldSpec::new(CurrentField::Named("reg_source")),
    FieldSpec::new(CurrentField::Named("account_status")),
    FieldSpec::new(CurrentField::Named("id_token_status")),
    FieldSpec::new(CurrentField::Named("at_status")),
    FieldSpec::new(CurrentField::Named("rt_status")),
    FieldSpec::new(CurrentField::Named("frt_status")),
    FieldSpec::new(CurrentField::Named("mrrt_status")),
];

const SHARED_PLATFORM: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Named("platform_schema_version")).default_text("2"),
    FieldSpec::new(CurrentField::Named("is_shared_scenario")).default_text("1"),
    FieldSpec::new(CurrentField::Named("reg_type")),
    FieldSpec::new(CurrentField::Named("reg_source")),
    FieldSpec::new(CurrentField::Named("flw_signout_app")),
    FieldSpec::new(CurrentField::Named("flw_signin_app")),
    FieldSpec::new(CurrentField::Named("account_status")),
    FieldSpec::new(CurrentField::Named("id_token_status")),
    FieldSpec::new(CurrentField::Named("at_status")),
    FieldSpec::new(CurrentField::Named("rt_status")),
    FieldSpec::new(CurrentField::Named("frt_status")),
    FieldSpec::new(CurrentField::Named("mrrt_status")),
];

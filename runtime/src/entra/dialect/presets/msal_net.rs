//! MSAL.NET, in all versions since schema 2.

use super::default::{DEFAULT, MSAL_NET_PLATFORM, SCHEMA_4_REQUEST, SCHEMA_5_REQUEST, UNLIMITED};
use crate::entra::dialect::builder::DialectBuilder;
use crate::entra::dialect::current_field::{CurrentField, FieldSpec};
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::delivery_policy::DeliveryPolicy;
use crate::entra::dialect::forms::{Capacity, Header, OverBudget};

/// Maximum length of the last-telemetry value, in characters; a longer one was emptied.
const LAST_BUDGET: usize = 3800;

/// More failures than fit in one header, so that the budget drops them all at once.
const KEPT: usize = 128;

/// The error code of a canceled call: the name of the exception.
const CANCELLED: &str = "TaskCanceledException";

/// An MSAL.NET release that changed the format of the headers.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::{Dialect, MsalNetVersion};
///
/// assert_eq!(Dialect::msal_net(MsalNetVersion::V4_26).schema(), 3);
/// assert!(MsalNetVersion::V4_26 < MsalNetVersion::V4_82);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MsalNetVersion {
    /// Schema 2, without platform fields.
    V4_11,
    /// Schema 2, with the region.
    V4_19,
    /// Schema 2, with both the region and its source, or neither.
    V4_23,
    /// Schema 2, with the region, its source, and whether the cache is serialized.
    V4_24,
    /// Schema 2, with seven platform fields.
    V4_25,
    /// Schema 3, with the reason for a refresh.
    V4_26,
    /// Schema 4, with one code for a forced refresh and the refresh reason.
    V4_28,
    /// Schema 5, with the region in the request segment and two platform fields.
    V4_32,
    /// Schema 5, also reporting errors of foreign types.
    V4_46,
    /// Schema 5, with more responses counting as not delivered.
    V4_47,
    /// Schema 5, with the token type.
    V4_48,
    /// Schema 5, without the last-telemetry header.
    V4_62,
    /// Schema 5, with the id and version of the caller's SDK.
    V4_65,
    /// Schema 5, with the managed certificate flag.
    V4_82,
}

impl Dialect {
    /// Returns the dialect of MSAL.NET since a release.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::entra::{CurrentField, CurrentTelemetry, Dialect, MsalNetVersion};
    ///
    /// let current = CurrentTelemetry::new().with(CurrentField::Api, 1003_u32);
    /// assert_eq!(current.render(&Dialect::msal_net(MsalNetVersion::V4_28)), "4|1003,0|,,0,,,,1");
    /// assert_eq!(current.render(&Dialect::msal_net(MsalNetVersion::V4_32)), "5|1003,0,,,|0,1");
    /// ```
    #[must_use]
    pub const fn msal_net(release: MsalNetVersion) -> Self {
        match release {
            MsalNetVersion::V4_11 => V4_11,
            MsalNetVersion::V4_19 => V4_19,
            MsalNetVersion::V4_23 => V4_23,
            MsalNetVersion::V4_24 => V4_24,
            MsalNetVersion::V4_25 => V4_25,
            MsalNetVersion::V4_26 => V4_26,
            MsalNetVersion::V4_28 => V4_28,
            MsalNetVersion::V4_32 => V4_32,
            MsalNetVersion::V4_46 => V4_46,
            MsalNetVersion::V4_47 => V4_47,
            MsalNetVersion::V4_48 => V4_48,
            MsalNetVersion::V4_62 => V4_62,
            MsalNetVersion::V4_65 => V4_65,
            MsalNetVersion::V4_82 => V4_82,
        }
    }
}

/// Identity headers up to 4.56, including the processor.
const HEADERS_WITH_CPU: &[(Header, &str)] = &[
    (Header::Sku, "x-client-SKU"),
    (Header::Version, "x-client-Ver"),
    (Header::Cpu, "x-client-CPU"),
    (Header::Os, "x-client-OS"),
    (Header::DeviceModel, "x-client-DM"),
    (Header::RequestId, "client-request-id"),
    (Header::ReturnRequestId, "return-client-request-id"),
    (Header::LibCapability, "x-ms-lib-capability"),
    (Header::AppName, "x-app-name"),
    (Header::AppVersion, "x-app-ver"),
];

/// Identity headers from 4.57 to 4.66.
const HEADERS_WITH_APP: &[(Header, &str)] = &[
    (Header::Sku, "x-client-SKU"),
    (Header::Version, "x-client-Ver"),
    (Header::Os, "x-client-OS"),
    (Header::DeviceModel, "x-client-DM"),
    (Header::RequestId, "client-request-id"),
    (Header::ReturnRequestId, "return-client-request-id"),
    (Header::LibCapability, "x-ms-lib-capability"),
    (Header::AppName, "x-app-name"),
    (Header::AppVersion, "x-app-ver"),
];

/// The second segment of schema 3; that of schema 2 has the first two fields.
const REQUEST: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Api),
    FieldSpec::new(CurrentField::ForceRefresh).default_text("0"),
    FieldSpec::new(CurrentField::CacheRefresh),
];

/// The third segment of 4.25; that of an earlier release has the first of these fields.
const PLATFORM: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::RegionDetected),
    FieldSpec::new(CurrentField::LegacyRegionSource),
    FieldSpec::new(CurrentField::CacheSerialized).default_text("0"),
    FieldSpec::new(CurrentField::UserRegion),
    FieldSpec::new(CurrentField::UserRegionValid),
    FieldSpec::new(CurrentField::RegionFallback),
    FieldSpec::new(CurrentField::LegacyCache).default_text("1"),
];

pub(super) const V4_11: Dialect = DialectBuilder::named("MSAL.NET 4.11", DEFAULT)
    .skus(&[
        "MSAL.NetCore",
        "MSAL.CoreCLR",
        "MSAL.Desktop",
        "MSAL.UAP",
        "MSAL.Xamarin.Android",
        "MSAL.Xamarin.iOS",
        "MSAL.Xamarin.Mac",
    ])
    .request(2, REQUEST.split_at(2).0)
    .platform(&[])
    .current_budget(UNLIMITED)
    .sent_when_empty(true)
    .last_budget(LAST_BUDGET, OverBudget::ForgetAll)
    .code_len(LAST_BUDGET)
    .capacity(Capacity::DropOldest(KEPT))
    .delivery_policy(DeliveryPolicy::AAD_UNAVAILABLE)
    .reports_foreign(false)
    .identity(HEADERS_WITH_CPU, &[])
    .preset();

pub(super) const V4_19: Dialect = DialectBuilder::named("MSAL.NET 4.19", V4_11)
    .platform(PLATFORM.split_at(1).0)
    .per_failure(&[CurrentField::RegionDetected])
    .preset();

pub(super) const V4_23: Dialect = DialectBuilder::named("MSAL.NET 4.23", V4_11)
    .platform(PLATFORM.split_at(2).0)
    .collapses(true)
    .per_failure(&[
        CurrentField::RegionDetected,
        CurrentField::LegacyRegionSource,
    ])
    .preset();

pub(super) const V4_24: Dialect = DialectBuilder::named("MSAL.NET 4.24", V4_23)
    .platform(PLATFORM.split_at(3).0)
    .collapses(false)
    .preset();

pub(super) const V4_25: Dialect = DialectBuilder::named("MSAL.NET 4.25", V4_24)
    .platform(PLATFORM)
    .preset();

pub(super) const V4_26: Dialect = DialectBuilder::named("MSAL.NET 4.26", V4_25)
    .request(3, REQUEST)
    .preset();

pub(super) const V4_28: Dialect = DialectBuilder::named("MSAL.NET 4.28", V4_25)
    .request(4, SCHEMA_4_REQUEST)
    .preset();

pub(super) const V4_32: Dialect = DialectBuilder::named("MSAL.NET 4.32", V4_11)
    .request(5, SCHEMA_5_REQUEST)
    .platform(MSAL_NET_PLATFORM.split_at(2).0)
    .preset();

pub(super) const V4_46: Dialect = DialectBuilder::named("MSAL.NET 4.46", V4_32)
    .reports_foreign(true)
    .cancelled_code(Some(CANCELLED))
    .preset();

pub(super) const V4_47: Dialect = DialectBuilder::named("MSAL.NET 4.47", V4_46)
    .delivery_policy(DeliveryPolicy::RETRYABLE)
    .preset();

pub(super) const V4_48: Dialect = DialectBuilder::named("MSAL.NET 4.48", V4_47)
    .platform(MSAL_NET_PLATFORM.split_at(3).0)
    .preset();

pub(super) const V4_62: Dialect = DialectBuilder::named("MSAL.NET 4.62", V4_48.without_last())
    .identity(HEADERS_WITH_APP, &[])
    .preset();

pub(super) const V4_65: Dialect = DialectBuilder::named("MSAL.NET 4.65", V4_62)
    .platform(MSAL_NET_PLATFORM.split_at(5).0)
    .preset();

pub(super) const V4_82: Dialect = DialectBuilder::named("MSAL.NET 4.82", V4_65)
    .platform(MSAL_NET_PLATFORM)
    .identity(DEFAULT.identity.headers, &[])
    .preset();

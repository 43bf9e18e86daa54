//! The default dialect, and the parts that others share with it.

use crate::entra::delivery_policy::DeliveryPolicy;
use crate::entra::dialect::{
    Capacity, Carrier, CurrentForm, Dialect, FieldSpec, Header, HeaderSet, IdentityForm, LastForm,
    Measured, OverBudget, SendOrder,
};
use crate::entra::field::CurrentField;

/// Longest current-telemetry value that servers are said to read, in bytes (msal-python).
const CURRENT_BUDGET: usize = 100;

/// Longest last-telemetry value that servers are said to read, in bytes (msal-python, msal4j).
pub(super) const LAST_BUDGET: usize = 350;

/// Longest error code in the header, in bytes.
const CODE_LEN: usize = 64;

/// Most failures that are kept per authority, as in msal-node.
pub(super) const KEPT: usize = 50;

/// No limit for the whole value; every text in it has one.
pub(super) const UNLIMITED: usize = usize::MAX;

/// Second segment of schema 4.
pub(super) const SCHEMA_4_REQUEST: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Api),
    FieldSpec::new(CurrentField::CacheInfo).default_text("0"),
];

/// Second segment of schema 5.
pub(super) const SCHEMA_5_REQUEST: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Api),
    FieldSpec::new(CurrentField::CacheInfo).default_text("0"),
    FieldSpec::new(CurrentField::RegionUsed),
    FieldSpec::new(CurrentField::RegionSource),
    FieldSpec::new(CurrentField::RegionOutcome),
];

/// Third segment of MSAL.NET today.
pub(super) const MSAL_NET_PLATFORM: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::CacheSerialized).default_text("0"),
    FieldSpec::new(CurrentField::LegacyCache).default_text("1"),
    FieldSpec::new(CurrentField::TokenType).default_text("1"),
    FieldSpec::new(CurrentField::CallerSdkId),
    FieldSpec::new(CurrentField::CallerSdkVersion),
    FieldSpec::new(CurrentField::ManagedCertificate),
];

/// Names of operating systems and processors as Node.js and Python have them.
pub(super) const LOWER_CASE: &[(&str, &str)] = &[
    ("Linux", "linux"),
    ("MacOS", "darwin"),
    ("Windows", "win32"),
    ("ARM64", "arm64"),
    ("ARM", "arm"),
    ("x86", "ia32"),
];

pub(super) const DEFAULT: Dialect = Dialect {
    name: "default",
    schema: 5,
    current: CurrentForm {
        request: SCHEMA_5_REQUEST,
        platform: MSAL_NET_PLATFORM,
        open: false,
        collapses: false,
        budget: CURRENT_BUDGET,
    },
    last: LastForm {
        tail: &[],
        per_failure: &[],
        open: false,
        // An empty one trips web firewalls, which take `||` for SQL.
        sent_when_empty: false,
        budget: LAST_BUDGET,
        measured: Measured::Header,
        over_budget: OverBudget::Wait,
        code_len: CODE_LEN,
        capacity: Capacity::DropOldest(KEPT),
        order: SendOrder::OldestFirst,
        settling: DeliveryPolicy::ON_RESPONSE,
        foreign: true,
        cancelled: None,
    },
    identity: IdentityForm {
        headers: &[
            (Header::Sku, "x-client-SKU"),
            (Header::Version, "x-client-Ver"),
            (Header::Os, "x-client-OS"),
            (Header::DeviceModel, "x-client-DM"),
            (Header::RequestId, "client-request-id"),
            (Header::ReturnRequestId, "return-client-request-id"),
            (Header::LibCapability, "x-ms-lib-capability"),
            (Header::ExtraSku, "x-client-xtra-sku"),
        ],
        spellings: &[],
    },
    carrier: Carrier::Headers,
    off: HeaderSet::NONE,
};

impl Default for Dialect {
    fn default() -> Self {
        DEFAULT
    }
}

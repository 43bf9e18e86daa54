//! The default dialect, and the parts it shares with others.

use crate::entra::dialect::current_field::{CurrentField, FieldSpec};
use crate::entra::dialect::definition::Dialect;
use crate::entra::dialect::delivery_policy::DeliveryPolicy;
use crate::entra::dialect::forms::{
    Capacity, Carrier, CurrentForm, Header, HeaderSet, IdentityForm, LastForm, Measured,
    OverBudget, SendOrder,
};

/// Longest current-telemetry value that servers read, in bytes, according to msal-python.
const CURRENT_BUDGET: usize = 100;

/// Longest last-telemetry value that servers read, in bytes, according to msal-python and msal4j.
pub(super) const LAST_BUDGET: usize = 350;

/// Maximum length of an error code in the header, in bytes.
const CODE_LEN: usize = 64;

/// Maximum number of waiting failures per authority, as in msal-node.
pub(super) const KEPT: usize = 50;

/// No limit for the whole value; each text in it has its own.
pub(super) const UNLIMITED: usize = usize::MAX;

/// The second segment of schema 5.
pub(super) const SCHEMA_5_REQUEST: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::Api),
    FieldSpec::new(CurrentField::CacheInfo).default_text("0"),
    FieldSpec::new(CurrentField::RegionUsed),
    FieldSpec::new(CurrentField::RegionSource),
    FieldSpec::new(CurrentField::RegionOutcome),
];

/// The second segment of schema 4.
pub(super) const SCHEMA_4_REQUEST: &[FieldSpec] = SCHEMA_5_REQUEST.split_at(2).0;

/// The third segment of current MSAL.NET releases, and of the default dialect.
///
/// Older releases send only the first fields. To add a field to the default dialect alone, give that
/// dialect a separate list.
pub(super) const MSAL_NET_PLATFORM: &[FieldSpec] = &[
    FieldSpec::new(CurrentField::CacheSerialized).default_text("0"),
    FieldSpec::new(CurrentField::LegacyCache).default_text("1"),
    FieldSpec::new(CurrentField::TokenType).default_text("1"),
    FieldSpec::new(CurrentField::CallerSdkId),
    FieldSpec::new(CurrentField::CallerSdkVersion),
    FieldSpec::new(CurrentField::ManagedCertificate),
];

/// Names of operating systems and processors as Node.js and Python spell them.
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
        platform_fields: &[],
        per_failure: &[],
        open: false,
        // An empty header trips web application firewalls, which mistake `||` for SQL injection.
        sent_when_empty: false,
        budget: LAST_BUDGET,
        measured: Measured::Header,
        over_budget: OverBudget::Wait,
        code_len: CODE_LEN,
        capacity: Capacity::DropOldest(KEPT),
        order: SendOrder::OldestFirst,
        delivery_policy: DeliveryPolicy::ON_RESPONSE,
        foreign: true,
        chain_errors: false,
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
        skus: &[],
    },
    carrier: Carrier::Headers,
    off: HeaderSet::NONE,
};

impl Default for Dialect {
    fn default() -> Self {
        DEFAULT
    }
}

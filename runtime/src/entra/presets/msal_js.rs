//! msal-node and msal-browser, which share msal-common.

use super::default::{DEFAULT, LOWER_CASE, SCHEMA_5_REQUEST, UNLIMITED};
use crate::entra::dialect::{
    Carrier, CurrentForm, Dialect, FieldSpec, Header, IdentityForm, LastForm, Measured,
};
use crate::entra::field::CurrentField;
use crate::entra::platform_field::PlatformField;

/// Bytes that the failures of one header may have: below 330, the frame not counted.
const LAST_BUDGET: usize = 329;

impl Dialect {
    /// msal-node: schema 5 in the form fields of the body.
    #[must_use]
    pub const fn msal_node() -> Self {
        NODE
    }

    /// msal-browser with server telemetry switched on.
    #[must_use]
    pub const fn msal_browser() -> Self {
        BROWSER
    }
}

pub(super) const NODE: Dialect = Dialect {
    name: "msal-node",
    current: CurrentForm {
        request: SCHEMA_5_REQUEST,
        platform: &[
            FieldSpec::new(CurrentField::WrapperSku),
            FieldSpec::new(CurrentField::WrapperVersion),
            FieldSpec::new(CurrentField::BrokerError).optional(),
        ],
        budget: UNLIMITED,
        ..DEFAULT.current
    },
    last: LastForm {
        tail: &[PlatformField::Waiting, PlatformField::Overflow],
        sent_when_empty: true,
        budget: LAST_BUDGET,
        measured: Measured::Failures,
        ..DEFAULT.last
    },
    identity: IdentityForm {
        headers: &[
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
        spellings: LOWER_CASE,
    },
    carrier: Carrier::Form,
    ..DEFAULT
};

pub(super) const BROWSER: Dialect = Dialect {
    name: "msal-browser",
    identity: IdentityForm {
        headers: &[
            (Header::Sku, "x-client-SKU"),
            (Header::Version, "x-client-VER"),
            (Header::LibCapability, "x-ms-lib-capability"),
            (Header::AppName, "x-app-name"),
            (Header::AppVersion, "x-app-ver"),
            (Header::RequestId, "client-request-id"),
            (Header::ExtraSku, "x-client-xtra-sku"),
        ],
        spellings: LOWER_CASE,
    },
    ..NODE
};

//! MSAL for Android: schema 2 with thirteen platform fields of its own.

use super::default::{DEFAULT, UNLIMITED};
use crate::entra::dialect::{Capacity, CurrentForm, Dialect, Header, IdentityForm, LastForm, Slot};
use crate::entra::field::CurrentField;
use crate::entra::tail::TailField;

/// Longest last-telemetry value, in characters.
const LAST_BUDGET: usize = 3800;

/// Most failures that are kept.
const KEPT: usize = 100;

impl Dialect {
    /// MSAL for Android; its platform fields are noted by name.
    #[must_use]
    pub const fn msal_android() -> Self {
        MSAL_ANDROID
    }

    /// MSAL for Android on devices that several people share.
    #[must_use]
    pub const fn msal_android_shared() -> Self {
        MSAL_ANDROID_SHARED
    }
}

pub(super) const MSAL_ANDROID: Dialect = Dialect {
    name: "msal-android",
    schema: 2,
    current: CurrentForm {
        request: &[
            Slot::new(CurrentField::Api),
            Slot::new(CurrentField::ForceRefresh).or("0"),
        ],
        platform: PLATFORM,
        budget: UNLIMITED,
        ..DEFAULT.current
    },
    last: LastForm {
        tail: &[TailField::Constant("2"), TailField::AllSent],
        sent_when_empty: true,
        budget: LAST_BUDGET,
        capacity: Capacity::DropOldest(KEPT),
        ..DEFAULT.last
    },
    identity: IdentityForm {
        headers: &[
            (Header::Sku, "x-client-SKU"),
            (Header::Version, "x-client-Ver"),
            (Header::Os, "x-client-OS"),
            (Header::Cpu, "x-client-CPU"),
            (Header::DeviceModel, "x-client-DM"),
            (Header::RequestId, "client-request-id"),
            (Header::AppName, "x-app-name"),
            (Header::AppVersion, "x-app-ver"),
            (Header::ExtraSku, "x-client-xtra-sku"),
        ],
        spellings: &[
            ("x64", "x86_64"),
            ("ARM64", "arm64-v8a"),
            ("ARM", "armeabi-v7a"),
        ],
    },
    ..DEFAULT
};

pub(super) const MSAL_ANDROID_SHARED: Dialect = Dialect {
    name: "msal-android shared",
    current: CurrentForm {
        platform: SHARED_PLATFORM,
        ..MSAL_ANDROID.current
    },
    ..MSAL_ANDROID
};

const PLATFORM: &[Slot] = &[
    Slot::new(CurrentField::Named("platform_schema_version")).or("2"),
    Slot::new(CurrentField::Named("is_shared_scenario")),
    Slot::new(CurrentField::Named("reg_num")),
    Slot::new(CurrentField::Named("cloud_num")),
    Slot::new(CurrentField::Named("reg_seq_num")),
    Slot::new(CurrentField::Named("req_purpose")),
    Slot::new(CurrentField::Named("reg_source")),
    Slot::new(CurrentField::Named("account_status")),
    Slot::new(CurrentField::Named("id_token_status")),
    Slot::new(CurrentField::Named("at_status")),
    Slot::new(CurrentField::Named("rt_status")),
    Slot::new(CurrentField::Named("frt_status")),
    Slot::new(CurrentField::Named("mrrt_status")),
];

const SHARED_PLATFORM: &[Slot] = &[
    Slot::new(CurrentField::Named("platform_schema_version")).or("2"),
    Slot::new(CurrentField::Named("is_shared_scenario")).or("1"),
    Slot::new(CurrentField::Named("reg_type")),
    Slot::new(CurrentField::Named("reg_source")),
    Slot::new(CurrentField::Named("flw_signout_app")),
    Slot::new(CurrentField::Named("flw_signin_app")),
    Slot::new(CurrentField::Named("account_status")),
    Slot::new(CurrentField::Named("id_token_status")),
    Slot::new(CurrentField::Named("at_status")),
    Slot::new(CurrentField::Named("rt_status")),
    Slot::new(CurrentField::Named("frt_status")),
    Slot::new(CurrentField::Named("mrrt_status")),
];

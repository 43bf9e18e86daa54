//! msal4j, which writes zeroes for a region it does not use.

use super::default::{DEFAULT, UNLIMITED};
use crate::entra::dialect::{CurrentForm, Dialect, FieldSpec, Header, IdentityForm, LastForm};
use crate::entra::field::CurrentField;

/// Longest last-telemetry value, in bytes: one less than is allowed elsewhere.
const LAST_BUDGET: usize = 349;

impl Dialect {
    /// msal4j until 1.17, where an unknown cache is blank; later releases write `0`.
    #[must_use]
    pub const fn msal4j() -> Self {
        MSAL4J
    }
}

pub(super) const MSAL4J: Dialect = Dialect {
    name: "msal4j",
    current: CurrentForm {
        request: &[
            FieldSpec::new(CurrentField::Api),
            FieldSpec::new(CurrentField::CacheInfo),
            FieldSpec::new(CurrentField::RegionUsed),
            FieldSpec::new(CurrentField::RegionSource).default_text("0"),
            FieldSpec::new(CurrentField::RegionOutcome).default_text("0"),
        ],
        platform: &[],
        budget: UNLIMITED,
        ..DEFAULT.current
    },
    last: LastForm {
        sent_when_empty: true,
        budget: LAST_BUDGET,
        ..DEFAULT.last
    },
    identity: IdentityForm {
        headers: &[
            (Header::Sku, "x-client-SKU"),
            (Header::Version, "x-client-VER"),
            (Header::Os, "x-client-OS"),
            (Header::RequestId, "client-request-id"),
            (Header::ReturnRequestId, "return-client-request-id"),
            (Header::LibCapability, "x-ms-lib-capability"),
            (Header::AppName, "x-app-name"),
            (Header::AppVersion, "x-app-ver"),
        ],
        spellings: &[("MacOS", "Mac OS X")],
    },
    ..DEFAULT
};

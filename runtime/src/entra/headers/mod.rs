//! The headers of a token request: their values, and how a dialect renders them.

mod caller_headers;
mod current;
mod extra_sku;
mod header_field;
mod identity;
mod last;
mod segment;

pub use caller_headers::add_caller_headers;
pub use current::{CURRENT_TELEMETRY, CurrentTelemetry};
pub(crate) use current::{value_in, write_state};
pub use extra_sku::{EXTRA_SKU, ExtraSku, SkuGroup};
pub(crate) use header_field::HeaderField;
pub(crate) use identity::{Claims, IdentityHeaders};
pub use identity::{MS_CLIENT_REQUEST_ID, RETURN_CLIENT_REQUEST_ID};
pub(crate) use last::{FailureText, failure_fields, write_last};
pub use last::{LAST_TELEMETRY, LastTelemetry, ReportedFailure};

//! Telemetry headers of token requests: identity, request id, current and last telemetry.
//!
//! A [`Dialect`] decides which headers are sent and what they look like. It is plain data, and each
//! known library is one of its [presets](Dialect::presets). [`CurrentTelemetry`] and
//! [`LastTelemetry`] hold the values independently of any dialect: write them with `render` and parse
//! them with [`read`]. A server reads all headers of a request through [`ReceivedHeaders`]. The
//! dialect's [`DeliveryPolicy`] decides from the response whether the failures in a request were
//! delivered or must be reported again.
//!
//! # Examples
//!
//! ```
//! use token_telemetry::{Telemetry, entra::{CurrentField, CurrentTelemetry, Dialect, read}};
//!
//! // Send the headers that MSAL Python sends.
//! let telemetry = Telemetry::builder().dialect(Dialect::msal_python()).build()?;
//!
//! // Write and parse a header yourself.
//! let value = CurrentTelemetry::new()
//!     .with(CurrentField::Api, 1004_u32)
//!     .render(&Dialect::msal_python());
//! let current = read::current(&value)?.ok_or("empty")?;
//! assert_eq!(current.telemetry().api_number(), Some(1004));
//! # drop(telemetry);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dialect;
mod failure_queue;
mod headers;
pub mod read;
mod received;
mod request_headers;

pub use crate::wire::{FieldText, InvalidFieldText};
pub use dialect::{
    Capacity, Carrier, CurrentField, DeliveryPolicy, Dialect, DialectBuilder, FieldSpec,
    FieldValue, Header, InvalidDialect, MsalNetVersion, OverBudget, PlatformField, SendOrder,
};
pub use failure_queue::PendingFailure;
pub use headers::{
    CURRENT_TELEMETRY, CurrentTelemetry, EXTRA_SKU, ExtraSku, LAST_TELEMETRY, LastTelemetry,
    MS_CLIENT_REQUEST_ID, RETURN_CLIENT_REQUEST_ID, ReportedFailure, SkuGroup, add_caller_headers,
};

pub use received::ReceivedHeaders;

pub(crate) use headers::Claims;
pub(crate) use request_headers::{ATTEMPT_HEADERS, Headers};

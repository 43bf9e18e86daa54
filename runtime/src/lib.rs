//! Telemetry for functions that acquire security tokens.

mod acquisition;
mod api;
mod cache;
mod client;
mod diagnostics;
pub mod entra;
mod error;
pub mod graph;
mod http;
mod observer;
#[cfg(feature = "otel")]
pub mod otel;
#[doc(hidden)]
pub mod private;
mod recent;
mod region;
#[cfg(feature = "tracing")]
mod span;
mod telemetry;
#[cfg(feature = "test-util")]
pub mod test_util;
mod token;
mod totals;
mod wire;

pub use crate::acquisition::{
    Acquire, Acquisition, AcquisitionRecord, AttachRecord, CANCELLED_CODE, Clock,
    CurrentAcquisition, EnteredHandle, Handle, HttpOutcome, MAX_CALLER_SDK_ID_LEN,
    MAX_CALLER_SDK_VERSION_LEN, MAX_OBSERVED, Observe, Observed, Outcome, PANICKED_CODE, Scoped,
    Sending, Status, Timer, TokenRequest, observe,
};
pub use crate::api::{Api, ApiEntry, ApiId, Catalogue, tables as api_tables};
pub use crate::cache::{CacheLevel, CacheRefreshReason, Expiry, TokenSource, refresh_reason};
pub use crate::client::{ClientInfo, InvalidClientInfo, MAX_CLIENT_TEXT_LEN};
pub use crate::error::{DescribeError, ErrorInfo, MAX_ERROR_CODE_LEN, TransportError};
#[cfg(feature = "reqwest-middleware")]
pub use crate::http::GraphMiddleware;
#[cfg(feature = "tower")]
pub use crate::http::{GraphLayer, GraphRequest, GraphService};
#[cfg(feature = "tower")]
pub use crate::http::{OutgoingRequest, TokenRequestLayer, TokenRequestService};
pub use crate::observer::Observer;
pub use crate::region::{Region, RegionAutodetectionSource, RegionOutcome};
#[cfg(feature = "tracing")]
pub use crate::span::SpanOptions;
pub use crate::telemetry::{Telemetry, TelemetryBuilder};
pub use crate::token::{TokenInfo, TokenType};
pub use crate::totals::Totals;
pub use crate::wire::{ClientRequestId, InvalidRequestId};
pub use token_telemetry_macros::{ApiId, acquire_token};

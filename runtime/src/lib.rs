//! Telemetry for functions that acquire security tokens.
//!
//! An SDK author puts [`#[acquire_token]`](macro@acquire_token) on a function. From that line the
//! token endpoint receives the client telemetry headers of the MSAL libraries, operators get
//! MSAL.NET's OpenTelemetry metrics and a `tracing` span, and the caller can read the same facts as
//! a value.
//!
//! # The life of an acquisition
//!
//! 1. An annotated function is called. When its future is polled for the first time, an
//!    *acquisition* begins under a [`Telemetry`], the handle that the SDK's client owns.
//! 2. While the body runs, SDK code notes facts on [`Acquisition::current()`]: a cache hit, the
//!    reason for a refresh, the region.
//! 3. Before each HTTP try, [`token_request`](CurrentAcquisition::token_request) gives the headers
//!    as of now. What comes of the try is noted on the [`TokenRequest`].
//! 4. The body ends: with a token, an error, a panic, or because nobody waits any longer. The
//!    acquisition becomes an [`AcquisitionRecord`], and every outlet is told.
//!
//! Two moments, two types: the running acquisition feeds the headers, the record feeds everything
//! else. Telemetry never changes the outcome: it runs after the result exists, and a panic in an
//! observer, a clock or an error description ends there.
//!
//! # A first SDK
//!
//! ```
//! use token_telemetry::{
//!     Acquisition, ApiId, CacheLevel, CacheRefreshReason, DescribeError, ErrorInfo, Telemetry,
//!     acquire_token, observe,
//! };
//!
//! /// Owns the numbers of the SDK's functions, and describes its errors.
//! pub struct Contoso;
//!
//! #[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
//! #[repr(u32)]
//! #[api_id(owner = Contoso)]
//! pub enum ContosoApi {
//!     AcquireTokenSilent = 1007,
//! }
//!
//! #[derive(Debug)]
//! pub enum AuthError {
//!     NoAccount,
//! }
//!
//! impl DescribeError<AuthError> for Contoso {
//!     fn describe(error: &AuthError) -> ErrorInfo {
//!         match error {
//!             AuthError::NoAccount => ErrorInfo::new("no_account"),
//!         }
//!     }
//! }
//!
//! pub struct Client {
//!     telemetry: Telemetry,
//!     cached: Option<String>,
//! }
//!
//! impl Client {
//!     #[acquire_token(api = ContosoApi::AcquireTokenSilent, telemetry = self.telemetry)]
//!     pub async fn acquire_token_silent(&self) -> Result<String, AuthError> {
//!         let Some(token) = &self.cached else {
//!             Acquisition::current().refresh(CacheRefreshReason::NoCachedAccessToken);
//!             return Err(AuthError::NoAccount);
//!         };
//!         Acquisition::current().cache_hit(CacheLevel::L1Cache);
//!         Ok(token.clone())
//!     }
//! }
//!
//! # futures::executor::block_on(async {
//! let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
//! let client = Client { telemetry, cached: None };
//! let observed = observe(client.acquire_token_silent()).await;
//! assert!(observed.output.is_err());
//! assert_eq!(observed.last().and_then(|record| record.error_code()), Some("no_account"));
//! # Ok::<(), token_telemetry::InvalidClientInfo>(())
//! # }).unwrap();
//! ```
//!
//! # Where to go on
//!
//! * What can be noted: [`CurrentAcquisition`]. What comes out: [`AcquisitionRecord`], [`Totals`].
//! * Spawned tasks, pools, blocking code: [`Handle`]. HTTP layers: `TokenRequestLayer`.
//! * Headers of the token endpoint: [`entra`]. Headers of Microsoft Graph: [`graph`].
//! * Metrics: `otel`. Spans: `SpanOptions`. Your own outlet: [`Observer`].
//! * Tests of your SDK: `test_util`, behind the feature `test-util`.
//!
//! # Privacy
//!
//! There is no field for a user, a tenant, a scope, a URL path, a token or an error text. Error codes
//! are kept with `[A-Za-z0-9_.-]` only, and cut at [`MAX_ERROR_CODE_LEN`] bytes.

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
pub use token_telemetry_macros::ApiId;
/// Makes a function an acquisition.
///
/// It goes on functions that return a `Result`: `async fn`, functions that return a future made in
/// their last expression, and blocking functions. What cannot be measured truthfully is refused.
/// The signature, the body's errors and lints, and whether the future is `Send` stay as they are.
///
/// | argument | meaning |
/// |---|---|
/// | `api = CONST` | required: the [id](ApiId) of the function; any const expression |
/// | `telemetry = EXPR` | the [`Telemetry`] to report through; without it [`Telemetry::global`] |
/// | `err = PATH` | `fn(&E) -> ErrorInfo`; without it [`DescribeError`] on the owner of the id |
/// | `ok = PATH` | `fn(&T) -> TokenInfo`: what the returned token says of itself |
/// | `nested = record` | always a record of its own; else part of an enclosing acquisition of the same `Telemetry` |
/// | `background` | a root of its own for which no caller waits, such as a proactive refresh |
/// | `crate = PATH` | where this crate lies, for SDKs that re-export it |
///
/// `EXPR` sees the arguments of the function, and is evaluated before the body runs.
///
/// # Examples
///
/// ```
/// use std::io;
/// use token_telemetry::api_tables::MsalNet;
/// use token_telemetry::{Acquisition, ErrorInfo, Telemetry, TokenInfo, TokenSource, acquire_token};
///
/// fn describe(error: &io::Error) -> ErrorInfo {
///     ErrorInfo::new(format!("{:?}", error.kind()))
/// }
///
/// fn lifetime(token: &(String, std::time::Duration)) -> TokenInfo {
///     TokenInfo::new().expires_in(token.1)
/// }
///
/// #[acquire_token(api = MsalNet::AcquireTokenInteractive, telemetry = telemetry, err = describe, ok = lifetime)]
/// async fn sign_in(telemetry: &Telemetry) -> io::Result<(String, std::time::Duration)> {
///     Acquisition::current().source(TokenSource::Broker);
///     Ok(("token".to_owned(), std::time::Duration::from_secs(3599)))
/// }
/// ```
pub use token_telemetry_macros::acquire_token;

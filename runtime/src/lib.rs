//! Telemetry for functions that acquire security tokens.
//!
//! An SDK author puts [`#[acquire_token]`](macro@acquire_token) on a function. From that line
//! operators get MSAL.NET's OpenTelemetry metrics and a `tracing` span, and the caller can read the
//! same facts as a value. The HTTP layer adds one call, and the token endpoint receives the client
//! telemetry headers of the MSAL libraries.
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
//! observer, a clock or an error description ends there. In a program built with `panic = "abort"` no
//! panic can be contained: there, a panic in any of them ends the process.
//!
//! # A first SDK
//!
//! ```
//! use token_telemetry::{
//!     Acquisition, ApiId, CacheLevel, CacheRefreshReason, DescribeError, ErrorInfo, Telemetry,
//!     acquire_token, capture,
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
//!             Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
//!             return Err(AuthError::NoAccount);
//!         };
//!         Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
//!         Ok(token.clone())
//!     }
//! }
//!
//! # futures::executor::block_on(async {
//! let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
//! let client = Client { telemetry, cached: None };
//! let observed = capture(client.acquire_token_silent()).await;
//! assert!(observed.output.is_err());
//! assert_eq!(observed.last().and_then(|record| record.error_code()), Some("no_account"));
//! # Ok::<(), token_telemetry::BuildError>(())
//! # }).unwrap();
//! ```
//!
//! # Where to go on
//!
//! * What can be noted: [`CurrentAcquisition`]. What comes out: [`AcquisitionRecord`], [`Totals`].
//! * Spawned tasks, pools, blocking code: [`Handle`]. Polling flows: [`Polled`]. HTTP layers that
//!   are not yours: `TokenRequestLayer`, with the feature `tower`.
//! * Headers of the token endpoint: [`entra`]. Headers of Microsoft Graph, which need no
//!   acquisition: [`graph`].
//! * Metrics: `otel`, with the feature of that name. Spans: `SpanOptions`, with the feature
//!   `tracing`. Your own outlet: [`Observer`].
//! * Tests of your SDK: `test_util`, with the feature `test-util`.
//!
//! The SDK seems to tell nothing? A fact that is noted outside an acquisition is lost, and a token
//! request has no headers there, which the target `token_telemetry::diagnostics` of `tracing` says
//! at debug level. A spawned task needs a [`Handle`]. A token whose source nothing tells is counted in [`Totals::unknown`].
//!
//! # Privacy
//!
//! There is no field for a user, a tenant, a scope, a URL path, a token or an error text.
//!
//! * Error codes keep `[A-Za-z0-9_.-]` only, and at most [`ErrorInfo::MAX_CODE_LEN`] bytes; one that holds
//!   an e-mail address or is a bare GUID becomes `redacted`. [`ErrorInfo`] has the rules, and the one
//!   exception: dialects whose header reports longer codes.
//! * Of a URL the host is kept. It can name a tenant: `contoso.ciamlogin.com`,
//!   `contoso.b2clogin.com`, an AD FS. [`AcquisitionRecord::endpoint_host`] and
//!   [`PendingFailure::authority`](entra::PendingFailure::authority) return any host. `Debug` and
//!   serialized data show only those that all tenants of a cloud share. No header, metric or span
//!   has one.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub mod __private;
pub mod acquisition;
pub mod api;
pub mod cache;
mod client;
mod contained;
mod diagnostics;
pub mod entra;
pub mod error;
pub mod graph;
pub mod guide;
pub mod middleware;
mod observer;
#[cfg(feature = "otel")]
pub mod otel;
mod recent;
pub mod region;
#[cfg(feature = "tracing")]
mod span;
mod stack;
mod telemetry;
#[cfg(feature = "test-util")]
pub mod test_util;
mod token;
mod totals;
mod wire;

pub use crate::acquisition::capture::{Captured, capture};
pub use crate::acquisition::current::Acquisition;
pub use crate::acquisition::handle::Handle;
pub use crate::acquisition::purpose::Purpose;
pub use crate::acquisition::record::{AcquisitionRecord, Outcome};
pub use crate::acquisition::response::{Polled, Status};
pub use crate::acquisition::token_request::TokenRequest;
pub use crate::api::id::ApiId;
pub use crate::cache::values::{CacheLevel, CacheRefreshReason, TokenSource};
pub use crate::client::ClientInfo;
pub use crate::error::info::{DescribeError, ErrorInfo, TransportError};
pub use crate::observer::Observer;
pub use crate::region::value::Region;
#[cfg(feature = "tracing")]
pub use crate::span::SpanOptions;
pub use crate::telemetry::{BuildError, SetGlobalError, Telemetry, TelemetryBuilder};
pub use crate::token::{TokenInfo, TokenType};
pub use crate::totals::Totals;
pub use crate::wire::ClientRequestId;
pub use token_telemetry_macros::ApiId;

/// Makes a function that acquires tokens report what it does.
///
/// It goes on an `async fn` or a function that blocks, and on functions that end with an async
/// block: `-> impl Future` with `async move { … }`, or `-> Pin<Box<dyn Future>>` with
/// `Box::pin(async move { … })`, which is also what `#[async_trait]` makes of its methods. All of
/// them return a `Result`. What cannot be measured truthfully is refused with a message.
///
/// Nothing of the function changes: not its signature, not what it returns, not when it is
/// cancelled, not whether its future is `Send`. No argument is ever recorded.
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `api = EXPR` | which function this is: a constant of a type that derives [`ApiId`], `Self::API` and `T::API` included. The one argument that must be there. |
/// | `telemetry = EXPR` | the [`Telemetry`] to report through, read before the body begins; without it, [`Telemetry::global`]. |
/// | `error_info = PATH` | a function `fn(&E) -> ErrorInfo` that stands for [`DescribeError`]. |
/// | `token_info = PATH` | a function `fn(&T) -> TokenInfo` that tells type and lifetime of the token. |
/// | `own_record` | a record of its own also directly inside another acquisition of the same `Telemetry`, of which it would else be a part. |
/// | `background` | a root of its own, for which no caller waits. |
/// | `crate = PATH` | where this crate is, for SDKs that re-export it. |
///
/// # Examples
///
/// ```
/// use std::io;
/// use token_telemetry::api::MsalNet;
/// use token_telemetry::{Acquisition, ErrorInfo, Telemetry, TokenInfo, TokenSource, acquire_token};
///
/// fn describe(error: &io::Error) -> ErrorInfo {
///     ErrorInfo::new(format!("{:?}", error.kind()))
/// }
///
/// fn lifetime(token: &(String, std::time::Duration)) -> TokenInfo {
///     TokenInfo::new().with_expires_in(token.1)
/// }
///
/// #[acquire_token(api = MsalNet::AcquireTokenInteractive, telemetry = telemetry, error_info = describe, token_info = lifetime)]
/// async fn sign_in(telemetry: &Telemetry) -> io::Result<(String, std::time::Duration)> {
///     Acquisition::current().record_source(TokenSource::Broker);
///     Ok(("token".to_owned(), std::time::Duration::from_secs(3599)))
/// }
/// ```
///
/// # Other attributes
///
/// Put `#[acquire_token]` above the other attributes of a function. Every order works with
/// `tracing::instrument`. An attribute that moves a returned async block somewhere else, as
/// `fastrace::trace` and `autometrics` do, works below it only; above it, the error says so.
///
/// `#[expect(…)]` keeps its meaning for nearly all lints. A few lints of clippy say nothing of a
/// body that is measured, such as `unused_async`: they are taken out of the list.
/// `clippy::useless_conversion`, `redundant_clone` and `assigning_clones` miss some occurrences;
/// where one of them was expected, the compiler then reports an unfulfilled expectation.
///
/// # Limits
///
/// The clock of an asynchronous acquisition starts with the first poll: a future that is never
/// polled records nothing, and statements before a returned async block are not part of it. A
/// macro that hides a `return` before such a block hides it from the attribute too.
///
/// The body becomes a block that takes the arguments along. They are dropped in the order in which
/// it mentions them, and those that it does not mention after the record is made. An argument
/// whose type is a projection by a lifetime, such as `T::Assoc` of `T: Trait<'a>`, can cost a
/// generic function the proof that its future is `Send`, as in every async block that holds one.
///
/// The future of an `async fn`, in a trait with `#[async_trait]` too, usually grows by 112 bytes, and
/// one that a function returns by 88, or by 200 if another attribute comes below. An argument of an
/// `async fn` that is passed by value and used up before the first `.await` adds its size once more,
/// and so does one that the body assigns to: pass large values by reference, or return a block.
///
/// A future that hides behind an alias is measured where its block ends the function. A function
/// without such a block, whose return type is an alias of a future, is refused as one that returns
/// no `Result`.
pub use token_telemetry_macros::acquire_token;

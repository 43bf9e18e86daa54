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

/// Instruments a function that acquires tokens.
///
/// Applies to `async fn`, blocking functions, and functions that end with an async block:
/// `-> impl Future` with `async move { … }`, or `-> Pin<Box<dyn Future>>` with
/// `Box::pin(async move { … })`, which is also what `#[async_trait]` makes of its methods. All of
/// them return a `Result`. A function that cannot be measured correctly is rejected with a compile
/// error that says what to write instead.
///
/// The function keeps its signature, its return value and its cancellation behavior, and its future
/// stays `Send` if it was. Arguments are never recorded.
///
/// # Arguments
///
/// Only `api` is required. `T` and `E` are the types of the returned `Result<T, E>`.
///
/// | argument | type | effect |
/// |---|---|---|
/// | `api = EXPR` | a constant that implements [`ApiId`] | Identifies the function in headers, metrics and records. `Self::API` and `T::API` work, too. |
/// | `telemetry = EXPR` | [`Telemetry`], or a reference or smart pointer to it | Reports to this instance instead of [`Telemetry::global`]. Evaluated before the body runs. |
/// | `error_info = PATH` | `fn(&E) -> ErrorInfo` | Overrides [`DescribeError`] of the owner of the API id. |
/// | `token_info = PATH` | `fn(&T) -> TokenInfo` | Also records the token's type and lifetime. |
/// | `own_record` | flag | Always produces its own record instead of merging into an enclosing acquisition on the same `Telemetry`. |
/// | `background` | flag | Starts a root acquisition that no caller waits for. It always produces its own record. |
/// | `crate = PATH` | an absolute path to this crate | Finds the runtime in SDKs that re-export it. |
///
/// # Examples
///
/// `api` with a constant of the SDK's own enum. The owner of the ids describes the errors:
///
/// ```
/// use token_telemetry::{ApiId, DescribeError, ErrorInfo, acquire_token};
///
/// # pub struct Contoso;
/// # #[derive(Debug)]
/// # pub enum AuthError {
/// #     NoAccount,
/// # }
/// # impl DescribeError<AuthError> for Contoso {
/// #     fn describe(error: &AuthError) -> ErrorInfo {
/// #         match error {
/// #             AuthError::NoAccount => ErrorInfo::new("no_account"),
/// #         }
/// #     }
/// # }
/// #[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
/// #[repr(u32)]
/// #[api_id(owner = Contoso)]
/// pub enum ContosoApi {
///     AcquireTokenSilent = 1007,
/// }
///
/// #[acquire_token(api = ContosoApi::AcquireTokenSilent)]
/// async fn acquire_token_silent() -> Result<String, AuthError> {
///     Err(AuthError::NoAccount)
/// }
/// ```
///
/// `telemetry` with a field of the client, on a method that returns a boxed future:
///
/// ```
/// use std::pin::Pin;
/// # use token_telemetry::{ApiId, DescribeError, ErrorInfo};
/// use token_telemetry::{Telemetry, acquire_token};
///
/// # pub struct Contoso;
/// # #[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
/// # #[repr(u32)]
/// # #[api_id(owner = Contoso)]
/// # pub enum ContosoApi {
/// #     AcquireTokenSilent = 1007,
/// # }
/// # #[derive(Debug)]
/// # pub struct AuthError;
/// # impl DescribeError<AuthError> for Contoso {
/// #     fn describe(_: &AuthError) -> ErrorInfo {
/// #         ErrorInfo::new("no_account")
/// #     }
/// # }
/// struct Client {
///     telemetry: Telemetry,
/// }
///
/// impl Client {
///     #[acquire_token(api = ContosoApi::AcquireTokenSilent, telemetry = self.telemetry)]
///     fn acquire_token(&self) -> Pin<Box<dyn Future<Output = Result<String, AuthError>> + '_>> {
///         Box::pin(async move { Ok("token".to_owned()) })
///     }
/// }
/// ```
///
/// `error_info` and `token_info` for types of other crates:
///
/// ```
/// use std::io;
/// use std::time::Duration;
///
/// use token_telemetry::api::MsalNet;
/// use token_telemetry::{Acquisition, ErrorInfo, TokenInfo, TokenSource, acquire_token};
///
/// fn describe(error: &io::Error) -> ErrorInfo {
///     ErrorInfo::new(format!("{:?}", error.kind()))
/// }
///
/// fn lifetime((_, expires_in): &(String, Duration)) -> TokenInfo {
///     TokenInfo::new().with_expires_in(*expires_in)
/// }
///
/// #[acquire_token(api = MsalNet::AcquireTokenInteractive, error_info = describe, token_info = lifetime)]
/// async fn sign_in() -> io::Result<(String, Duration)> {
///     Acquisition::current().record_source(TokenSource::Broker);
///     Ok(("token".to_owned(), Duration::from_secs(3599)))
/// }
/// ```
///
/// `own_record` for an acquisition that operators want to see next to the one that calls it:
///
/// ```
/// # use std::io;
/// use token_telemetry::api::MsalNet;
/// # use token_telemetry::ErrorInfo;
/// use token_telemetry::{acquire_token, capture};
///
/// # fn describe(error: &io::Error) -> ErrorInfo {
/// #     ErrorInfo::new(format!("{:?}", error.kind()))
/// # }
/// #[acquire_token(api = MsalNet::AcquireTokenForClient, error_info = describe, own_record)]
/// async fn app_token() -> io::Result<String> {
///     Ok("token of the app".to_owned())
/// }
///
/// #[acquire_token(api = MsalNet::AcquireTokenOnBehalfOf, error_info = describe)]
/// async fn user_token() -> io::Result<String> {
///     let captured = capture(app_token()).await;
///     assert_eq!(captured.records.len(), 1);
///     captured.output
/// }
/// # assert!(futures::executor::block_on(user_token()).is_ok());
/// ```
///
/// `background` for a refresh that a timer starts:
///
/// ```
/// # use std::io;
/// use token_telemetry::api::MsalNet;
/// # use token_telemetry::ErrorInfo;
/// use token_telemetry::{acquire_token, capture};
///
/// # fn describe(error: &io::Error) -> ErrorInfo {
/// #     ErrorInfo::new(format!("{:?}", error.kind()))
/// # }
/// #[acquire_token(api = MsalNet::AcquireTokenSilent, error_info = describe, background)]
/// async fn refresh() -> io::Result<String> {
///     Ok("token".to_owned())
/// }
///
/// # futures::executor::block_on(async {
/// let captured = capture(refresh()).await;
/// assert!(captured.last().is_some_and(|record| record.is_background()));
/// # });
/// ```
///
/// `crate` in an SDK that names this crate through a re-export:
///
/// ```
/// # #![allow(pub_use_of_private_extern_crate)]
/// # use std::io;
/// # use token_telemetry::ErrorInfo;
/// # use token_telemetry::api::MsalNet;
/// pub mod reexports {
///     pub use ::token_telemetry;
/// }
/// use reexports::token_telemetry::acquire_token;
///
/// # fn describe(error: &io::Error) -> ErrorInfo {
/// #     ErrorInfo::new(format!("{:?}", error.kind()))
/// # }
/// #[acquire_token(api = MsalNet::AcquireTokenForClient, error_info = describe, crate = crate::reexports::token_telemetry)]
/// fn app_token() -> io::Result<String> {
///     Ok("token".to_owned())
/// }
/// # fn main() {}
/// ```
///
/// # Other attributes
///
/// Put `#[acquire_token]` above the other attributes of a function. With `tracing::instrument`,
/// every order works. An attribute that moves a returned async block, such as `fastrace::trace` or
/// `autometrics`, works only below `#[acquire_token]`; in the other order, the compile error says so.
///
/// `#[expect(…)]` keeps its meaning for nearly all lints. A few lints of clippy do not fire on an
/// instrumented body, such as `unused_async`: the attribute removes them from the list.
/// `clippy::useless_conversion`, `redundant_clone` and `assigning_clones` miss some occurrences;
/// if you expect one of them there, the compiler reports an unfulfilled expectation.
///
/// # Limits
///
/// An asynchronous acquisition starts at the first poll: a future that is never polled records
/// nothing, and statements before a returned async block are not measured. A macro that hides a
/// `return` before such a block hides it from the attribute, too.
///
/// The body becomes a block that captures the arguments. Arguments are dropped in the order in which
/// the body mentions them; those that it does not mention are dropped after the record is made. An
/// argument whose type is a projection through a lifetime, such as `T::Assoc` of `T: Trait<'a>`, can
/// prevent the compiler from proving that the future of a generic function is `Send`, as in every
/// async block that captures one.
///
/// The future of an `async fn`, also in a trait with `#[async_trait]`, usually grows by 112 bytes. A
/// returned future grows by 88 bytes, or by 200 if another attribute is below. An argument of an
/// `async fn` that is passed by value and consumed before the first `.await` adds its size again, and
/// so does one that the body assigns to: pass large values by reference, or return a block.
///
/// A future behind an alias is measured if its block ends the function. A function without such a
/// block, whose return type is an alias of a future, is rejected because it does not return a
/// `Result`.
pub use token_telemetry_macros::acquire_token;

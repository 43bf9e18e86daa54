//! Records what token-acquiring functions do: headers, metrics, spans and records.
//!
//! One attribute on a function is enough:
//!
//! ```
//! use token_telemetry::{Acquisition, CacheLevel, acquire_token, api::MsalNet, capture};
//!
//! #[acquire_token(api = MsalNet::AcquireTokenSilent)]
//! async fn acquire_token_silent() -> std::io::Result<String> {
//!     Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
//!     Ok("token".to_owned())
//! }
//!
//! # futures::executor::block_on(async {
//! let captured = capture(acquire_token_silent()).await;
//! println!("{:?}", captured.records); // source: Cache, level: L1Cache, total: …
//! # assert_eq!(captured.records[0].cache_level(), Some(CacheLevel::L1Cache));
//! # });
//! ```
//!
//! Each call of [`acquire_token_silent`](macro@acquire_token) is now an *acquisition*. Operators see it
//! in MSAL.NET's OpenTelemetry metrics and as a `tracing` span; its caller can read the same data as
//! an [`AcquisitionRecord`].
//!
//! # Sending the headers
//!
//! Send the token request through [`Acquisition::token_request`]. It adds the client telemetry
//! headers of the MSAL libraries, and records status, time and retries:
//!
//! ```
//! use std::io;
//! use token_telemetry::{Acquisition, Status};
//!
//! # async fn post(_: &str, _: http::HeaderMap) -> (u16, String) { (200, "token".to_owned()) }
//! async fn request_token(url: &str) -> io::Result<String> {
//!     let request = Acquisition::current().token_request(url);
//!     let sent = request.send(async |headers| {
//!         let (status, body) = post(url, headers).await;
//!         Ok::<_, io::Error>(Status::new(status, body))
//!     });
//!     Ok(sent.await?.response)
//! }
//! # assert!(futures::executor::block_on(request_token("https://login.microsoftonline.com/")).is_ok());
//! ```
//!
//! # Your own API ids
//!
//! [`MsalNet`](api::MsalNet) and its siblings in [`api`] follow the numbering of the MSAL libraries.
//! Derive [`ApiId`] for your own numbers. The owner is any type of your crate:
//!
//! ```
//! use token_telemetry::ApiId;
//!
//! pub struct Contoso;
//!
//! #[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
//! #[repr(u32)]
//! #[api_id(owner = Contoso)]
//! pub enum ContosoApi {
//!     /// Acquires a token for a user who signed in before.
//!     AcquireTokenSilent = 1007,
//! }
//! ```
//!
//! # Your own errors
//!
//! Implement [`DescribeError`] on the owner, so that records and headers carry your error codes:
//!
//! ```
//! # pub struct Contoso;
//! use token_telemetry::{DescribeError, ErrorInfo};
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
//! ```
//!
//! # Your own client
//!
//! Without the argument `telemetry`, functions report to [`Telemetry::global`]. Give your client its
//! own [`Telemetry`], so that headers and metrics name your SDK:
//!
//! ```
//! use token_telemetry::{Telemetry, acquire_token, api::MsalNet};
//!
//! pub struct Client {
//!     telemetry: Telemetry,
//! }
//!
//! impl Client {
//!     #[acquire_token(api = MsalNet::AcquireTokenSilent, telemetry = self.telemetry)]
//!     pub async fn acquire_token_silent(&self) -> std::io::Result<String> {
//!         Ok("token".to_owned())
//!     }
//! }
//!
//! # futures::executor::block_on(async {
//! let client = Client { telemetry: Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()? };
//! # assert!(client.acquire_token_silent().await.is_ok());
//! # Ok::<(), token_telemetry::BuildError>(())
//! # }).unwrap();
//! ```
//!
//! # The life of an acquisition
//!
//! 1. The future of an annotated function is polled for the first time: an acquisition begins.
//! 2. SDK code records what it knows on [`Acquisition::current()`]: a cache hit, the reason for a
//!    refresh, the region.
//! 3. Each HTTP attempt is a [`TokenRequest`]. Its headers hold what is known at that moment.
//! 4. The function returns, panics, or its future is dropped. The acquisition becomes an
//!    [`AcquisitionRecord`], which goes to the metrics, the span and every [`Observer`].
//!
//! Telemetry never changes the outcome: it runs after the result exists, and it catches panics of
//! observers, clocks and error descriptions. A program built with `panic = "abort"` cannot catch
//! panics; there, such a panic ends the process.
//!
//! # Where to go next
//!
//! | module or type | contents |
//! |---|---|
//! | [`Acquisition`] | everything that an SDK can record |
//! | [`acquisition`] | records on your own results, waiting, timers, custom clocks |
//! | [`Polled`] | polling flows, such as the device code flow |
//! | [`Handle`] | spawned tasks, thread pools, blocking code |
//! | [`api`] | ready API ids, catalogs of ids |
//! | [`cache`], [`region`] | why a token must be refreshed, regional endpoints |
//! | [`error`](mod@error) | error codes, `AADSTS` numbers |
//! | [`entra`] | headers of the token endpoint, in the dialect of each MSAL library |
//! | [`graph`] | headers of Microsoft Graph, which need no acquisition |
//! | [`middleware`] | layers for `tower` and `reqwest-middleware` |
//! | `otel` | OpenTelemetry metrics (feature `otel`) |
//! | `SpanOptions` | the `tracing` span (feature `tracing`) |
//! | `test_util` | a recorder, a manual clock and assertions for your tests (feature `test-util`) |
//!
//! # Troubleshooting
//!
//! Nothing recorded? Data recorded outside an acquisition is dropped; enable the
//! `token_telemetry::diagnostics` target at debug level. A spawned task needs a [`Handle`]. If a
//! token shows up in [`Totals::unknown`], record a cache hit or send its request through
//! [`Acquisition::token_request`].
//!
//! # Privacy
//!
//! No field holds a user, a tenant, a scope, a URL path, a token or an error text.
//!
//! * Error codes keep only `[A-Za-z0-9_.-]`, and at most [`ErrorInfo::MAX_CODE_LEN`] bytes. A code that
//!   contains an e-mail address or is a bare GUID becomes `redacted`. [`ErrorInfo`] has the rules, and
//!   the one exception: dialects whose header reports longer codes.
//! * Of a URL only the host is kept. It can name a tenant, as `contoso.ciamlogin.com`,
//!   `contoso.b2clogin.com` or an AD FS does. [`AcquisitionRecord::endpoint_host`] and
//!   [`PendingFailure::authority`](entra::PendingFailure::authority) return any host; `Debug` and
//!   serialized data show only hosts that all tenants of a cloud share. No header, metric or span
//!   contains a host.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub mod __private;
pub mod acquisition;
mod advice;
pub mod api;
pub mod cache;
mod client;
mod contained;
pub mod credential;
mod diagnostics;
pub mod entra;
pub mod error;
pub mod graph;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod graph_record;
pub mod guide;
pub mod middleware;
mod newest_tokens;
pub mod observer;
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
pub use crate::acquisition::delivery::Purpose;
pub use crate::acquisition::handle::Handle;
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

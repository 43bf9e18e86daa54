//! Telemetry of token requests that the [`oauth2`] crate sends, with [`token_telemetry`].
//!
//! [`TelemetryHttpClient`] wraps any HTTP client that `oauth2` 5 accepts, asynchronous or blocking. It
//! also works with `openidconnect` 4, which uses the same traits. [`describe`] and [`token_info`] read
//! errors and tokens, and [`credential`] names the credential of each grant.
//!
//! # Examples
//!
//! ```
//! use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
//! use oauth2::{ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, TokenUrl};
//! use token_telemetry::{acquire_token, api::MsalNet};
//! use token_telemetry_oauth2::{TelemetryHttpClient, describe, token_info};
//!
//! type Failure = RequestTokenError<std::io::Error, BasicErrorResponse>;
//!
//! /// An HTTP client; this one always returns the same token.
//! async fn send(_: HttpRequest) -> std::io::Result<HttpResponse> {
//!     let token = br#"{"access_token":"secret","token_type":"Bearer","expires_in":3599}"#;
//!     Ok(HttpResponse::new(token.to_vec()))
//! }
//!
//! #[acquire_token(api = MsalNet::AcquireTokenForClient, error_info = describe, token_info = token_info)]
//! async fn get_token() -> Result<BasicTokenResponse, Failure> {
//!     let client = BasicClient::new(ClientId::new("contoso".to_owned()))
//!         .set_client_secret(ClientSecret::new("secret".to_owned()))
//!         .set_token_uri(TokenUrl::new("https://login.contoso.example/token".to_owned()).unwrap());
//!     let http = TelemetryHttpClient::new(send);
//!     client.exchange_client_credentials().request_async(&http).await
//! }
//!
//! # futures::executor::block_on(async {
//! let captured = token_telemetry::capture(get_token()).await;
//! let record = captured.last().unwrap();
//! assert_eq!(record.status(), Some(200));
//! assert_eq!(record.remaining_lifetime(), Some(std::time::Duration::from_secs(3599)));
//! # });
//! ```

mod client;
pub mod credential;
mod error;
mod outcome;
mod request;
mod token;

pub use client::TelemetryHttpClient;
pub use error::describe;
pub use outcome::ResponseFuture;
pub use token::token_info;

/// Tests the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;

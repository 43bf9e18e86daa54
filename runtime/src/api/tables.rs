//! Ready API ids, with the numbers of the MSAL libraries.
//!
//! The MSAL libraries share one space of numbers, so one type owns all tables: [`Msal`]. Where two
//! libraries offer the same flow it has the same name here, the one that MSAL.NET's metrics use.
//!
//! # Examples
//!
//! Implement [`DescribeError`] on [`Msal`] for your own error type; for errors of other crates, name a
//! function with `error_info = …`.
//!
//! ```
//! use token_telemetry::api::{Msal, MsalNet};
//! use token_telemetry::{DescribeError, ErrorInfo, acquire_token};
//!
//! #[derive(Debug)]
//! pub struct AuthError(&'static str);
//!
//! impl DescribeError<AuthError> for Msal {
//!     fn describe(AuthError(code): &AuthError) -> ErrorInfo {
//!         ErrorInfo::new(*code)
//!     }
//! }
//!
//! #[acquire_token(api = MsalNet::AcquireTokenForClient)]
//! async fn acquire_token_for_client() -> Result<String, AuthError> {
//!     Err(AuthError("invalid_client"))
//! }
//! ```

use std::convert::Infallible;
use std::io;

use token_telemetry_macros::ApiId;

use crate::error::{DescribeError, ErrorInfo, TransportError};

/// The owner of the numbers that the MSAL libraries share.
///
/// Describes `io::Error`, so that functions with a table of this module can return it as is.
///
/// # Examples
///
/// ```
/// use std::io;
/// use token_telemetry::{DescribeError, api::Msal};
///
/// let info = Msal::describe(&io::Error::from(io::ErrorKind::TimedOut));
/// assert_eq!(info.code(), Some("request_timeout"));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Msal;

/// The public functions of MSAL.NET: `ApiEvent.ApiIds`.
///
/// # Examples
///
/// ```
/// use std::io;
/// use token_telemetry::{acquire_token, api::MsalNet};
///
/// #[acquire_token(api = MsalNet::AcquireTokenForClient)]
/// async fn acquire_token_for_client() -> io::Result<String> {
///     Ok("token".to_owned())
/// }
/// ```
#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
#[api_id(owner = Msal, crate = crate, reserved = [2002])]
#[non_exhaustive]
pub enum MsalNet {
    /// Redeems an authorization code.
    AcquireTokenByAuthorizationCode = 1000,
    /// Redeems a refresh token of another library.
    AcquireTokenByRefreshToken = 1001,
    /// Signs in the user of a Windows domain silently.
    AcquireTokenByIntegratedWindowsAuth = 1002,
    /// Signs in with a user name and a password.
    AcquireTokenByUsernamePassword = 1003,
    /// Acquires a token for the application itself.
    AcquireTokenForClient = 1004,
    /// Signs in a user who answers prompts.
    AcquireTokenInteractive = 1005,
    /// Exchanges a user's token for one of another service.
    AcquireTokenOnBehalfOf = 1006,
    /// Acquires a token for a user who signed in before.
    AcquireTokenSilent = 1007,
    /// Signs in a user who types a code on another device.
    AcquireTokenByDeviceCode = 1008,
    /// Builds the URL at which a user signs in.
    GetAuthorizationRequestUrl = 1009,
    /// Lists the accounts in the cache.
    GetAccounts = 1010,
    /// Finds an account in the cache by its id.
    GetAccountById = 1011,
    /// Finds the accounts of one B2C user flow in the cache.
    GetAccountsByUserFlow = 1012,
    /// Removes an account and its tokens from the cache.
    RemoveAccount = 1013,
    /// Removes the tokens of a long-running on-behalf-of session.
    RemoveOboTokens = 1014,
    /// Acquires a token for the identity of the machine.
    AcquireTokenForSystemAssignedManagedIdentity = 1015,
    /// Acquires a token for an identity assigned to the machine.
    AcquireTokenForUserAssignedManagedIdentity = 1016,
    /// Starts a long-running on-behalf-of session.
    InitiateLongRunningObo = 1017,
    /// Acquires a token in a long-running on-behalf-of session.
    AcquireTokenInLongRunningObo = 1018,
    /// Acquires a user's token with a federated identity credential.
    AcquireTokenByUserFederatedIdentityCredential = 1019,
}

/// The public functions of MSAL for Python.
///
/// # Examples
///
/// ```
/// use token_telemetry::{ApiId, api::MsalPython};
///
/// assert_eq!(MsalPython::AcquireTokenSilent.api().number(), 84);
/// ```
#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
#[api_id(owner = Msal, crate = crate)]
#[non_exhaustive]
pub enum MsalPython {
    /// Acquires a token for a user who signed in before.
    AcquireTokenSilent = 84,
    /// Redeems a refresh token of another library.
    AcquireTokenByRefreshToken = 85,
    /// Signs in a user who answers prompts.
    AcquireTokenInteractive = 169,
    /// Signs in with a user name and a password.
    AcquireTokenByUsernamePassword = 301,
    /// Exchanges a user's token for one of another service.
    AcquireTokenOnBehalfOf = 523,
    /// Signs in a user who types a code on another device.
    AcquireTokenByDeviceCode = 622,
    /// Acquires a token for the application itself.
    AcquireTokenForClient = 730,
    /// Redeems an authorization code.
    AcquireTokenByAuthorizationCode = 832,
    /// Lists the accounts in the cache.
    GetAccounts = 902,
    /// Removes an account and its tokens from the cache.
    RemoveAccount = 903,
    /// Acquires a user's token with a federated identity credential.
    AcquireTokenByUserFederatedIdentityCredential = 950,
}

/// The public functions of MSAL Node.
///
/// # Examples
///
/// ```
/// use token_telemetry::{ApiId, api::MsalNode};
///
/// assert_eq!(MsalNode::AcquireTokenSilent.api().number(), 62);
/// ```
#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
#[api_id(owner = Msal, crate = crate)]
#[non_exhaustive]
pub enum MsalNode {
    /// Acquires a token for a user who signed in before.
    AcquireTokenSilent = 62,
    /// Signs in with a user name and a password.
    AcquireTokenByUsernamePassword = 371,
    /// Signs in a user who types a code on another device.
    AcquireTokenByDeviceCode = 671,
    /// Acquires a token for the application itself.
    AcquireTokenForClient = 771,
    /// Exchanges a user's token for one of another service.
    AcquireTokenOnBehalfOf = 772,
    /// Acquires a token for an identity of the machine.
    AcquireTokenForManagedIdentity = 773,
    /// Acquires a user's token with a federated identity credential.
    AcquireTokenByUserFederatedIdentityCredential = 774,
    /// Redeems an authorization code.
    AcquireTokenByAuthorizationCode = 871,
    /// Redeems a refresh token of another library.
    AcquireTokenByRefreshToken = 872,
}

/// The public functions of MSAL for Java: `PublicApi`.
///
/// # Examples
///
/// ```
/// use token_telemetry::{ApiId, api::MsalJava};
///
/// assert_eq!(MsalJava::AcquireTokenSilent.api().number(), 800);
/// ```
#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
#[api_id(owner = Msal, crate = crate)]
#[non_exhaustive]
pub enum MsalJava {
    /// Redeems a refresh token of another library.
    AcquireTokenByRefreshToken = 82,
    /// Signs in a user who answers prompts.
    AcquireTokenInteractive = 168,
    /// Signs in with a user name and a password.
    AcquireTokenByUsernamePassword = 300,
    /// Signs in the user of a Windows domain silently.
    AcquireTokenByIntegratedWindowsAuth = 400,
    /// Exchanges a user's token for one of another service.
    AcquireTokenOnBehalfOf = 522,
    /// Signs in a user who types a code on another device.
    AcquireTokenByDeviceCode = 620,
    /// Acquires a token for the application itself.
    AcquireTokenForClient = 729,
    /// Acquires a token for a user who signed in before.
    AcquireTokenSilent = 800,
    /// Lists the accounts in the cache.
    GetAccounts = 801,
    /// Removes an account and its tokens from the cache.
    RemoveAccount = 802,
    /// Acquires a token for the identity of the machine.
    AcquireTokenForSystemAssignedManagedIdentity = 804,
    /// Acquires a token for an identity assigned to the machine.
    AcquireTokenForUserAssignedManagedIdentity = 805,
    /// Redeems an authorization code.
    AcquireTokenByAuthorizationCode = 831,
    /// Acquires a user's token with a federated identity credential.
    AcquireTokenByUserFederatedIdentityCredential = 900,
    /// Acquires a token for an agent.
    AcquireTokenForAgent = 1020,
}

// Errors of the standard library that an SDK may return but cannot describe on our type.
// `Box<dyn Error>` is missing on purpose: nothing is known about it, so the SDK names a function with
// `error_info = …`.

impl DescribeError<io::Error> for Msal {
    fn describe(error: &io::Error) -> ErrorInfo {
        let class = TransportError::of(error);
        if class == TransportError::Other {
            return ErrorInfo::fallback("io_error");
        }
        ErrorInfo::transport(class).or(ErrorInfo::new(class.code()))
    }
}

impl DescribeError<Infallible> for Msal {
    fn describe(error: &Infallible) -> ErrorInfo {
        match *error {}
    }
}

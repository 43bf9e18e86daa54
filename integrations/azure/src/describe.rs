//! Describes the errors and tokens of `azure_core`, without keeping a text or a secret.

use std::error::Error as StdError;
use std::iter::successors;
use std::time::Duration;

use azure_core::credentials::AccessToken;
use azure_core::error::ErrorKind;
use azure_core::http::RawResponse;
use azure_core::time::OffsetDateTime;
use azure_core::{Error, Value};
use token_telemetry::error::sts_codes_in;
use token_telemetry::{ErrorInfo, TokenInfo, TokenType, TransportError};

/// Longest body of an error response that is parsed, in bytes; those of Entra have about 500.
const MAX_BODY_LEN: usize = 64 * 1024;

/// Describes an error of the Azure SDK: OAuth code, `AADSTS` numbers, status, failure class.
///
/// Reads the whole chain of causes, and the body of the token response where the SDK kept it. Without a
/// response it falls back to the name of the innermost `azure_core` error kind.
///
/// # Examples
///
/// Name it in the attribute, if a function of your own returns an `azure_core::Result`:
///
/// ```
/// use azure_core::credentials::{AccessToken, TokenCredential};
/// use token_telemetry::{acquire_token, api::MsalNet};
///
/// #[acquire_token(
///     api = MsalNet::AcquireTokenForClient,
///     error_info = token_telemetry_azure::describe,
///     token_info = token_telemetry_azure::token_info,
/// )]
/// async fn storage_token(credential: &dyn TokenCredential) -> azure_core::Result<AccessToken> {
///     credential.get_token(&["https://storage.azure.com/.default"], None).await
/// }
/// ```
#[must_use]
pub fn describe(error: &Error) -> ErrorInfo {
    ErrorInfo::from_sources(error, describe_cause).or(ErrorInfo::fallback(kind_name(error)))
}

/// Describes an access token: its type, and the time until it expires.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use azure_core::credentials::AccessToken;
/// use azure_core::time::OffsetDateTime;
///
/// let token = AccessToken::new("secret".to_owned(), OffsetDateTime::now_utc() + Duration::from_secs(3600));
/// let info = token_telemetry_azure::token_info(&token);
/// assert!(info.expires_in() > Some(Duration::from_secs(3500)));
/// ```
#[must_use]
pub fn token_info(token: &AccessToken) -> TokenInfo {
    token_info_at(token, OffsetDateTime::now_utc())
}

pub(crate) fn token_info_at(token: &AccessToken, now: OffsetDateTime) -> TokenInfo {
    let remaining = token.expires_on - now;
    TokenInfo::new()
        .with_token_type(TokenType::Bearer)
        .with_expires_in(Duration::try_from(remaining).unwrap_or_default())
}

fn describe_cause(cause: &(dyn StdError + 'static)) -> Option<ErrorInfo> {
    let kind = cause.downcast_ref::<Error>()?.kind();
    if let ErrorKind::HttpResponse {
        status,
        error_code,
        raw_response,
    } = kind
    {
        let body = raw_response.as_deref().and_then(body_of);
        let info = describe_response(error_code.as_deref(), body.as_ref());
        return Some(info.with_status((*status).into()));
    }
    let class = TransportError::of(cause);
    // Files and processes fail with `Io` as well, and are no network.
    let is_transport = match kind {
        ErrorKind::Connection => true,
        ErrorKind::Io => class != TransportError::Other,
        ErrorKind::HttpResponse { .. }
        | ErrorKind::DataConversion
        | ErrorKind::Credential
        | ErrorKind::Other => false,
    };
    is_transport.then(|| ErrorInfo::transport(class))
}

fn body_of(response: &RawResponse) -> Option<Value> {
    let body = response.body();
    (body.len() <= MAX_BODY_LEN)
        .then(|| body.json().ok())
        .flatten()
}

/// Describes an error response by its body, or by the code that the SDK read from it.
fn describe_response(error_code: Option<&str>, body: Option<&Value>) -> ErrorInfo {
    let text = |name| body?.get(name)?.as_str();
    // Entra returns the code itself; other Azure services an object with the code.
    let nested = || body?.get("error")?.get("code")?.as_str();
    // `azure_identity` writes the numbers here, and other crates the code of the service.
    let (numbers, service_code) = match error_code.map(numbers_in) {
        Some(numbers) if !numbers.is_empty() => (numbers, None),
        _ => (Vec::new(), error_code),
    };
    let code = text("error").or_else(nested).or(service_code);
    let info = code.map_or_else(ErrorInfo::unknown, ErrorInfo::new);
    let info = match text("suberror") {
        Some(suberror) => info.with_suberror(suberror),
        None => info,
    };
    if numbers.is_empty() {
        let description = text("error_description").unwrap_or_default();
        info.with_sts_codes(sts_codes_in(description))
    } else {
        info.with_sts_codes(numbers)
    }
}

/// Returns the numbers in a list such as `50012,7000215`, or none if it is not such a list.
fn numbers_in(list: &str) -> Vec<u32> {
    let numbers: Result<_, _> = list.split(',').map(str::parse).collect();
    numbers.unwrap_or_default()
}

/// Returns the kind of the innermost error of the Azure SDK, which is the cause of the others.
fn kind_name(error: &Error) -> &'static str {
    let causes = successors(Some(error), |error| error.downcast_ref::<Error>());
    let innermost = causes.take(ErrorInfo::MAX_SOURCES).last();
    match innermost.unwrap_or(error).kind() {
        ErrorKind::HttpResponse { .. } => "HttpResponse",
        ErrorKind::Connection => "Connection",
        ErrorKind::Io => "Io",
        ErrorKind::DataConversion => "DataConversion",
        ErrorKind::Credential => "Credential",
        ErrorKind::Other => "Other",
    }
}

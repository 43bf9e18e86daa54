//! Describes the errors of token requests.

use std::error::Error;

use oauth2::{ErrorResponse, RequestTokenError};
use serde_json::Value;
use token_telemetry::error::sts_codes_in;
use token_telemetry::{ErrorInfo, TransportError};

use crate::outcome::MAX_BODY;

/// The code of a response that `oauth2` cannot read, such as a proxy's HTML page.
const INVALID_RESPONSE: &str = "invalid_response";

/// Describes an error of a token request: OAuth code, suberror, `AADSTS` numbers, transport failure.
///
/// Pass it to the attribute as `error_info`, or call it from your
/// [`DescribeError`](token_telemetry::DescribeError). It never keeps a description or a body. The
/// status is on the record already if the request was sent through a
/// [`TelemetryHttpClient`](crate::TelemetryHttpClient).
///
/// `error_codes` and `suberror` are read if the type of error response has such fields; those of
/// `oauth2` itself have neither. Without `error_codes`, the numbers are read from the description.
/// A response that `oauth2` cannot read has the code `invalid_response`, unless its body contains an
/// OAuth error.
///
/// # Examples
///
/// ```
/// use oauth2::RequestTokenError;
/// use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType};
/// use token_telemetry_oauth2::describe;
///
/// let response = BasicErrorResponse::new(
///     BasicErrorResponseType::InvalidClient,
///     Some("AADSTS7000215: Invalid client secret provided.".to_owned()),
///     None,
/// );
/// let info = describe(&RequestTokenError::<std::io::Error, _>::ServerResponse(response));
/// assert_eq!(info.code(), Some("invalid_client"));
/// assert_eq!(info.sts_codes(), [7_000_215]);
/// ```
pub fn describe<RE, T>(error: &RequestTokenError<RE, T>) -> ErrorInfo
where
    RE: Error + 'static,
    T: ErrorResponse + 'static,
{
    match error {
        // The trait has no methods, but every error response can be serialized.
        RequestTokenError::ServerResponse(response) => {
            serde_json::to_value(response).map_or_else(|_| ErrorInfo::unknown(), |it| read(&it))
        }
        RequestTokenError::Request(error) => ErrorInfo::transport(TransportError::of(error)),
        RequestTokenError::Parse(_, body) => {
            let body = Some(body).filter(|body| body.len() <= MAX_BODY);
            let response = body.and_then(|body| serde_json::from_slice(body).ok());
            let info = response.as_ref().map_or_else(ErrorInfo::unknown, read);
            info.or(ErrorInfo::fallback(INVALID_RESPONSE))
        }
        // An empty body, or one of another type.
        RequestTokenError::Other(_) => ErrorInfo::fallback(INVALID_RESPONSE),
    }
}

/// Reads the fields of an error response.
fn read(response: &Value) -> ErrorInfo {
    let text = |name| response.get(name).and_then(Value::as_str);
    let mut info = text("error").map_or_else(ErrorInfo::unknown, ErrorInfo::new);
    if let Some(suberror) = text("suberror") {
        info = info.with_suberror(suberror);
    }
    let codes = response.get("error_codes").and_then(Value::as_array);
    let codes: Vec<u32> = codes
        .into_iter()
        .flatten()
        .filter_map(|code| code.as_u64()?.try_into().ok())
        .collect();
    if codes.is_empty() {
        let description = text("error_description").unwrap_or_default();
        info.with_sts_codes(sts_codes_in(description))
    } else {
        info.with_sts_codes(codes)
    }
}

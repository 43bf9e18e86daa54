//! Headers that the SDK's caller adds, beside the ones of telemetry.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::RETURN_CLIENT_REQUEST_ID;
use crate::wire::ClientRequestId;

/// Beginnings of the names that are telemetry's own.
const RESERVED: &[&str] = &["x-client-", "x-app-", "x-ms-lib-", "x-ms-client-request-id"];

/// Adds headers of the caller; those that telemetry has written already are left as they are.
///
/// A caller's header replaces others of the same name. The names of headers that were left out come
/// back, so that the SDK can tell its caller: those of telemetry, and those for which a map of the
/// largest size has no room.
///
/// # Examples
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use token_telemetry::entra::{CURRENT_TELEMETRY, add_caller_headers};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(CURRENT_TELEMETRY, HeaderValue::from_static("5|1004,0,,,|0,1,1,,,"));
/// let mut extra = HeaderMap::new();
/// extra.insert(CURRENT_TELEMETRY, HeaderValue::from_static("mine"));
/// extra.insert("x-trace", HeaderValue::from_static("7"));
///
/// assert_eq!(add_caller_headers(&mut headers, extra), [CURRENT_TELEMETRY]);
/// assert_eq!(headers["x-trace"], "7");
/// assert_eq!(headers[CURRENT_TELEMETRY], "5|1004,0,,,|0,1,1,,,");
/// ```
#[must_use = "the names that were left out should reach the caller"]
pub fn add_caller_headers(headers: &mut HeaderMap, extra: HeaderMap) -> Vec<HeaderName> {
    let mut left_out = Vec::new();
    let mut accepts = false;
    let mut last_name = None;
    for (name, value) in extra {
        // A further value of the same name comes without the name.
        let is_new = name.is_some();
        last_name = name.or(last_name);
        let Some(name) = last_name.clone() else {
            continue;
        };
        if is_new {
            accepts = !(is_reserved(&name) && headers.contains_key(&name));
        }
        let is_added = match (accepts, is_new) {
            (true, true) => replace(headers, &name, value),
            (true, false) => headers.try_append(name.clone(), value).is_ok(),
            (false, _) => false,
        };
        if !is_added && left_out.last() != Some(&name) {
            left_out.push(name);
        }
    }
    left_out
}

/// Sets the only value of a header; false if the map has no room for it.
fn replace(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) -> bool {
    // A full map refuses even a name that it holds.
    if headers.get_all(name).iter().count() == 1
        && let Some(only) = headers.get_mut(name)
    {
        *only = value;
        return true;
    }
    headers.try_insert(name.clone(), value).is_ok()
}

/// Whether a header is telemetry's own.
fn is_reserved(name: &HeaderName) -> bool {
    let by_name = *name == ClientRequestId::HEADER || *name == RETURN_CLIENT_REQUEST_ID;
    by_name
        || RESERVED
            .iter()
            .any(|start| name.as_str().starts_with(start))
}

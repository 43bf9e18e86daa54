//! Adds headers of the SDK's caller without overwriting telemetry.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::identity::RETURN_CLIENT_REQUEST_ID;
use crate::wire::ClientRequestId;

/// Prefixes of header names reserved for telemetry.
const RESERVED: &[&str] = &["x-client-", "x-app-", "x-ms-lib-", "x-ms-client-request-id"];

/// Adds the caller's headers, keeping those that telemetry has already written.
///
/// Each of the caller's headers replaces others of the same name. Returns the names of the headers
/// that were not added, so that the SDK can report them to its caller: reserved headers that
/// telemetry has written, and headers that do not fit because the map has reached its maximum size.
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
#[must_use = "report the names that were not added to the caller"]
pub fn add_caller_headers(headers: &mut HeaderMap, extra: HeaderMap) -> Vec<HeaderName> {
    let mut rejected = Vec::new();
    let mut accepts = false;
    let mut last_name = None;
    for (name, value) in extra {
        // `HeaderMap` yields further values of the same name without the name.
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
        if !is_added && rejected.last() != Some(&name) {
            rejected.push(name);
        }
    }
    rejected
}

/// Sets the only value of a header; returns `false` if the map is full.
fn replace(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) -> bool {
    // A full map rejects even a name that it contains, so overwrite that value in place.
    if headers.get_all(name).iter().count() == 1
        && let Some(only) = headers.get_mut(name)
    {
        *only = value;
        return true;
    }
    headers.try_insert(name.clone(), value).is_ok()
}

/// Returns whether a header name is reserved for telemetry.
fn is_reserved(name: &HeaderName) -> bool {
    let by_name = *name == ClientRequestId::HEADER || *name == RETURN_CLIENT_REQUEST_ID;
    by_name
        || RESERVED
            .iter()
            .any(|start| name.as_str().starts_with(start))
}

//! Parses the host of a URL as HTTP clients do.

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// The longest name in the domain name system.
const MAX_HOST_LEN: usize = 253;

/// Returns the host of an absolute URL in lower case; the rest of the URL is ignored.
///
/// A URL without a scheme has no host: the first segment of a relative path may name a tenant.
pub(crate) fn host_of_url(url: &str) -> Option<Cow<'_, str>> {
    host_of_authority(behind_scheme(url)?)
}

/// Returns the text in the position of the host, valid or not; else the whole text.
pub(super) fn host_position(url: &str) -> &str {
    let place = behind_scheme(url).map(place_in);
    place.filter(|place| !place.is_empty()).unwrap_or(url)
}

fn behind_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let is_scheme_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(is_scheme_byte);
    is_scheme.then_some(rest)
}

/// Returns the text between user and port, before any path.
fn place_in(text: &str) -> &str {
    // Browsers and `url::Url` treat a backslash as a slash, so a host cannot hide behind one.
    let end = text.find(['/', '\\', '?', '#']).unwrap_or(text.len());
    let authority = text.get(..end).unwrap_or(text);
    let (_, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => place,
    }
}

/// Returns the host of `user@host:port`, with or without a path.
pub(crate) fn host_of_authority(text: &str) -> Option<Cow<'_, str>> {
    let host = place_in(text);
    if let Some(literal) = host.strip_prefix('[') {
        let address: Ipv6Addr = literal.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]").into());
    }
    name(host)
}

/// Returns a name or an IPv4 address in lower case, without the trailing dot.
fn name(host: &str) -> Option<Cow<'_, str>> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_name = (1..=MAX_HOST_LEN).contains(&host.len()) && host.bytes().all(is_name_byte);
    is_name.then(|| {
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            host.to_ascii_lowercase().into()
        } else {
            host.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_where_a_client_would_connect_to() {
        for (url, host) in [
            ("https://login.example/tenant/token", Some("login.example")),
            ("HTTPS://Login.Example:8443?x", Some("login.example")),
            ("https://login.example./", Some("login.example")),
            ("https://user:p@ss@login.example#f", Some("login.example")),
            (
                "https://other.example\\@login.example/",
                Some("other.example"),
            ),
            ("https://login.example/{tenant} ü", Some("login.example")),
            ("http://[::1]:8080/token", Some("[::1]")),
            ("http://[0:0:0:0:0:0:0:1]/token", Some("[::1]")),
            ("http://127.0.0.1:8080", Some("127.0.0.1")),
            ("tenant/oauth2/token", None),
            ("/tenant/oauth2/token", None),
            ("//login.example/token", None),
            ("login.example:443/token", None),
            ("https://", None),
            ("https:///token", None),
            ("https://[::1/token", None),
            ("https://log in.example/", None),
            ("https://lögin.example/", None),
            ("https://login%2eexample/", None),
            (" https://login.example/", None),
        ] {
            assert_eq!(host_of_url(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn a_name_that_no_server_can_have_is_none() {
        assert_eq!(host_of_authority(&"x".repeat(MAX_HOST_LEN + 1)), None);
    }
}

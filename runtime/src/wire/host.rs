//! Splits the authority of a URL, and parses its host as HTTP clients do.

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// The longest name in the domain name system.
const MAX_HOST_LEN: usize = 253;

/// The authority of a URL, `[user@]host[:port]`, in parts that are not checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UrlAuthority<'a> {
    pub(crate) user: Option<&'a str>,
    pub(crate) host: &'a str,
    /// The digits behind the colon, or an empty text.
    pub(crate) port: Option<&'a str>,
    /// The text behind the authority: a path, a query, or a fragment.
    pub(crate) rest: &'a str,
}

impl<'a> UrlAuthority<'a> {
    /// Splits the text behind the scheme of a URL.
    pub(crate) fn of(text: &'a str) -> Self {
        // Browsers and `url::Url` treat a backslash as a slash, so a host cannot hide behind one.
        let ends = |byte: u8| matches!(byte, b'/' | b'\\' | b'?' | b'#');
        let end = text.bytes().position(ends).unwrap_or(text.len());
        let (authority, rest) = text.split_at(end);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, Some(port))
            }
            _ => (place, None),
        };
        Self {
            user,
            host,
            port,
            rest,
        }
    }

    /// Returns the host in lower case, without the trailing dot; `None` if it is not a host.
    pub(crate) fn checked_host(self) -> Option<Cow<'a, str>> {
        let Some(literal) = self.host.strip_prefix('[') else {
            return name(self.host);
        };
        let address: Ipv6Addr = literal.strip_suffix(']')?.parse().ok()?;
        Some(format!("[{address}]").into())
    }
}

/// Returns scheme and rest of an absolute URL.
pub(crate) fn split_scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let is_scheme_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(is_scheme_byte);
    is_scheme.then_some((scheme, rest))
}

/// Returns the host of an absolute URL in lower case; the rest of the URL is ignored.
///
/// A URL without a scheme has no host: the first segment of a relative path may name a tenant.
pub(crate) fn host_of_url(url: &str) -> Option<Cow<'_, str>> {
    let (_, rest) = split_scheme(url)?;
    UrlAuthority::of(rest).checked_host()
}

/// Returns the host of a URL, or of `host:port`, in lower case.
pub(crate) fn host_of(text: &str) -> Option<String> {
    let host = if text.contains("://") {
        host_of_url(text)
    } else {
        UrlAuthority::of(text).checked_host()
    };
    host.map(Cow::into_owned)
}

/// Returns the text in the position of the host, valid or not; else the whole text.
pub(super) fn host_position(url: &str) -> &str {
    let host = split_scheme(url).map(|(_, rest)| UrlAuthority::of(rest).host);
    host.filter(|host| !host.is_empty()).unwrap_or(url)
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
        assert_eq!(host_of(&"x".repeat(MAX_HOST_LEN + 1)), None);
    }
}

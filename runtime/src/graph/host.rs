//! The hosts that receive the headers.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::Uri;

use crate::wire::{UrlAuthority, split_scheme};

/// Graph's hosts in the public and the national clouds, as the SDKs list them.
const GRAPH_HOSTS: &[Origin] = &[
    Origin::https("graph.microsoft.com"),
    Origin::https("canary.graph.microsoft.com"),
    Origin::https("graph.microsoft.us"),
    Origin::https("dod-graph.microsoft.us"),
    Origin::https("graph.microsoft.de"),
    Origin::https("microsoftgraph.chinacloudapi.cn"),
];

const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// The hosts that receive the headers: Graph's own, and those an application adds.
///
/// Specified by microsoftgraph/msgraph-sdk-design, `middleware/TelemetryHandler.md` and
/// `GraphClientFactory.md` (custom hosts). A URL matches only with `https`, the exact host name, and
/// the exact port. A URL with user information never matches, because a foreign host could use it to
/// disguise itself.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::Hosts;
///
/// let hosts = Hosts::graph().with("graph.contoso.example")?;
/// assert!(hosts.allow(&"https://graph.microsoft.com/v1.0/me".parse()?));
/// assert!(hosts.allow_url("https://graph.contoso.example/v1.0/me"));
/// assert!(!hosts.allow_url("https://graph.microsoft.com:x@evil.example/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    custom: Vec<Origin>,
}

/// A host that receives the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GraphHost {
    /// One of Graph's own.
    Public(&'static str),
    /// One that the application adds; its name may identify an organization.
    Custom,
}

/// The scheme, host, and port of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    scheme: &'static str,
    host: Cow<'static, str>,
    port: u16,
}

impl Hosts {
    /// Returns Graph's own hosts in all clouds.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Hosts;
    ///
    /// assert!(Hosts::graph().allow_url("https://graph.microsoft.us/v1.0/me"));
    /// ```
    #[must_use]
    pub const fn graph() -> Self {
        Self { custom: Vec::new() }
    }

    /// Adds a host that is reached over `https`, as a name or as `name:port`.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a plain host, for example a URL or a pattern.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Hosts;
    ///
    /// let hosts = Hosts::graph().with("graph.contoso.example:8443")?;
    /// assert!(hosts.allow_url("https://graph.contoso.example:8443/v1.0/me"));
    /// assert!(Hosts::graph().with("*.contoso.example").is_err());
    /// # Ok::<(), token_telemetry::graph::InvalidHost>(())
    /// ```
    pub fn with(self, host: impl AsRef<str>) -> Result<Self, InvalidHost> {
        let (host, port) = parse_host(host.as_ref()).ok_or(InvalidHost(Problem::NotAHost))?;
        Ok(self.with_origin("https", host, port.unwrap_or(HTTPS_PORT)))
    }

    /// Adds a local server that is reached over plain `http`, for tests.
    ///
    /// # Errors
    ///
    /// Returns an error if the host is not `localhost`, `127.0.0.1`, or `[::1]`, optionally with a
    /// port.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Hosts;
    ///
    /// let hosts = Hosts::graph().with_loopback_http("127.0.0.1:8080")?;
    /// assert!(hosts.allow_url("http://127.0.0.1:8080/v1.0/me"));
    /// assert!(Hosts::graph().with_loopback_http("contoso.example").is_err());
    /// # Ok::<(), token_telemetry::graph::InvalidHost>(())
    /// ```
    pub fn with_loopback_http(self, host: impl AsRef<str>) -> Result<Self, InvalidHost> {
        let (host, port) = parse_host(host.as_ref()).ok_or(InvalidHost(Problem::NotAHost))?;
        if !["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str()) {
            return Err(InvalidHost(Problem::NotLoopback));
        }
        Ok(self.with_origin("http", host, port.unwrap_or(HTTP_PORT)))
    }

    fn with_origin(mut self, scheme: &'static str, host: String, port: u16) -> Self {
        let host = host.into();
        self.custom.push(Origin { scheme, host, port });
        self
    }

    /// Returns whether a request to this URI receives the headers.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Hosts;
    ///
    /// assert!(Hosts::graph().allow(&"https://graph.microsoft.com/v1.0/me".parse()?));
    /// assert!(!Hosts::graph().allow(&"https://files.example/x".parse()?));
    /// # Ok::<(), http::uri::InvalidUri>(())
    /// ```
    #[must_use]
    pub fn allow(&self, uri: &Uri) -> bool {
        self.find(uri).is_some()
    }

    /// Like [`allow`](Self::allow), for a `url::Url` or a URL as text.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::Hosts;
    ///
    /// assert!(!Hosts::graph().allow_url("http://graph.microsoft.com/v1.0/me"));
    /// ```
    #[must_use]
    pub fn allow_url(&self, url: impl AsRef<str>) -> bool {
        self.find_url(url.as_ref()).is_some()
    }

    /// Returns the host of a URI that receives the headers.
    pub(super) fn find(&self, uri: &Uri) -> Option<GraphHost> {
        self.find_origin(uri.scheme_str()?, uri.authority()?.as_str())
    }

    /// Returns the host of a URL that receives the headers.
    pub(super) fn find_url(&self, url: &str) -> Option<GraphHost> {
        let (scheme, rest) = split_scheme(url)?;
        self.find_origin(scheme, rest)
    }

    fn find_origin(&self, scheme: &str, rest: &str) -> Option<GraphHost> {
        let authority = UrlAuthority::of(rest);
        // Some clients take a backslash for a part of the name, and connect to another host.
        if authority.rest.starts_with('\\') {
            return None;
        }
        let (host, port) = host_and_port(&authority)?;
        let matches = |origin: &Origin| {
            let port = port.unwrap_or_else(|| origin.default_port());
            origin.scheme.eq_ignore_ascii_case(scheme)
                && origin.host.eq_ignore_ascii_case(host)
                && origin.port == port
        };
        if let Some(origin) = GRAPH_HOSTS.iter().find(|origin| matches(origin)) {
            return Some(GraphHost::Public(&origin.host));
        }
        let is_custom = self.custom.iter().any(matches);
        is_custom.then_some(GraphHost::Custom)
    }
}

impl Origin {
    const fn https(host: &'static str) -> Self {
        Self {
            scheme: "https",
            host: Cow::Borrowed(host),
            port: HTTPS_PORT,
        }
    }

    fn default_port(&self) -> u16 {
        match self.scheme {
            "https" => HTTPS_PORT,
            _ => HTTP_PORT,
        }
    }
}

impl Default for Hosts {
    fn default() -> Self {
        Self::graph()
    }
}

/// Returns host and port; `None` for user information or an invalid port.
fn host_and_port<'a>(authority: &UrlAuthority<'a>) -> Option<(&'a str, Option<u16>)> {
    let port = match authority.port {
        None | Some("") => None,
        Some(digits) => Some(digits.parse().ok()?),
    };
    authority.user.is_none().then_some((authority.host, port))
}

/// Parses a custom host, and nothing else.
fn parse_host(text: &str) -> Option<(String, Option<u16>)> {
    let authority = UrlAuthority::of(text);
    let (host, port) = host_and_port(&authority)?;
    let is_host = authority.checked_host().is_some() && !host.ends_with('.');
    (is_host && authority.rest.is_empty()).then(|| (host.to_ascii_lowercase(), port))
}

/// The error for text that is not a valid custom host.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::Hosts;
///
/// let error = Hosts::graph().with("https://contoso.example/").unwrap_err();
/// assert_eq!(error.to_string(), "expected a host name with an optional port");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHost(Problem);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    NotAHost,
    NotLoopback,
}

impl fmt::Display for InvalidHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Problem::NotAHost => "expected a host name with an optional port",
            Problem::NotLoopback => {
                "expected `localhost`, `127.0.0.1`, or `[::1]`; other hosts require https"
            }
        })
    }
}

impl Error for InvalidHost {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_host_matches_only_its_port() {
        let hosts = Hosts::graph().with("Example:3000").unwrap();
        assert!(hosts.allow_url("https://example:3000/x"));
        for other in [
            "https://example/",
            "https://example:443/",
            "http://example:3000/",
        ] {
            assert!(!hosts.allow_url(other), "{other}");
        }
    }

    #[test]
    fn custom_host_must_be_plain() {
        for text in [
            "",
            "https://a.example",
            "a.example/",
            "*.example",
            "u@a.example",
            "a:x",
            "a.",
        ] {
            assert!(Hosts::graph().with(text).is_err(), "{text}");
        }
        assert!(Hosts::graph().with("[::1]:8443").is_ok());
    }

    #[test]
    fn plain_http_is_local_only() {
        let hosts = Hosts::graph().with_loopback_http("localhost:8080").unwrap();
        assert!(hosts.allow_url("http://localhost:8080"));
        assert!(!hosts.allow_url("https://localhost:8080"));
        assert!(!hosts.allow_url("http://graph.microsoft.com:8080"));
    }

    #[test]
    fn disguised_hosts_are_rejected() {
        for url in [
            "https://user@graph.microsoft.com/",
            "https://graph.microsoft.com@evil.example/",
            "https://graph.microsoft.com\\@evil.example/",
            "https://evil.example\\.graph.microsoft.com/",
            "https://evil.example#@graph.microsoft.com/",
            "https://evil.example/graph.microsoft.com",
            "https://graph.microsoft.com./",
            "https://graph.microsoft.com:x/",
            "https://graph.microsoft.com:65979/",
            "https:///graph.microsoft.com/",
            "//graph.microsoft.com/",
            "/v1.0/me",
            "wss://graph.microsoft.com/",
        ] {
            assert!(!Hosts::graph().allow_url(url), "{url}");
            let uri = url.parse::<Uri>();
            assert!(!uri.is_ok_and(|uri| Hosts::graph().allow(&uri)), "{url}");
        }
    }
}

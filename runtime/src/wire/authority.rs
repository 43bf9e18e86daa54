//! The authority of a token request, and which part of its name may be shown.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};

use super::host::{host_of_url, host_position};

/// Shown instead of text that may identify a user or a tenant.
pub(crate) const REDACTED: &str = "redacted";

/// Hosts that all tenants of a cloud share, and the instance metadata service.
const SHARED_HOSTS: &[&str] = &[
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "login.live.com",
    "mtlsauth.microsoft.com",
    "login-us.microsoftonline.com",
    "login.microsoftonline.us",
    "login.usgovcloudapi.net",
    "login.microsoftonline.de",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
    "169.254.169.254",
    "127.0.0.1",
    "[::1]",
    "localhost",
];

/// A token server; failures there are reported to no other server.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Authority {
    /// A server whose host could be parsed.
    Host(Arc<str>),
    /// Any other, identified by a hash of the text in the position of the host.
    Opaque(u64),
}

impl Authority {
    /// Returns the authority of a URL; only its host is read, if it has one.
    pub(crate) fn of_url(url: &str) -> Self {
        host_of_url(url).map_or_else(|| Self::opaque(url), |host| Self::Host(host.into()))
    }

    fn opaque(url: &str) -> Self {
        // Random keys, so that nobody can choose a URL that collides with another.
        static KEYS: OnceLock<RandomState> = OnceLock::new();
        let text = host_position(url).to_lowercase();
        Self::Opaque(KEYS.get_or_init(RandomState::new).hash_one(text))
    }

    /// Returns the host of the server, if it could be parsed.
    pub(crate) fn host(&self) -> Option<&Arc<str>> {
        match self {
            Self::Host(host) => Some(host),
            Self::Opaque(_) => None,
        }
    }

    /// Returns the host of the server if all tenants of a cloud share it.
    pub(crate) fn shared_host(&self) -> Option<&str> {
        let host = self.host().map(|host| &**host);
        host.filter(|host| is_shared_host(host))
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.host().map(|host| shown_host(host)), f)
    }
}

/// Returns the host if logs may show it.
pub(crate) fn shown_host(host: &str) -> &str {
    if is_shared_host(host) { host } else { REDACTED }
}

/// Returns whether all tenants of a cloud share the host, optionally with a region in front.
///
/// Any other may identify a tenant: `contoso.ciamlogin.com`, `contoso.b2clogin.com`, an AD FS.
fn is_shared_host(host: &str) -> bool {
    let is_region =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_shared = |shared: &&str| {
        let in_front = host.strip_suffix(*shared);
        in_front
            .is_some_and(|front| front.is_empty() || front.strip_suffix('.').is_some_and(is_region))
    };
    SHARED_HOSTS.iter().any(is_shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shared_hosts_are_shown() {
        for shown in [
            "login.microsoftonline.com",
            "westus2.login.microsoft.com",
            "169.254.169.254",
            "localhost",
        ] {
            assert_eq!(shown_host(shown), shown);
        }
        for hidden in [
            "contoso.ciamlogin.com",
            "contoso.b2clogin.com",
            "adfs.contoso.com",
            "contosologin.microsoft.com",
            "a.b.login.microsoft.com",
            ".login.microsoft.com",
            "login.microsoft.com.contoso.com",
            "",
        ] {
            assert_eq!(shown_host(hidden), REDACTED, "{hidden}");
        }
    }

    #[test]
    fn debug_shows_no_text_of_an_unreadable_host() {
        let authority = Authority::of_url("https://c\u{f6}ntoso.example/token");
        assert_eq!(format!("{authority:?}"), "None");
    }
}

//! Who may read the console.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderValue;

/// The hosts that a request may name, and the token that its URL needs.
#[derive(Debug)]
pub(crate) struct Access {
    hosts: Vec<String>,
    address: Option<IpAddr>,
    token: Option<String>,
}

impl Access {
    pub(crate) const fn new(hosts: Vec<String>, token: Option<String>) -> Self {
        Self {
            hosts,
            address: None,
            token,
        }
    }

    /// Adapts to the address that the console listens on: loopback needs no token.
    pub(crate) fn serve_at(&mut self, address: SocketAddr) {
        if address.ip().is_loopback() {
            self.token = None;
        }
        self.address = Some(address.ip());
    }

    /// Returns the URL of the page at this address.
    pub(crate) fn url(&self, address: SocketAddr) -> String {
        let token = self.token.as_ref();
        let query = token.map(|token| format!("?token={token}"));
        format!("http://{address}/{}", query.unwrap_or_default())
    }

    /// Checks the `Host` header, which names another site if a browser was led here by DNS.
    pub(super) fn check_host(&self, host: Option<&HeaderValue>) -> Result<(), String> {
        let named = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = without_port(named);
        let is_allowed = match name.parse::<IpAddr>() {
            Ok(ip) => self.is_own(ip),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        };
        if is_allowed
            || self
                .hosts
                .iter()
                .any(|host| host.eq_ignore_ascii_case(name))
        {
            return Ok(());
        }
        Err(
            "This console answers requests to loopback and to its own address only. To use another \
             name for it, call `Console::allow_host`.\n"
                .to_owned(),
        )
    }

    /// An address cannot be pointed elsewhere by DNS: if all are bound, each may be the machine's own.
    fn is_own(&self, ip: IpAddr) -> bool {
        ip.is_loopback()
            || self
                .address
                .is_some_and(|own| own.is_unspecified() || own == ip)
    }

    pub(super) fn check_token(&self, query: Option<&str>) -> Result<(), &'static str> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let mut pairs = query.unwrap_or_default().split('&');
        if pairs.any(|pair| pair.strip_prefix("token=") == Some(token)) {
            return Ok(());
        }
        Err(
            "This console needs the token in its URL: `?token=…`. The program that serves it knows the URL.\n",
        )
    }
}

/// Returns the host of `host:port`, without the brackets of an IPv6 address.
fn without_port(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

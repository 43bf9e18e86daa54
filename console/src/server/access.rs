//! Who may read the console.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;

/// Explains that a request names no host of the console.
const WRONG_HOST: &str = "This console answers requests to loopback and to its own address only. \
    To open it by another name, the program must call `Console::allow_host`.\n";

/// Explains that a URL has no token, or another one.
const NO_TOKEN: &str = "This console needs `?token=` with its token in the URL. The program gets \
    the token from `Console::token`, and the whole URL from `BoundConsole::url`.\n";

/// The hosts that a request may name, and the token that its URL needs.
pub(crate) struct Access {
    hosts: Vec<String>,
    address: Option<IpAddr>,
    token: Option<String>,
}

impl Access {
    /// Allows loopback and these hosts, with a token if there is one.
    pub(crate) fn new(hosts: &[String], token: Option<String>) -> Self {
        let names = hosts.iter().map(|host| without_port(host).to_owned());
        Self {
            hosts: names.filter(|name| !name.is_empty()).collect(),
            address: None,
            token,
        }
    }

    /// Adapts to the address that the console listens on: loopback needs no token.
    pub(crate) fn served_at(self, address: SocketAddr) -> Self {
        let is_local = address.ip().is_loopback();
        Self {
            token: self.token.filter(|_| !is_local),
            address: Some(address.ip()),
            ..self
        }
    }

    /// Returns the URL of the page at this address.
    pub(crate) fn url(&self, address: SocketAddr) -> String {
        // Not every browser can open the address that means all of them.
        let host = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            host @ (IpAddr::V4(_) | IpAddr::V6(_)) => host,
        };
        let token = self.token.as_ref();
        let query = token.map(|token| format!("?token={token}"));
        let address = SocketAddr::new(host, address.port());
        format!("http://{address}/{}", query.unwrap_or_default())
    }

    /// Checks the host of a request, which is another site if DNS led a browser here.
    pub(super) fn check_host(&self, request: &Request) -> Result<(), &'static str> {
        let named = match request.headers().get(HOST) {
            Some(host) => host.to_str().ok(),
            // HTTP/2, in an application that speaks it.
            None => request.uri().authority().map(Authority::as_str),
        };
        let name = without_port(named.unwrap_or_default());
        let is_local = match name.parse::<IpAddr>() {
            Ok(ip) => self.is_own(ip),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        };
        let is_name = |host: &String| host.eq_ignore_ascii_case(name);
        if is_local || self.hosts.iter().any(is_name) {
            return Ok(());
        }
        Err(WRONG_HOST)
    }

    /// DNS cannot lead to an address: if the console listens on all, each may be the machine's own.
    fn is_own(&self, ip: IpAddr) -> bool {
        let is_bound = |own: IpAddr| own.is_unspecified() || own == ip;
        ip.is_loopback() || self.address.is_some_and(is_bound)
    }

    pub(super) fn check_token(&self, query: Option<&str>) -> Result<(), &'static str> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let mut pairs = query.unwrap_or_default().split('&');
        if pairs.any(|pair| pair.strip_prefix("token=") == Some(token)) {
            return Ok(());
        }
        Err(NO_TOKEN)
    }
}

/// Returns the host of `host:port`, without the brackets of an IPv6 address.
fn without_port(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

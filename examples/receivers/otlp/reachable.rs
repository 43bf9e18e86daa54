//! Checks that an endpoint is reachable; the exporters would only report a timeout.

use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use axum::http::Uri;
use token_telemetry_examples::Failure;

/// Time limit for a connection.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Connects once, and fails with the error of the system.
pub(crate) fn check(endpoint: &str) -> Result<(), Failure> {
    let (host, port) = host_and_port(endpoint)
        .ok_or_else(|| format!("expected an endpoint `http://HOST:PORT`, found `{endpoint}`"))?;
    connect(&host, port)
        .map_err(|error| format!("no collector at {endpoint}: {}", cause(&error)).into())
}

fn host_and_port(endpoint: &str) -> Option<(String, u16)> {
    let uri: Uri = endpoint.parse().ok()?;
    let is_plain = uri.scheme_str() == Some("http");
    let host = uri.host()?.trim_matches(['[', ']']).to_owned();
    is_plain.then_some((host, uri.port_u16().unwrap_or(80)))
}

fn connect(host: &str, port: u16) -> io::Result<()> {
    let mut result = Err(io::ErrorKind::NotFound.into());
    for address in (host, port).to_socket_addrs()? {
        result = TcpStream::connect_timeout(&address, TIMEOUT).map(drop);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Returns the kind of a common error, and the full message of any other.
fn cause(error: &io::Error) -> String {
    let kind = error.kind();
    if kind == io::ErrorKind::ConnectionRefused || kind == io::ErrorKind::TimedOut {
        kind.to_string()
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn failure(endpoint: &str) -> String {
        check(endpoint).unwrap_err().to_string()
    }

    #[test]
    fn dead_endpoint() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        check(&endpoint).unwrap();
        drop(listener);
        let expected = format!("no collector at {endpoint}: connection refused");
        assert_eq!(failure(&endpoint), expected);
    }

    #[test]
    fn unusable_endpoint() {
        for endpoint in [
            "localhost:4317",
            "https://localhost:4317",
            "http://",
            "4317",
        ] {
            assert!(failure(endpoint).starts_with("expected"), "{endpoint}");
        }
    }

    #[test]
    fn parts_of_an_endpoint() {
        let parts = |endpoint| host_and_port(endpoint).unwrap();
        assert_eq!(parts("http://[::1]:4317"), ("::1".to_owned(), 4317));
        assert_eq!(parts("http://collector/"), ("collector".to_owned(), 80));
    }
}

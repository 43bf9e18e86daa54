//! Classifies a transport failure by the error of an HTTP client and its causes.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;

use super::{TransportError, chain};
use crate::contained::contained;

/// Maximum length of a message that is searched; the specific words come first.
const MAX_MESSAGE_LEN: usize = 256;

/// Phrases by which HTTP clients report what no error type of `std` expresses.
///
/// They come from `std` (DNS), `hyper`, `hyper-util`, `reqwest` 0.12 and 0.13, `rustls`,
/// `native-tls` with its three backends, `h2`, `tokio` and `tower`.
const PHRASES: &[(&str, TransportError)] = &[
    ("dns error", TransportError::Dns),
    ("failed to lookup address", TransportError::Dns),
    ("No such host is known", TransportError::Dns),
    ("nodename nor servname", TransportError::Dns),
    ("peer certificate", TransportError::Tls),
    ("certificate verify failed", TransportError::Tls),
    ("certificate was not trusted", TransportError::Tls),
    ("certificate chain", TransportError::Tls),
    ("received corrupt message", TransportError::Tls),
    ("received fatal alert", TransportError::Tls),
    ("peer sent no certificates", TransportError::Tls),
    ("peer is incompatible", TransportError::Tls),
    ("peer misbehaved", TransportError::Tls),
    ("tls handshake", TransportError::Tls),
    ("TLS handshake", TransportError::Tls),
    ("SSL routines", TransportError::Tls),
    ("operation timed out", TransportError::Timeout),
    ("request timed out", TransportError::Timeout),
    ("deadline has elapsed", TransportError::Timeout),
    (
        "connection closed before message completed",
        TransportError::Closed,
    ),
    ("connection was not ready", TransportError::Closed),
    ("operation was canceled", TransportError::Closed),
    ("connection reset", TransportError::Closed),
    ("broken pipe", TransportError::Closed),
    ("tcp connect error", TransportError::Connect),
    ("error trying to connect", TransportError::Connect),
    ("client error (Connect)", TransportError::Connect),
];

/// From the most to the least specific: a DNS failure is also a failure to connect.
const BY_SPECIFICITY: [TransportError; 5] = [
    TransportError::Dns,
    TransportError::Tls,
    TransportError::Timeout,
    TransportError::Closed,
    TransportError::Connect,
];

impl TransportError {
    /// Classifies the error of an HTTP client and its causes.
    ///
    /// Understands `std::io::Error`, `hyper`, `reqwest` 0.12 and 0.13, `rustls`, `native-tls` and `tower`: by
    /// type where `std` has one, otherwise by phrases of the message, which is never kept. Returns
    /// [`Other`](Self::Other) if nothing is recognized.
    ///
    /// For middleware that must return its error and cannot pass it to
    /// [`send`](crate::TokenRequest::send).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::TransportError;
    ///
    /// let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    /// assert_eq!(TransportError::of(&refused), TransportError::Connect);
    ///
    /// let lookup = io::Error::other("failed to lookup address information");
    /// assert_eq!(TransportError::of(&lookup), TransportError::Dns);
    /// ```
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        // Messages are formatted by foreign code, which may panic.
        let classes = contained(|| chain(error).filter_map(class).collect::<Vec<_>>());
        let classes = classes.unwrap_or_default();
        let found = BY_SPECIFICITY.into_iter().find(|it| classes.contains(it));
        found.unwrap_or(Self::Other)
    }
}

/// Classifies one error, without its causes.
fn class(error: &(dyn Error + 'static)) -> Option<TransportError> {
    let by_kind = || of_kind(error.downcast_ref::<io::Error>()?.kind());
    by_message(error).or_else(by_kind)
}

fn by_message(error: &dyn Error) -> Option<TransportError> {
    let mut start = Start::default();
    // Returns an error once enough is written.
    _ = write!(start, "{error}");
    let found = PHRASES.iter().find(|(phrase, _)| start.0.contains(phrase));
    found.map(|(_, class)| *class)
}

/// The start of a message.
#[derive(Default)]
struct Start(String);

impl fmt::Write for Start {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let room = MAX_MESSAGE_LEN.saturating_sub(self.0.len());
        self.0.extend(s.chars().take(room));
        if s.len() > room {
            return Err(fmt::Error);
        }
        Ok(())
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the standard library adds kinds as it likes"
)]
fn of_kind(kind: io::ErrorKind) -> Option<TransportError> {
    match kind {
        io::ErrorKind::TimedOut => Some(TransportError::Timeout),
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Some(TransportError::Connect),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => Some(TransportError::Closed),
        _ => None,
    }
}

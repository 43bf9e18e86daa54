//! The id that correlates an acquisition with the server's logs.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// A GUID that identifies one acquisition in client and server logs.
///
/// MSAL calls it the correlation id; on the wire, it is the header `client-request-id`
/// (AzureAD/microsoft-authentication-library-for-dotnet, `OAuth2Header`).
///
/// ```text
/// client-request-id = 8HEXDIG "-" 4HEXDIG "-" 4HEXDIG "-" 4HEXDIG "-" 12HEXDIG   ; lower case
/// ```
///
/// # Examples
///
/// ```
/// use token_telemetry::ClientRequestId;
///
/// let id: ClientRequestId = "AD8C894A-557F-48C0-B045-C129590C344E".parse()?;
/// assert_eq!(id.to_string(), "ad8c894a-557f-48c0-b045-c129590c344e");
/// # Ok::<(), token_telemetry::error::InvalidRequestId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientRequestId(Uuid);

impl ClientRequestId {
    /// The header that carries the id, to the token endpoint and to Microsoft Graph.
    pub const HEADER: HeaderName = HeaderName::from_static("client-request-id");

    /// The length of the text form, in bytes.
    pub const LEN: usize = 36;

    /// Creates a random id (version 4).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientRequestId;
    ///
    /// assert_ne!(ClientRequestId::new(), ClientRequestId::new());
    /// ```
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "a default value is expected to be the same every time"
    )]
    pub fn new() -> Self {
        Self(Uuid::new_v4())
    }

    /// Creates an id from bytes in network order.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ClientRequestId;
    ///
    /// let id = ClientRequestId::from_bytes([0x11; 16]);
    /// assert_eq!(id.to_string(), "11111111-1111-1111-1111-111111111111");
    /// ```
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the first id in these headers, if it is a GUID.
    pub(crate) fn in_headers(headers: &HeaderMap) -> Option<Self> {
        headers.get(Self::HEADER).and_then(Self::from_header)
    }

    /// Parses the value of a header; returns `None` if it is not a GUID.
    pub(crate) fn from_header(value: &HeaderValue) -> Option<Self> {
        str::from_utf8(value.as_bytes()).ok()?.parse().ok()
    }

    /// Writes the id as text into a buffer on the stack.
    pub(crate) fn encode(self, buffer: &mut [u8; Self::LEN]) -> &str {
        self.0.hyphenated().encode_lower(buffer)
    }
}

impl fmt::Display for ClientRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.encode(&mut [0; Self::LEN]))
    }
}

impl fmt::Debug for ClientRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ClientRequestId {
    type Err = InvalidRequestId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Only the plain hyphenated form: the token endpoint rejects braces and URN prefixes.
        let parsed = (text.len() == Self::LEN).then(|| Uuid::try_parse(text).ok());
        parsed.flatten().map(Self).ok_or(InvalidRequestId(()))
    }
}

impl TryFrom<&str> for ClientRequestId {
    type Error = InvalidRequestId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for ClientRequestId {
    type Error = InvalidRequestId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<&String> for ClientRequestId {
    type Error = InvalidRequestId;

    fn try_from(text: &String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The error returned for text that is not a hyphenated GUID.
///
/// # Examples
///
/// ```
/// use token_telemetry::ClientRequestId;
///
/// let error = "{ad8c894a}".parse::<ClientRequestId>().unwrap_err();
/// assert_eq!(error.to_string(), "expected a GUID of 36 characters in the form 8-4-4-4-12");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRequestId(());

impl fmt::Display for InvalidRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a GUID of 36 characters in the form 8-4-4-4-12")
    }
}

impl Error for InvalidRequestId {}

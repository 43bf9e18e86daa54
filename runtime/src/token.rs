//! What an SDK records about a token: its type and its lifetime.

use std::time::{Duration, SystemTime};

use crate::wire::wire_enum;

wire_enum! {
    /// The scheme by which a token is presented; MSAL.NET's telemetry token types.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::TokenType;
    ///
    /// assert_eq!((TokenType::Pop.wire(), TokenType::Pop.name()), (2, "Pop"));
    /// ```
    pub enum TokenType {
        /// Any party in possession of the token can use it.
        Bearer = 1,
        /// A signed HTTP request: proof of possession.
        Pop = 2,
        /// An SSH certificate.
        SshCert = 3,
        /// An access token bound to a key, the older form of proof of possession.
        AtPop = 4,
        /// A scheme that an extension defines.
        Extension = 5,
        /// A token bound to a client certificate.
        MtlsPop = 6,
    }
}

/// Type and lifetime of an acquired token; never the token itself.
///
/// Return it from the function named by `token_info = …` in the attribute, or pass it to
/// [`record_token`](crate::Acquisition::record_token).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use token_telemetry::{TokenInfo, TokenType};
///
/// let info = TokenInfo::new()
///     .with_token_type(TokenType::Bearer)
///     .with_expires_in(Duration::from_secs(3599));
/// assert_eq!(info.expires_in(), Some(Duration::from_secs(3599)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenInfo {
    token_type: Option<TokenType>,
    expires_in: Option<Duration>,
    refresh_on: Option<SystemTime>,
}

impl TokenInfo {
    /// Creates a description without any data.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            token_type: None,
            expires_in: None,
            refresh_on: None,
        }
    }

    /// Sets the scheme of the token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{TokenInfo, TokenType};
    ///
    /// let info = TokenInfo::new().with_token_type(TokenType::Pop);
    /// assert_eq!(info.token_type(), Some(TokenType::Pop));
    /// ```
    #[must_use]
    pub const fn with_token_type(mut self, token_type: TokenType) -> Self {
        self.token_type = Some(token_type);
        self
    }

    /// Sets the time left until the token expires.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::TokenInfo;
    ///
    /// let info = TokenInfo::new().with_expires_in(Duration::from_secs(3599));
    /// assert_eq!(info.expires_in(), Some(Duration::from_secs(3599)));
    /// ```
    #[must_use]
    pub const fn with_expires_in(mut self, remaining: Duration) -> Self {
        self.expires_in = Some(remaining);
        self
    }

    /// Sets when the token should be refreshed proactively.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use token_telemetry::TokenInfo;
    ///
    /// let info = TokenInfo::new().with_refresh_on(SystemTime::UNIX_EPOCH);
    /// assert_eq!(info.refresh_on(), Some(SystemTime::UNIX_EPOCH));
    /// ```
    #[must_use]
    pub const fn with_refresh_on(mut self, moment: SystemTime) -> Self {
        self.refresh_on = Some(moment);
        self
    }

    /// Returns the scheme of the token, if known.
    #[must_use]
    pub const fn token_type(&self) -> Option<TokenType> {
        self.token_type
    }

    /// Returns the time left until the token expires, if known.
    #[must_use]
    pub const fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    /// Returns when the token should be refreshed proactively, if known.
    #[must_use]
    pub const fn refresh_on(&self) -> Option<SystemTime> {
        self.refresh_on
    }

    /// Fills missing fields from `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::{TokenInfo, TokenType};
    ///
    /// let lifetime = TokenInfo::new().with_expires_in(Duration::from_secs(3599));
    /// let info = lifetime.or(TokenInfo::new().with_token_type(TokenType::Bearer));
    /// assert_eq!(info.token_type(), Some(TokenType::Bearer));
    /// ```
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let Self {
            token_type,
            expires_in,
            refresh_on,
        } = self;
        Self {
            token_type: token_type.or(other.token_type),
            expires_in: expires_in.or(other.expires_in),
            refresh_on: refresh_on.or(other.refresh_on),
        }
    }
}

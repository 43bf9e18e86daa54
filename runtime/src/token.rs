//! What an SDK may say about the token it hands out: its type and its lifetime.

use std::time::{Duration, SystemTime};

use crate::wire::wire_enum;

wire_enum! {
    /// Scheme by which the token is presented; MSAL.NET's telemetry token types.
    pub enum TokenType {
        /// Whoever holds the token may use it.
        Bearer = 1,
        /// Signed HTTP request, proof of possession.
        Pop = 2,
        /// SSH certificate.
        SshCert = 3,
        /// Access token bound to a key, the older form of proof of possession.
        AtPop = 4,
        /// A scheme of an extension.
        Extension = 5,
        /// Bound to a client certificate.
        MtlsPop = 6,
    }
}

/// Facts about an acquired token; never the token itself.
///
/// The function named by `token_info = …` in the attribute returns it.
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
    /// Nothing known yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            token_type: None,
            expires_in: None,
            refresh_on: None,
        }
    }

    /// Scheme of the token.
    #[must_use]
    pub const fn with_token_type(mut self, token_type: TokenType) -> Self {
        self.token_type = Some(token_type);
        self
    }

    /// Time left until the token expires.
    #[must_use]
    pub const fn with_expires_in(mut self, remaining: Duration) -> Self {
        self.expires_in = Some(remaining);
        self
    }

    /// Moment from which the token should be refreshed proactively.
    #[must_use]
    pub const fn with_refresh_on(mut self, moment: SystemTime) -> Self {
        self.refresh_on = Some(moment);
        self
    }

    /// Scheme of the token, if known.
    #[must_use]
    pub const fn token_type(&self) -> Option<TokenType> {
        self.token_type
    }

    /// Time left until the token expires, if known.
    #[must_use]
    pub const fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    /// Moment from which the token should be refreshed proactively, if known.
    #[must_use]
    pub const fn refresh_on(&self) -> Option<SystemTime> {
        self.refresh_on
    }

    /// These facts, and where they are silent the ones of `other`.
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

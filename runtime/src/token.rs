//! What an SDK records about a token: its type and its lifetime.

use std::time::{Duration, SystemTime};

use crate::api::Api;
use crate::credential::CredentialKind;
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
    refresh_token: Option<bool>,
    none: bool,
}

impl TokenInfo {
    /// Creates a description without any data.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            token_type: None,
            expires_in: None,
            refresh_on: None,
            refresh_token: None,
            none: false,
        }
    }

    /// Describes that the function returned no token and did not fail.
    ///
    /// For functions that return `Ok(None)`. The acquisition ends as
    /// [`Outcome::NoToken`](crate::Outcome::NoToken), which counts neither as a success nor as a failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::TokenInfo;
    ///
    /// struct Token {
    ///     expires_in: Duration,
    /// }
    ///
    /// fn token_info(token: &Option<Token>) -> TokenInfo {
    ///     match token {
    ///         Some(token) => TokenInfo::new().with_expires_in(token.expires_in),
    ///         None => TokenInfo::none(),
    ///     }
    /// }
    ///
    /// assert!(token_info(&None).is_none());
    /// ```
    #[must_use]
    pub const fn none() -> Self {
        Self {
            none: true,
            ..Self::new()
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

    /// Sets whether a refresh token came with the token, or is stored for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::TokenInfo;
    ///
    /// let info = TokenInfo::new().with_refresh_token(true);
    /// assert_eq!(info.refresh_token(), Some(true));
    /// ```
    #[must_use]
    pub const fn with_refresh_token(mut self, is_present: bool) -> Self {
        self.refresh_token = Some(is_present);
        self
    }

    /// Returns whether the function returned no token.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.none
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

    /// Returns whether a refresh token is present, if known.
    #[must_use]
    pub const fn refresh_token(&self) -> Option<bool> {
        self.refresh_token
    }

    /// Fills missing fields from `other`.
    ///
    /// Only `self` decides whether there [is a token](Self::none).
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
            refresh_token,
            none,
        } = self;
        Self {
            none,
            token_type: token_type.or(other.token_type),
            expires_in: expires_in.or(other.expires_in),
            refresh_on: refresh_on.or(other.refresh_on),
            refresh_token: refresh_token.or(other.refresh_token),
        }
    }
}

/// The newest token that one function of the SDK has acquired with one kind of credential.
///
/// Returned by [`Telemetry::tokens`](crate::Telemetry::tokens). Only tokens of known lifetime that the
/// identity provider or a broker issued count; the token itself is not kept.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use token_telemetry::Telemetry;
///
/// for token in Telemetry::global().tokens() {
///     if token.expires_in() < Duration::from_secs(60) {
///         println!("the token of {} was not refreshed in time", token.api());
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewestToken {
    pub(crate) api: Api,
    pub(crate) credential: Option<CredentialKind>,
    pub(crate) age: Duration,
    pub(crate) expires_in: Duration,
    pub(crate) lifetime: Duration,
}

impl NewestToken {
    /// Returns the function that acquired the token.
    #[must_use]
    pub const fn api(&self) -> Api {
        self.api
    }

    /// Returns the kind of the credential, if the acquisition recorded one.
    #[must_use]
    pub const fn credential(&self) -> Option<CredentialKind> {
        self.credential
    }

    /// Returns the time since the token was acquired.
    #[must_use]
    pub const fn age(&self) -> Duration {
        self.age
    }

    /// Returns the time left until the token expires; zero if it has expired.
    #[must_use]
    pub const fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// Returns how long the token was valid when it was acquired.
    #[must_use]
    pub const fn lifetime(&self) -> Duration {
        self.lifetime
    }
}

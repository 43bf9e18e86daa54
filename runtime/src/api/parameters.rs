//! The parameters with which a function of an SDK was called.

use crate::wire::named_enum;

named_enum! {
    /// The value of the parameter `prompt`, with which an SDK asks for interaction.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::Prompt;
    ///
    /// assert_eq!(Prompt::named("select_account"), Prompt::SelectAccount);
    /// assert_eq!(Prompt::Consent.name(), "consent");
    /// ```
    pub enum Prompt {
        /// The request must succeed without interaction.
        None = "none",
        /// The user must sign in again.
        Login = "login",
        /// The user must choose an account.
        SelectAccount = "select_account",
        /// The user must consent.
        Consent = "consent",
        /// An administrator must consent for the organization.
        AdminConsent = "admin_consent",
        /// The user must create an account.
        Create = "create",
        /// The request leaves the choice to the server.
        NoPrompt = "no_prompt",
        /// Any other value.
        Other = "other",
    }
}

impl Prompt {
    /// Returns the prompt that this value of the parameter means, or else [`Other`](Self::Other).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::Prompt;
    ///
    /// assert_eq!(Prompt::named("login"), Prompt::Login);
    /// assert_eq!(Prompt::named("login consent"), Prompt::Other);
    /// ```
    #[must_use]
    pub fn named(value: &str) -> Self {
        let known = Self::ALL.iter().find(|prompt| prompt.name() == value);
        known.copied().unwrap_or(Self::Other)
    }
}

/// The parameters of a call that say how the token was asked for.
///
/// Recorded by [`record_parameters`](crate::Acquisition::record_parameters). Records and spans show
/// them, headers and metrics do not. They hold neither scopes nor claims, only the number of scopes and
/// whether there are claims.
///
/// # Examples
///
/// ```
/// use token_telemetry::api::{ApiParameters, Prompt};
///
/// let parameters = ApiParameters::new()
///     .with_prompt(Prompt::Consent)
///     .with_claims(true)
///     .with_scope_count(3)
///     .with_force_refresh(true);
/// assert_eq!(parameters.scope_count(), Some(3));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApiParameters {
    prompt: Option<Prompt>,
    claims: Option<bool>,
    scope_count: Option<u8>,
    force_refresh: Option<bool>,
}

impl ApiParameters {
    /// The largest number of scopes that is recorded; higher ones become this one.
    pub const MAX_SCOPE_COUNT: u8 = 32;

    /// Creates parameters of which none is known.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::ApiParameters;
    ///
    /// assert_eq!(ApiParameters::new().prompt(), None);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            prompt: None,
            claims: None,
            scope_count: None,
            force_refresh: None,
        }
    }

    /// Sets the prompt that the caller asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::{ApiParameters, Prompt};
    ///
    /// let parameters = ApiParameters::new().with_prompt(Prompt::Login);
    /// assert_eq!(parameters.prompt(), Some(Prompt::Login));
    /// ```
    #[must_use]
    pub const fn with_prompt(mut self, prompt: Prompt) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Sets whether the caller asked for claims.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::ApiParameters;
    ///
    /// let claims: Option<&str> = None;
    /// let parameters = ApiParameters::new().with_claims(claims.is_some());
    /// assert_eq!(parameters.claims(), Some(false));
    /// ```
    #[must_use]
    pub const fn with_claims(mut self, present: bool) -> Self {
        self.claims = Some(present);
        self
    }

    /// Sets for how many scopes the caller asked.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::ApiParameters;
    ///
    /// let scopes = ["User.Read", "Mail.Read"];
    /// let parameters = ApiParameters::new().with_scope_count(scopes.len());
    /// assert_eq!(parameters.scope_count(), Some(2));
    /// ```
    #[must_use]
    pub fn with_scope_count(mut self, count: usize) -> Self {
        let count = u8::try_from(count).unwrap_or(u8::MAX);
        self.scope_count = Some(count.min(Self::MAX_SCOPE_COUNT));
        self
    }

    /// Sets whether the caller asked to skip the cache.
    ///
    /// It changes no [refresh reason](crate::Acquisition::record_refresh_reason): that says why the SDK
    /// did refresh the token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::api::ApiParameters;
    ///
    /// let parameters = ApiParameters::new().with_force_refresh(true);
    /// assert_eq!(parameters.force_refresh(), Some(true));
    /// ```
    #[must_use]
    pub const fn with_force_refresh(mut self, forced: bool) -> Self {
        self.force_refresh = Some(forced);
        self
    }

    /// Returns the prompt that the caller asked for, if known.
    #[must_use]
    pub const fn prompt(&self) -> Option<Prompt> {
        self.prompt
    }

    /// Returns whether the caller asked for claims, if known.
    #[must_use]
    pub const fn claims(&self) -> Option<bool> {
        self.claims
    }

    /// Returns for how many scopes the caller asked, if known.
    #[must_use]
    pub const fn scope_count(&self) -> Option<u8> {
        self.scope_count
    }

    /// Returns whether the caller asked to skip the cache, if known.
    #[must_use]
    pub const fn force_refresh(&self) -> Option<bool> {
        self.force_refresh
    }

    /// Fills what is unknown from `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        let Self {
            prompt,
            claims,
            scope_count,
            force_refresh,
        } = self;
        Self {
            prompt: prompt.or(other.prompt),
            claims: claims.or(other.claims),
            scope_count: scope_count.or(other.scope_count),
            force_refresh: force_refresh.or(other.force_refresh),
        }
    }
}

//! What is known of a token request when it is sent.

use std::fmt;

use super::delivery::Purpose;
use super::id::AcquisitionId;
use crate::api::Api;
use crate::wire::shown_host;

/// A token request whose headers were just written, for
/// [`Observer::attempt_started`](crate::Observer::attempt_started).
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::StartedAttempt;
/// use token_telemetry::{AcquisitionRecord, Observer, Telemetry};
///
/// struct Wire;
///
/// impl Observer for Wire {
///     fn wants_attempts(&self) -> bool {
///         true
///     }
///
///     fn attempt_started(&self, attempt: &StartedAttempt<'_>) {
///         for (name, value) in attempt.headers() {
///             println!("{} #{}: {name}: {value}", attempt.api(), attempt.number());
///         }
///     }
///
///     fn finished(&self, _: &AcquisitionRecord) {}
/// }
///
/// let telemetry = Telemetry::builder().observer(Wire).build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Copy)]
pub struct StartedAttempt<'a> {
    pub(super) acquisition: AcquisitionId,
    pub(super) api: Api,
    pub(super) number: u32,
    pub(super) purpose: Purpose,
    pub(super) host: Option<&'a str>,
    pub(super) headers: &'a [(&'a str, &'a str)],
}

impl<'a> StartedAttempt<'a> {
    /// Returns the number of the acquisition, as in its [record](crate::AcquisitionRecord::id).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::{AcquisitionId, StartedAttempt};
    ///
    /// fn belongs(attempt: &StartedAttempt<'_>, to: AcquisitionId) -> bool {
    ///     attempt.acquisition() == to
    /// }
    /// ```
    #[must_use]
    pub const fn acquisition(&self) -> AcquisitionId {
        self.acquisition
    }

    /// Returns the SDK function that sends the request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAttempt;
    ///
    /// fn log(attempt: &StartedAttempt<'_>) {
    ///     println!("{} sends a request", attempt.api());
    /// }
    /// ```
    #[must_use]
    pub const fn api(&self) -> Api {
        self.api
    }

    /// Returns the position among the attempts of the acquisition, from 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAttempt;
    ///
    /// fn is_retry(attempt: &StartedAttempt<'_>) -> bool {
    ///     attempt.number() > 1
    /// }
    /// ```
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Returns what the request asks for.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Purpose;
    /// use token_telemetry::acquisition::StartedAttempt;
    ///
    /// fn asks_for_a_token(attempt: &StartedAttempt<'_>) -> bool {
    ///     attempt.purpose() != Purpose::Discovery
    /// }
    /// ```
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Returns the host that receives the request; absent if its URL has none.
    ///
    /// The host may name a tenant; [`shown_host`](Self::shown_host) is for logs and displays.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAttempt;
    ///
    /// fn is_regional(attempt: &StartedAttempt<'_>) -> bool {
    ///     attempt.host().is_some_and(|host| host.ends_with(".login.microsoft.com"))
    /// }
    /// ```
    #[must_use]
    pub const fn host(&self) -> Option<&'a str> {
        self.host
    }

    /// Returns the host as logs may show it.
    ///
    /// A host that may name a tenant is `redacted`; see
    /// [`endpoint_host`](crate::AcquisitionRecord::endpoint_host).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAttempt;
    ///
    /// fn log(attempt: &StartedAttempt<'_>) {
    ///     println!("to {}", attempt.shown_host().unwrap_or("an unknown host"));
    /// }
    /// ```
    #[must_use]
    pub fn shown_host(&self) -> Option<&'a str> {
        self.host.map(shown_host)
    }

    /// Returns the telemetry headers that were written, and no others.
    ///
    /// With a [`Dialect`](crate::entra::Dialect) that sends telemetry in the body, these are the form
    /// fields.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::StartedAttempt;
    ///
    /// fn log(attempt: &StartedAttempt<'_>) {
    ///     for (name, value) in attempt.headers() {
    ///         println!("{name}: {value}");
    ///     }
    /// }
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.headers.iter().copied()
    }
}

impl fmt::Debug for StartedAttempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            acquisition,
            api,
            number,
            purpose,
            host,
            headers,
        } = self;
        f.debug_struct("StartedAttempt")
            .field("acquisition", acquisition)
            .field("api", api)
            .field("number", number)
            .field("purpose", purpose)
            .field("host", &host.map(shown_host))
            .field("headers", headers)
            .finish()
    }
}

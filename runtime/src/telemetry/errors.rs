//! Errors of building a `Telemetry` and of setting the process-wide one.

use std::error::Error;
use std::fmt;

use super::Telemetry;
use crate::client::InvalidClientInfo;

/// The error returned by [`TelemetryBuilder::build`](crate::TelemetryBuilder::build).
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let built = Telemetry::builder().authorities(["login.contoso.com", "https:///"]).build();
/// let error = built.unwrap_err();
/// assert!(error.is_authority());
/// assert_eq!(error.to_string(), "invalid authority 2: expected a host or a URL with a host");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Client(InvalidClientInfo),
    /// Its position in the list, counted from 1; its text may name a tenant.
    Authority(usize),
}

impl BuildError {
    pub(super) const fn authority(position: usize) -> Self {
        Self(Kind::Authority(position))
    }

    /// Returns whether name, version or another text of the SDK cannot be sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let error = Telemetry::builder().sdk("Contoso Auth", "1.0").build().unwrap_err();
    /// assert!(error.is_client_info());
    /// ```
    #[must_use]
    pub const fn is_client_info(&self) -> bool {
        matches!(self.0, Kind::Client(_))
    }

    /// Returns which text cannot be sent, and at which byte.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let error = Telemetry::builder().sdk("Contoso Auth", "1.0").build().unwrap_err();
    /// assert_eq!(error.client_info().and_then(|error| error.offset()), Some(7));
    /// ```
    #[must_use]
    pub const fn client_info(&self) -> Option<&InvalidClientInfo> {
        match &self.0 {
            Kind::Client(error) => Some(error),
            Kind::Authority(_) => None,
        }
    }

    /// Returns whether an entry of the list of authorities has no host.
    #[must_use]
    pub const fn is_authority(&self) -> bool {
        matches!(self.0, Kind::Authority(_))
    }
}

impl From<InvalidClientInfo> for BuildError {
    fn from(error: InvalidClientInfo) -> Self {
        Self(Kind::Client(error))
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Client(error) => error.fmt(f),
            Kind::Authority(position) => write!(
                f,
                "invalid authority {position}: expected a host or a URL with a host"
            ),
        }
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            // Its message is shown by `Display` already.
            Kind::Client(error) => error.source(),
            Kind::Authority(_) => None,
        }
    }
}

/// The error returned by [`Telemetry::set_global`] if an instance is already set.
///
/// # Examples
///
/// ```
/// use token_telemetry::{ClientInfo, Telemetry};
///
/// let client = const { ClientInfo::from_static("Contoso.Auth", "1.2.0") };
/// Telemetry::set_global(Telemetry::new(client.clone()))?;
/// let error = Telemetry::set_global(Telemetry::new(client)).unwrap_err();
/// assert_eq!(error.into_telemetry().client().sku(), Some("Contoso.Auth"));
/// # Ok::<(), token_telemetry::SetGlobalError>(())
/// ```
#[derive(Clone)]
pub struct SetGlobalError(Telemetry);

impl SetGlobalError {
    pub(super) const fn new(telemetry: Telemetry) -> Self {
        Self(telemetry)
    }

    /// Returns the instance that could not be set.
    #[must_use]
    pub fn into_telemetry(self) -> Telemetry {
        self.0
    }
}

impl fmt::Debug for SetGlobalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SetGlobalError").field(&self.0).finish()
    }
}

impl fmt::Display for SetGlobalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a process-wide `Telemetry` is already set")
    }
}

impl Error for SetGlobalError {}

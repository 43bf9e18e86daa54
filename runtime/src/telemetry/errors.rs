//! Why a `Telemetry` could not be built, or not be made the process-wide one.

use std::error::Error;
use std::fmt;

use super::Telemetry;
use crate::client::InvalidClientInfo;

/// Why [`TelemetryBuilder::build`](crate::TelemetryBuilder::build) failed.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let error = Telemetry::builder().authorities(["login.contoso.com", "https:///"]).build().unwrap_err();
/// assert!(error.is_authority());
/// assert_eq!(error.to_string(), "invalid authority 2: expected a host or a URL with a host");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Client(InvalidClientInfo),
    /// Its position in the list, from 1 on; its text may name a tenant.
    Authority(usize),
}

impl BuildError {
    pub(super) const fn authority(position: usize) -> Self {
        Self(Kind::Authority(position))
    }

    /// Whether name, version or another text of the SDK cannot be sent.
    #[must_use]
    pub const fn is_client_info(&self) -> bool {
        matches!(self.0, Kind::Client(_))
    }

    /// The text that cannot be sent: its field, and the offset of the byte.
    #[must_use]
    pub const fn client_info(&self) -> Option<&InvalidClientInfo> {
        match &self.0 {
            Kind::Client(error) => Some(error),
            Kind::Authority(_) => None,
        }
    }

    /// Whether an entry of the list of authorities names no host.
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
            // It shows as its own message already.
            Kind::Client(error) => error.source(),
            Kind::Authority(_) => None,
        }
    }
}

/// There is a process-wide [`Telemetry`] already.
#[derive(Clone)]
pub struct SetGlobalError(Telemetry);

impl SetGlobalError {
    pub(super) const fn new(telemetry: Telemetry) -> Self {
        Self(telemetry)
    }

    /// The instance that was not made the process-wide one.
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

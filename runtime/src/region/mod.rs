//! How a regional token endpoint was found, and with what result.

pub(crate) mod value;

pub(crate) use value::Region;

use crate::error::TransportError;
use crate::wire::{named_enum, wire_enum};

wire_enum! {
    /// How the region was found.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::region::RegionAutodetectionSource;
    ///
    /// assert_eq!(RegionAutodetectionSource::from_wire(4), Some(RegionAutodetectionSource::Imds));
    /// ```
    pub enum RegionAutodetectionSource {
        /// The region was not detected.
        None = 0,
        /// Detection failed.
        FailedAutoDiscovery = 1,
        /// The result of an earlier detection in this process.
        Cache = 2,
        /// The environment variable `REGION_NAME`.
        EnvVariable = 3,
        /// The instance metadata service.
        Imds = 4,
    }
}

wire_enum! {
    /// The result of asking for a regional endpoint.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::region::RegionOutcome;
    ///
    /// assert_eq!(RegionOutcome::FallbackToGlobal.wire(), 5);
    /// ```
    pub enum RegionOutcome {
        /// No region was requested.
        None = 0,
        /// The configured region equals the detected one.
        UserProvidedValid = 1,
        /// A region was configured and detection failed.
        UserProvidedAutodetectionFailed = 2,
        /// The configured region differs from the detected one.
        UserProvidedInvalid = 3,
        /// The region was detected.
        AutodetectSuccess = 4,
        /// Detection failed and the global endpoint was used.
        FallbackToGlobal = 5,
        /// The configured region was used without detection.
        UserProvided = 6,
    }
}

named_enum! {
    /// Why the region could not be detected.
    ///
    /// The cause instead of an error text, which could name addresses.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    /// use token_telemetry::region::RegionAutodetectionError;
    ///
    /// let region = Region::not_used().with_autodetection_error(RegionAutodetectionError::Timeout);
    /// assert_eq!(region.autodetection_error(), Some(RegionAutodetectionError::Timeout));
    /// ```
    pub enum RegionAutodetectionError {
        /// The instance metadata service did not respond in time.
        Timeout = "timeout",
        /// The request to the instance metadata service got no response, as outside of Azure.
        Unreachable = "unreachable",
        /// The instance metadata service responded with an error status.
        ErrorStatus = "error_status",
        /// The response of the instance metadata service was empty.
        EmptyResponse = "empty_response",
        /// The text that was found is no region.
        InvalidRegion = "invalid_region",
        /// An earlier detection in this process failed, and was not repeated.
        FailedBefore = "failed_before",
        /// Any other cause.
        Other = "other",
    }
}

/// The cause, if the request to the instance metadata service got no response.
impl From<TransportError> for RegionAutodetectionError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Timeout => Self::Timeout,
            TransportError::Dns
            | TransportError::Connect
            | TransportError::Tls
            | TransportError::Closed
            | TransportError::Other => Self::Unreachable,
        }
    }
}

wire_enum! {
    /// How the region was found, in the numbering of schemas 2 to 4.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::region::{LegacyRegionSource, RegionAutodetectionSource};
    ///
    /// let source = LegacyRegionSource::from(RegionAutodetectionSource::Imds);
    /// assert_eq!(source.wire(), 2);
    /// ```
    pub enum LegacyRegionSource {
        /// The region was not detected.
        None = 0,
        /// An environment variable.
        EnvVariable = 1,
        /// The instance metadata service.
        Imds = 2,
        /// The result of an earlier detection in this process.
        Cache = 3,
        /// The caller.
        UserProvided = 4,
        /// Detection failed.
        FailedAutoDiscovery = 5,
    }
}

impl From<RegionAutodetectionSource> for LegacyRegionSource {
    fn from(source: RegionAutodetectionSource) -> Self {
        match source {
            RegionAutodetectionSource::None => Self::None,
            RegionAutodetectionSource::FailedAutoDiscovery => Self::FailedAutoDiscovery,
            RegionAutodetectionSource::Cache => Self::Cache,
            RegionAutodetectionSource::EnvVariable => Self::EnvVariable,
            RegionAutodetectionSource::Imds => Self::Imds,
        }
    }
}

//! How a regional token endpoint was found, and with what result.

pub(crate) mod value;

pub(crate) use value::Region;

use crate::wire::wire_enum;

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

//! How a regional token endpoint was found, and what came of it.

pub(crate) mod value;

pub(crate) use value::Region;

use crate::wire::wire_enum;

wire_enum! {
    /// How the region was found.
    pub enum RegionAutodetectionSource {
        /// No detection was made.
        None = 0,
        /// Detection was tried and failed.
        FailedAutoDiscovery = 1,
        /// An earlier detection of this process was used.
        Cache = 2,
        /// The environment variable `REGION_NAME` named it.
        EnvVariable = 3,
        /// The instance metadata service named it.
        Imds = 4,
    }
}

wire_enum! {
    /// What came of asking for a regional endpoint.
    pub enum RegionOutcome {
        /// No region was asked for.
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
    pub enum LegacyRegionSource {
        /// No detection was made.
        None = 0,
        /// An environment variable named it.
        EnvVariable = 1,
        /// The instance metadata service named it.
        Imds = 2,
        /// An earlier detection of this process was used.
        Cache = 3,
        /// The caller named it.
        UserProvided = 4,
        /// Detection was tried and failed.
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

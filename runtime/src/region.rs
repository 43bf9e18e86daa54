//! The regional token endpoint: which region, how it was found, what came of it.

use std::borrow::Cow;

use crate::wire::{bounded_text, wire_enum};

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

/// Longest region name that is kept, in bytes; Azure's longest name has 18.
const MAX_REGION_LEN: usize = 32;

/// Region of a token request: its name, how it was found, what came of it.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Region, RegionAutodetectionSource, RegionOutcome};
///
/// let region = Region::used("centralus")
///     .source(RegionAutodetectionSource::EnvVariable)
///     .outcome(RegionOutcome::AutodetectSuccess);
/// assert_eq!(region.name(), Some("centralus"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    name: Option<Cow<'static, str>>,
    source: Option<RegionAutodetectionSource>,
    outcome: Option<RegionOutcome>,
}

impl Region {
    /// The regional endpoint of this name was used.
    #[must_use]
    pub fn used(name: impl Into<Cow<'static, str>>) -> Self {
        let name = bounded_text(name.into(), MAX_REGION_LEN);
        Self {
            name: (!name.is_empty()).then_some(name),
            ..Self::default()
        }
    }

    /// A region was wanted and the global endpoint was used.
    #[must_use]
    pub fn not_used() -> Self {
        Self::default()
    }

    /// How the region was found.
    #[must_use]
    pub fn source(mut self, source: RegionAutodetectionSource) -> Self {
        self.source = Some(source);
        self
    }

    /// What came of asking for a region.
    #[must_use]
    pub fn outcome(mut self, outcome: RegionOutcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Name of the regional endpoint, absent when the global one was used.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How the region was found, if the SDK said so.
    #[must_use]
    pub fn autodetection_source(&self) -> Option<RegionAutodetectionSource> {
        self.source
    }

    /// What came of asking for a region, if the SDK said so.
    #[must_use]
    pub fn region_outcome(&self) -> Option<RegionOutcome> {
        self.outcome
    }
}

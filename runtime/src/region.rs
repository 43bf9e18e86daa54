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

/// Longest region name that is kept, in bytes; Azure's longest name has 18.
pub const MAX_REGION_LEN: usize = 32;

/// Region of a token request: its name, how it was found, what came of it.
///
/// It holds what schema 5 asks for and what schemas 2 to 4 asked for. Where an older fact was not
/// noted, it follows from the newer ones.
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
    detected: Option<Cow<'static, str>>,
    legacy_source: Option<LegacyRegionSource>,
    user_provided: Option<Cow<'static, str>>,
    user_valid: Option<bool>,
    fallback: Option<bool>,
}

fn name(text: Cow<'static, str>) -> Option<Cow<'static, str>> {
    let name = bounded_text(text, MAX_REGION_LEN);
    (!name.is_empty()).then_some(name)
}

impl Region {
    /// The regional endpoint of this name was used.
    #[must_use]
    pub fn used(region: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name(region.into()),
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

    /// Region that detection found, where it is not the one that was used.
    #[must_use]
    pub fn detected(mut self, region: impl Into<Cow<'static, str>>) -> Self {
        self.detected = name(region.into());
        self
    }

    /// How the region was found, for the dialects of schemas 2 to 4.
    #[must_use]
    pub fn legacy_source(mut self, source: LegacyRegionSource) -> Self {
        self.legacy_source = Some(source);
        self
    }

    /// Region that the caller named.
    #[must_use]
    pub fn user_provided(mut self, region: impl Into<Cow<'static, str>>) -> Self {
        self.user_provided = name(region.into());
        self
    }

    /// Whether the region that the caller named is the detected one.
    #[must_use]
    pub fn user_valid(mut self, valid: bool) -> Self {
        self.user_valid = Some(valid);
        self
    }

    /// Whether the global endpoint was used in the end.
    #[must_use]
    pub fn fallback_to_global(mut self, fallback: bool) -> Self {
        self.fallback = Some(fallback);
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

    /// Region that detection found, or else the one that was used.
    #[must_use]
    pub fn detected_name(&self) -> Option<&str> {
        self.detected.as_deref().or_else(|| self.name())
    }

    /// How the region was found, in the numbering of schemas 2 to 4.
    #[must_use]
    pub fn legacy_region_source(&self) -> Option<LegacyRegionSource> {
        let named = (self.outcome == Some(RegionOutcome::UserProvided))
            .then_some(LegacyRegionSource::UserProvided);
        self.legacy_source
            .or(named)
            .or_else(|| self.source.map(LegacyRegionSource::from))
    }

    /// Region that the caller named.
    #[must_use]
    pub fn user_provided_name(&self) -> Option<&str> {
        let names_it = |outcome| {
            matches!(
                outcome,
                RegionOutcome::UserProvided
                    | RegionOutcome::UserProvidedValid
                    | RegionOutcome::UserProvidedAutodetectionFailed
                    | RegionOutcome::UserProvidedInvalid
            )
        };
        let used = || self.name().filter(|_| self.outcome.is_some_and(names_it));
        self.user_provided.as_deref().or_else(used)
    }

    /// Whether the region that the caller named is the detected one; absent if that is unknown.
    #[must_use]
    pub fn is_user_valid(&self) -> Option<bool> {
        let follows = |outcome| match outcome {
            RegionOutcome::UserProvidedValid => Some(true),
            RegionOutcome::UserProvidedInvalid => Some(false),
            RegionOutcome::None
            | RegionOutcome::UserProvidedAutodetectionFailed
            | RegionOutcome::AutodetectSuccess
            | RegionOutcome::FallbackToGlobal
            | RegionOutcome::UserProvided => None,
        };
        self.user_valid.or_else(|| self.outcome.and_then(follows))
    }

    /// Whether the global endpoint was used in the end; absent if that is unknown.
    #[must_use]
    pub fn fell_back_to_global(&self) -> Option<bool> {
        let follows = self
            .outcome
            .map(|outcome| outcome == RegionOutcome::FallbackToGlobal);
        self.fallback.or(follows)
    }
}

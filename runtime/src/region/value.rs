//! The regional token endpoint: which region, how it was found, what came of it.

use std::borrow::Cow;

use super::{LegacyRegionSource, RegionAutodetectionSource, RegionOutcome};
use crate::wire::bounded_text;

/// Region of a token request: its name, how it was found, what came of it.
///
/// It holds what schema 5 asks for and what schemas 2 to 4 asked for. Where an older fact was not
/// noted, it follows from the newer ones.
///
/// # Examples
///
/// ```
/// use token_telemetry::region::{RegionAutodetectionSource, RegionOutcome};
/// use token_telemetry::Region;
///
/// let region = Region::used("centralus")
///     .with_autodetection_source(RegionAutodetectionSource::EnvVariable)
///     .with_outcome(RegionOutcome::AutodetectSuccess);
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
    let name = bounded_text(text, Region::MAX_NAME_LEN);
    (!name.is_empty()).then_some(name)
}

impl Region {
    /// Longest region name that is kept, in bytes; Azure's longest name has 18.
    pub const MAX_NAME_LEN: usize = 32;

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
    pub fn with_autodetection_source(mut self, source: RegionAutodetectionSource) -> Self {
        self.source = Some(source);
        self
    }

    /// What came of asking for a region.
    #[must_use]
    pub fn with_outcome(mut self, outcome: RegionOutcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Region that detection found, where it is not the one that was used.
    #[must_use]
    pub fn with_detected(mut self, region: impl Into<Cow<'static, str>>) -> Self {
        self.detected = name(region.into());
        self
    }

    /// How the region was found, for the dialects of schemas 2 to 4.
    #[must_use]
    pub fn with_legacy_source(mut self, source: LegacyRegionSource) -> Self {
        self.legacy_source = Some(source);
        self
    }

    /// Region that the caller named.
    #[must_use]
    pub fn with_user_provided(mut self, region: impl Into<Cow<'static, str>>) -> Self {
        self.user_provided = name(region.into());
        self
    }

    /// Whether the region that the caller named is the detected one.
    #[must_use]
    pub fn with_user_valid(mut self, valid: bool) -> Self {
        self.user_valid = Some(valid);
        self
    }

    /// Whether the global endpoint was used in the end.
    #[must_use]
    pub fn with_fallback_to_global(mut self, fallback: bool) -> Self {
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
    pub fn outcome(&self) -> Option<RegionOutcome> {
        self.outcome
    }

    /// Region that detection found, or else the one that was used.
    #[must_use]
    pub fn detected(&self) -> Option<&str> {
        self.detected.as_deref().or_else(|| self.name())
    }

    /// How the region was found, in the numbering of schemas 2 to 4.
    #[must_use]
    pub fn legacy_source(&self) -> Option<LegacyRegionSource> {
        let named = (self.outcome == Some(RegionOutcome::UserProvided))
            .then_some(LegacyRegionSource::UserProvided);
        self.legacy_source
            .or(named)
            .or_else(|| self.source.map(LegacyRegionSource::from))
    }

    /// Region that the caller named.
    #[must_use]
    pub fn user_provided(&self) -> Option<&str> {
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

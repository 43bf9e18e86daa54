//! The regional token endpoint: its name, how it was found, and with what result.

use std::borrow::Cow;

use super::{
    LegacyRegionSource, RegionAutodetectionError, RegionAutodetectionSource, RegionOutcome,
};
use crate::wire::bounded_text;

/// The region of a token request: its name, how it was found, and with what result.
///
/// Contains the fields of schema 5 and those of schemas 2 to 4. Older fields that were not set are
/// derived from the newer ones.
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
    error: Option<RegionAutodetectionError>,
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
    /// The longest region name that is kept, in bytes; Azure's longest has 18.
    pub const MAX_NAME_LEN: usize = 32;

    /// Creates a region whose regional endpoint was used.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    ///
    /// assert_eq!(Region::used("westus2").name(), Some("westus2"));
    /// ```
    #[must_use]
    pub fn used(region: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name(region.into()),
            ..Self::default()
        }
    }

    /// Creates a region for a request that went to the global endpoint instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    ///
    /// assert_eq!(Region::not_used().name(), None);
    /// ```
    #[must_use]
    pub fn not_used() -> Self {
        Self::default()
    }

    /// Sets how the region was found.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    /// use token_telemetry::region::RegionAutodetectionSource;
    ///
    /// let source = RegionAutodetectionSource::EnvVariable;
    /// let region = Region::used("westus2").with_autodetection_source(source);
    /// assert_eq!(region.autodetection_source(), Some(source));
    /// ```
    #[must_use]
    pub fn with_autodetection_source(mut self, source: RegionAutodetectionSource) -> Self {
        self.source = Some(source);
        self
    }

    /// Sets why the region could not be detected.
    ///
    /// Headers do not show it. The source becomes
    /// [`FailedAutoDiscovery`](RegionAutodetectionSource::FailedAutoDiscovery), unless you set one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::region::{RegionAutodetectionError, RegionAutodetectionSource};
    /// use token_telemetry::{Region, TransportError};
    ///
    /// # let error = std::io::Error::from(std::io::ErrorKind::TimedOut);
    /// // The request to the instance metadata service failed.
    /// let region = Region::not_used().with_autodetection_error(TransportError::of(&error));
    /// assert_eq!(region.autodetection_error(), Some(RegionAutodetectionError::Timeout));
    /// let source = RegionAutodetectionSource::FailedAutoDiscovery;
    /// assert_eq!(region.autodetection_source(), Some(source));
    /// ```
    #[must_use]
    pub fn with_autodetection_error(mut self, error: impl Into<RegionAutodetectionError>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Sets the result of asking for a regional endpoint.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    /// use token_telemetry::region::RegionOutcome;
    ///
    /// let region = Region::not_used().with_outcome(RegionOutcome::FallbackToGlobal);
    /// assert_eq!(region.fell_back_to_global(), Some(true));
    /// ```
    #[must_use]
    pub fn with_outcome(mut self, outcome: RegionOutcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Sets the detected region, if it differs from the one that was used.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    ///
    /// let region = Region::used("westus2").with_detected("centralus");
    /// assert_eq!(region.detected(), Some("centralus"));
    /// ```
    #[must_use]
    pub fn with_detected(mut self, region: impl Into<Cow<'static, str>>) -> Self {
        self.detected = name(region.into());
        self
    }

    /// Sets how the region was found, for the dialects of schemas 2 to 4.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    /// use token_telemetry::region::LegacyRegionSource;
    ///
    /// let region = Region::used("westus2").with_legacy_source(LegacyRegionSource::Imds);
    /// assert_eq!(region.legacy_source(), Some(LegacyRegionSource::Imds));
    /// ```
    #[must_use]
    pub fn with_legacy_source(mut self, source: LegacyRegionSource) -> Self {
        self.legacy_source = Some(source);
        self
    }

    /// Sets the region that the caller configured.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    ///
    /// let region = Region::used("westus2").with_user_provided("westus2");
    /// assert_eq!(region.user_provided(), Some("westus2"));
    /// ```
    #[must_use]
    pub fn with_user_provided(mut self, region: impl Into<Cow<'static, str>>) -> Self {
        self.user_provided = name(region.into());
        self
    }

    /// Sets whether the configured region is the detected one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    ///
    /// let region = Region::used("westus2").with_user_valid(true);
    /// assert_eq!(region.is_user_valid(), Some(true));
    /// ```
    #[must_use]
    pub fn with_user_valid(mut self, valid: bool) -> Self {
        self.user_valid = Some(valid);
        self
    }

    /// Sets whether the request fell back to the global endpoint.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Region;
    ///
    /// let region = Region::not_used().with_fallback_to_global(true);
    /// assert_eq!(region.fell_back_to_global(), Some(true));
    /// ```
    #[must_use]
    pub fn with_fallback_to_global(mut self, fallback: bool) -> Self {
        self.fallback = Some(fallback);
        self
    }

    /// Returns the region of the endpoint; absent when the global one was used.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns how the region was found, if the SDK recorded it.
    #[must_use]
    pub fn autodetection_source(&self) -> Option<RegionAutodetectionSource> {
        let failed = self
            .error
            .map(|_| RegionAutodetectionSource::FailedAutoDiscovery);
        self.source.or(failed)
    }

    /// Returns why the region could not be detected, if the SDK recorded it.
    #[must_use]
    pub fn autodetection_error(&self) -> Option<RegionAutodetectionError> {
        self.error
    }

    /// Returns the result of asking for a region, if the SDK recorded it.
    #[must_use]
    pub fn outcome(&self) -> Option<RegionOutcome> {
        self.outcome
    }

    /// Returns the detected region, or else the one that was used.
    #[must_use]
    pub fn detected(&self) -> Option<&str> {
        self.detected.as_deref().or_else(|| self.name())
    }

    /// Returns how the region was found, in the numbering of schemas 2 to 4.
    #[must_use]
    pub fn legacy_source(&self) -> Option<LegacyRegionSource> {
        let named = (self.outcome == Some(RegionOutcome::UserProvided))
            .then_some(LegacyRegionSource::UserProvided);
        self.legacy_source
            .or(named)
            .or_else(|| self.autodetection_source().map(LegacyRegionSource::from))
    }

    /// Returns the region that the caller configured.
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

    /// Returns whether the configured region is the detected one, if known.
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

    /// Returns whether the request fell back to the global endpoint, if known.
    #[must_use]
    pub fn fell_back_to_global(&self) -> Option<bool> {
        let follows = self
            .outcome
            .map(|outcome| outcome == RegionOutcome::FallbackToGlobal);
        self.fallback.or(follows)
    }
}

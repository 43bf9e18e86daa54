//! Which metrics are recorded, and through which provider.

use std::fmt;
use std::sync::Arc;

use opentelemetry::metrics::MeterProvider;

use super::catalog::Id;
use super::enricher::{Enricher, ExtraAttributes};
use crate::acquisition::AcquisitionRecord;

/// Variable by which MSAL.NET is switched to the extended set.
pub const EXTENDED_METRICS_VARIABLE: &str = "MSAL_ENABLE_EXTENDED_TOKEN_METRICS";

/// Which metrics are recorded, and through which provider.
///
/// A provider of `opentelemetry` 0.33, also the global one: other versions do not see it.
///
/// By default the base MSAL set, through the provider that is global when acquisitions end.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
/// use token_telemetry::otel::{Metrics, MsalSet};
///
/// let metrics = Metrics::default()
///     .msal_set(MsalSet::Both)
///     .semantic_conventions()
///     .enricher(|record, extra| {
///         extra.add("contoso.background", record.is_background());
///     });
/// let telemetry = Telemetry::builder().metrics(metrics).build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Metrics {
    pub(super) provider: Provider,
    pub(super) sets: MetricsConfig,
    pub(super) enricher: Option<Enricher>,
}

/// Where the instruments come from.
#[derive(Clone)]
pub(super) enum Provider {
    Global,
    Explicit(Arc<dyn MeterProvider + Send + Sync>),
    Off,
}

/// Histograms of the MSAL set for which MSAL.NET has two versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MsalSet {
    /// No metric of the MSAL set.
    Off,
    /// Total and HTTP time of successes only.
    #[default]
    Base,
    /// Total and HTTP time also of failures, under the names that contain `V2`.
    Extended,
    /// Both versions, for the time in which dashboards move from one to the other.
    Both,
}

/// The options that decide which metrics there are and what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent choice of the builder"
)]
pub(super) struct MetricsConfig {
    pub(super) base: bool,
    pub(super) extended: bool,
    pub(super) conventions: bool,
    pub(super) msal_net: bool,
    #[cfg(feature = "otel-bound")]
    pub(super) unbound: bool,
    #[cfg(feature = "otel-bound")]
    pub(super) known_to_bind: bool,
}

impl MetricsConfig {
    pub(super) const fn msal(self) -> bool {
        self.base || self.extended
    }

    /// Whether anything is recorded at all.
    pub(super) const fn any(self) -> bool {
        self.msal() || self.conventions
    }

    /// Whether the metric belongs to a chosen set.
    pub(super) const fn has(self, id: Id) -> bool {
        match id {
            Id::Success
            | Id::Failure
            | Id::InL1Cache
            | Id::InL2Cache
            | Id::InExtension
            | Id::RemainingLifetime => self.msal(),
            Id::Total | Id::InHttp => self.base,
            Id::TotalV2 | Id::InHttpV2 => self.extended,
            Id::AcquisitionDuration
            | Id::RefreshDuration
            | Id::TokenRequestDuration
            | Id::TokenRemainingLifetime => self.conventions,
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new(Provider::Global)
    }
}

impl Metrics {
    fn new(provider: Provider) -> Self {
        Self {
            provider,
            sets: MetricsConfig {
                base: true,
                extended: false,
                conventions: false,
                msal_net: false,
                #[cfg(feature = "otel-bound")]
                unbound: false,
                #[cfg(feature = "otel-bound")]
                known_to_bind: false,
            },
            enricher: None,
        }
    }

    /// Records nothing.
    #[must_use]
    pub fn off() -> Self {
        Self::new(Provider::Off)
    }

    /// Records through this provider, whatever the global one is.
    ///
    /// It is neither flushed nor shut down here; that is up to its owner.
    #[must_use]
    pub fn with_provider<P>(provider: P) -> Self
    where
        P: MeterProvider + Send + Sync + 'static,
    {
        #[cfg_attr(
            not(feature = "otel-bound"),
            expect(unused_mut, reason = "only a bound build adds a fact")
        )]
        let mut metrics = Self::new(Provider::Explicit(Arc::new(provider)));
        #[cfg(feature = "otel-bound")]
        {
            metrics.sets.known_to_bind = super::bound::knows_to_bind::<P>();
        }
        metrics
    }

    /// Version of the MSAL set.
    #[must_use]
    pub fn msal_set(mut self, set: MsalSet) -> Self {
        self.sets.base = matches!(set, MsalSet::Base | MsalSet::Both);
        self.sets.extended = matches!(set, MsalSet::Extended | MsalSet::Both);
        self
    }

    /// The extended set in place of the base set if the environment asks for it, as in MSAL.NET.
    ///
    /// [`EXTENDED_METRICS_VARIABLE`] is read once, here; `1` and `true` in any case ask for it.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller of this option asks for the variable"
    )]
    pub fn msal_set_from_environment(self) -> Self {
        match std::env::var(EXTENDED_METRICS_VARIABLE) {
            Ok(value) if value == "1" || value.eq_ignore_ascii_case("true") => {
                self.msal_set(MsalSet::Extended)
            }
            Ok(_) | Err(_) => self,
        }
    }

    /// Adds the second set, which follows OpenTelemetry's own conventions.
    #[must_use]
    pub fn semantic_conventions(mut self) -> Self {
        self.sets.conventions = true;
        self
    }

    /// Attribute values of the MSAL set as today's MSAL.NET writes them, its oddities included.
    ///
    /// `CallerSdkId` has no version and is a comma where there is no caller; `RawStsErrorCode` is
    /// left out where none is known; a cancelled call has the code `TaskCanceledException`; what
    /// was not measured is recorded as zero.
    #[must_use]
    pub fn msal_net_compat(mut self) -> Self {
        self.sets.msal_net = true;
        self
    }

    /// Adds attributes of the application's own to every metric.
    ///
    /// It is called once per acquisition, on the thread that ended it. Its values should be few:
    /// each new combination is a time series of its own.
    #[must_use]
    pub fn enricher<F>(mut self, enrich: F) -> Self
    where
        F: Fn(&AcquisitionRecord, &mut ExtraAttributes) + Send + Sync + 'static,
    {
        self.enricher = Some(Enricher::new(enrich));
        self
    }

    /// Keeps to the stable API although the feature `otel-bound` is on.
    ///
    /// For an application in which another crate switched the feature on.
    #[cfg(feature = "otel-bound")]
    #[must_use]
    pub fn unbound(mut self) -> Self {
        self.sets.unbound = true;
        self
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Global => "Global",
            Self::Explicit(_) => "Explicit",
            Self::Off => "Off",
        })
    }
}

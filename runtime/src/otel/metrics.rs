//! Which metrics are recorded, and through which provider.

#[cfg(feature = "otel-bound")]
use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use opentelemetry::metrics::MeterProvider;
#[cfg(feature = "otel-bound")]
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::catalog::MetricSet;
use super::descriptions::Descriptions;
use super::enricher::{Enricher, ExtraAttributes};
use super::msal_net::MsalNetRelease;
use crate::acquisition::AcquisitionRecord;
use crate::wire::is_variable_on;

/// A configuration of metrics: which sets, and through which provider.
///
/// By default, the base MSAL set is recorded through the provider that is global when an acquisition
/// ends. Any provider, including the global one, must come from `opentelemetry` 0.33.
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
    pub(super) config: MetricsConfig,
    pub(super) descriptions: Descriptions,
    pub(super) enricher: Option<Enricher>,
}

/// The source of the instruments.
#[derive(Clone)]
pub(super) enum Provider {
    Global,
    Explicit(Arc<dyn MeterProvider + Send + Sync>),
    Off,
}

/// A choice between the two versions of MSAL.NET's histograms.
///
/// # Examples
///
/// ```
/// use token_telemetry::otel::{Metrics, MsalSet};
///
/// let metrics = Metrics::default().msal_set(MsalSet::Extended);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MsalSet {
    /// Records no metric of the MSAL set.
    Off,
    /// Records total and HTTP durations of successes only.
    #[default]
    Base,
    /// Records total and HTTP durations including failures, under names that contain `V2`.
    Extended,
    /// Records both versions, while you migrate dashboards from one to the other.
    Both,
}

/// The options that select the metrics and the spelling of their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "otel-bound",
    expect(
        clippy::struct_excessive_bools,
        reason = "each is an independent choice of the builder"
    )
)]
pub(super) struct MetricsConfig {
    pub(super) base: bool,
    pub(super) extended: bool,
    pub(super) conventions: bool,
    /// The release whose values are written, quirks included.
    pub(super) msal_net: Option<MsalNetRelease>,
    /// Whether the provider is known to bind, and may.
    #[cfg(feature = "otel-bound")]
    pub(super) bound: bool,
}

impl MetricsConfig {
    pub(super) const fn msal(self) -> bool {
        self.base || self.extended
    }

    /// Returns whether anything is recorded at all.
    pub(super) const fn any(self) -> bool {
        self.msal() || self.conventions
    }

    /// Returns whether the metrics of this set are recorded.
    pub(super) const fn has(self, set: MetricSet) -> bool {
        match set {
            MetricSet::Msal => self.msal(),
            MetricSet::MsalBase => self.base,
            MetricSet::MsalExtended => self.extended,
            MetricSet::Conventions => self.conventions,
            MetricSet::Server => false,
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new(Provider::Global)
    }
}

impl Metrics {
    /// The environment variable that switches MSAL.NET to the extended set.
    pub const EXTENDED_METRICS_VARIABLE: &str = "MSAL_ENABLE_EXTENDED_TOKEN_METRICS";

    fn new(provider: Provider) -> Self {
        Self {
            provider,
            config: MetricsConfig {
                base: true,
                extended: false,
                conventions: false,
                msal_net: None,
                #[cfg(feature = "otel-bound")]
                bound: false,
            },
            descriptions: Descriptions::default(),
            enricher: None,
        }
    }

    /// Creates a configuration that records nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::otel::Metrics;
    ///
    /// let telemetry = Telemetry::builder().metrics(Metrics::off()).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn off() -> Self {
        Self::new(Provider::Off)
    }

    /// Creates a configuration without the MSAL set, for an SDK that is not one of Microsoft's.
    ///
    /// On its own it records nothing: add [`semantic_conventions`](Self::semantic_conventions), whose
    /// instruments [the guide](crate::guide::conventions) lists. With a provider that is not global,
    /// write `Metrics::with_provider(provider).msal_set(MsalSet::Off)` instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::entra::Dialect;
    /// use token_telemetry::otel::Metrics;
    ///
    /// let telemetry = Telemetry::builder()
    ///     .sdk("Fabrikam.Auth", "0.4.0")
    ///     .dialect(Dialect::default().without_headers())
    ///     .metrics(Metrics::off_msal().semantic_conventions())
    ///     .build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn off_msal() -> Self {
        Self::default().msal_set(MsalSet::Off)
    }

    /// Creates a configuration that records through this provider instead of the global one.
    ///
    /// The owner of the provider flushes it and shuts it down; this crate does neither. With the feature
    /// `otel-bound`, only an `SdkMeterProvider` passed here is used through bound instruments.
    ///
    /// # Examples
    ///
    /// ```
    /// use opentelemetry_sdk::metrics::SdkMeterProvider;
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::otel::Metrics;
    ///
    /// let provider = SdkMeterProvider::builder().build();
    /// let metrics = Metrics::with_provider(provider.clone());
    /// let telemetry = Telemetry::builder().metrics(metrics).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn with_provider<P>(provider: P) -> Self
    where
        P: MeterProvider + Send + Sync + 'static,
    {
        let metrics = Self::new(Provider::Explicit(Arc::new(provider)));
        // An instrument that does not support `bind` inherits a default that drops everything.
        #[cfg(feature = "otel-bound")]
        let metrics = metrics.with_bound(TypeId::of::<P>() == TypeId::of::<SdkMeterProvider>());
        metrics
    }

    /// Selects the version of the MSAL set, or turns it off.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::{Metrics, MsalSet};
    ///
    /// let metrics = Metrics::default().msal_set(MsalSet::Off).semantic_conventions();
    /// ```
    #[must_use]
    pub fn msal_set(mut self, set: MsalSet) -> Self {
        self.config.base = matches!(set, MsalSet::Base | MsalSet::Both);
        self.config.extended = matches!(set, MsalSet::Extended | MsalSet::Both);
        self
    }

    /// Selects the extended set if the environment asks for it, as in MSAL.NET.
    ///
    /// This method reads [`EXTENDED_METRICS_VARIABLE`](Self::EXTENDED_METRICS_VARIABLE)
    /// once; `1`, `true`, `yes`, and `on`, in upper
    /// or lower case, ask for the extended set. Any other value leaves the selection as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metrics;
    ///
    /// let metrics = Metrics::default().msal_set_from_environment();
    /// ```
    #[must_use]
    pub fn msal_set_from_environment(self) -> Self {
        if is_variable_on(Self::EXTENDED_METRICS_VARIABLE) {
            return self.msal_set(MsalSet::Extended);
        }
        self
    }

    /// Also records the second set, which follows OpenTelemetry's conventions.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metrics;
    ///
    /// let metrics = Metrics::default().semantic_conventions();
    /// ```
    #[must_use]
    pub fn semantic_conventions(mut self) -> Self {
        self.config.conventions = true;
        self
    }

    /// Writes the MSAL set's values exactly as a release of MSAL.NET does, quirks included.
    ///
    /// In every release, `CallerSdkId` has no version, and is a comma if there is no caller; a cancelled
    /// call has the code `TaskCanceledException`; a duration that was not measured is recorded as zero.
    /// [`MsalNetRelease`] lists what differs between releases.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::{Metrics, MsalNetRelease};
    ///
    /// let metrics = Metrics::default().msal_net_compat(MsalNetRelease::V4_89);
    /// ```
    #[must_use]
    pub fn msal_net_compat(mut self, release: MsalNetRelease) -> Self {
        self.config.msal_net = Some(release);
        self
    }

    /// Replaces the descriptions of metrics, by their names.
    ///
    /// An application needs this if MSAL.NET's metrics [reach the same
    /// backend](crate::guide::metrics#next-to-msalnet) and that rejects a metric with two descriptions.
    /// Names that are not in [`Metric::ALL`](super::Metric::ALL) are ignored. Pass the same descriptions
    /// for all clients that share a provider.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metrics;
    ///
    /// let metrics = Metrics::default().descriptions([
    ///     ("MsalSuccess", "Tokens returned"),
    ///     ("MsalFailure", "Tokens not returned"),
    /// ]);
    /// ```
    #[must_use]
    pub fn descriptions<N, D>(mut self, descriptions: impl IntoIterator<Item = (N, D)>) -> Self
    where
        N: AsRef<str>,
        D: Into<Cow<'static, str>>,
    {
        for (name, description) in descriptions {
            self.descriptions.replace(name.as_ref(), description.into());
        }
        self
    }

    /// Adds the application's own attributes to every metric of a finished acquisition.
    ///
    /// Metrics without a finished acquisition do not have them: `token_telemetry.rejected_tokens`,
    /// `token_telemetry.graph.requests`, `token_telemetry.token_request.duration`, which is recorded while the acquisition runs, and
    /// those that are read during a collection: `token_telemetry.acquisitions.in_flight`,
    /// `token_telemetry.acquisitions.oldest_age` and `token_telemetry.token.expires_in`.
    ///
    /// The function is called once per acquisition, on the thread that ended it. Keep its values
    /// few: each new combination creates a time series.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metrics;
    ///
    /// let metrics = Metrics::default().enricher(|record, extra| {
    ///     extra.add("contoso.background", record.is_background());
    /// });
    /// ```
    #[must_use]
    pub fn enricher<F>(mut self, enrich: F) -> Self
    where
        F: Fn(&AcquisitionRecord, &mut ExtraAttributes) + Send + Sync + 'static,
    {
        self.enricher = Some(Enricher::new(enrich));
        self
    }

    /// Uses only the stable API, even if the feature `otel-bound` is enabled.
    ///
    /// Use this if another crate of the application enables the feature.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metrics;
    ///
    /// let metrics = Metrics::default().unbound();
    /// ```
    #[cfg(feature = "otel-bound")]
    #[must_use]
    pub fn unbound(self) -> Self {
        self.with_bound(false)
    }

    #[cfg(feature = "otel-bound")]
    const fn with_bound(mut self, bound: bool) -> Self {
        self.config.bound = bound;
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

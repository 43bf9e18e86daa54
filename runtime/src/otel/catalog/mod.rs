//! Every metric that this crate records: name, unit, kind, attributes, suggested boundaries.

mod server;
mod table;

use std::time::Duration;

use super::attributes::Attribute;
pub(super) use table::MetricId;
use table::{COUNT, METRICS};

/// Name of the meter of the MSAL set, which the MSAL libraries share.
pub const MSAL_METER: &str = "MicrosoftIdentityClient_Common_Meter";

/// Version of the meter of the MSAL set, unchanged since MSAL.NET 4.58.
pub const MSAL_METER_VERSION: &str = "1.0.0";

/// Name of the meter of the second set; its version is the version of this crate.
pub const METER: &str = env!("CARGO_PKG_NAME");

/// Name of the meter of a token endpoint; its version is the version of this crate.
pub const SERVER_METER: &str = concat!(env!("CARGO_PKG_NAME"), ".server");

/// Schema URL of the semantic conventions that the second set follows.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.42.0";

/// A metric as an exporter sees it.
///
/// The catalog is the same whichever sets are recorded; use it to build views and dashboards.
///
/// # Examples
///
/// ```
/// use token_telemetry::otel::Metric;
///
/// let total = Metric::named("MsalTotalDuration.1A").ok_or("no such metric")?;
/// assert_eq!(total.unit(), Some("ms"));
/// assert!(total.attributes().any(|key| key == "TokenSource"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Metric {
    pub(super) set: MetricSet,
    name: &'static str,
    pub(super) unit: Unit,
    description: &'static str,
    pub(super) attributes: &'static [Attribute],
    boundaries: &'static [f64],
}

/// The kind of instrument behind a metric.
///
/// # Examples
///
/// ```
/// use token_telemetry::otel::{Metric, MetricKind};
///
/// let metric = Metric::named("MsalSuccess").ok_or("no such metric")?;
/// assert_eq!(metric.kind(), MetricKind::Counter);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricKind {
    /// Counts acquisitions.
    Counter,
    /// Records the distribution of durations.
    Histogram,
    /// Reports how many there are now, whenever metrics are collected.
    UpDownCounter,
    /// Reports a current value, whenever metrics are collected.
    Gauge,
}

impl Metric {
    /// All metrics of acquisitions: first the MSAL set, in the order of MSAL.NET's catalog.
    pub const ALL: &'static [Self] = &METRICS;

    /// Returns the metric with this name, as exported.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metric;
    ///
    /// assert!(Metric::named("MsalFailure").is_some());
    /// assert!(Metric::named("msal_failure").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let mut metrics = Self::ALL.iter().chain(Self::SERVER);
        metrics.find(|metric| metric.name == name)
    }

    /// Returns the name of the metric, as exported.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metric;
    ///
    /// let names: Vec<&str> = Metric::ALL.iter().map(Metric::name).collect();
    /// assert!(names.contains(&"token_telemetry.acquisition.duration"));
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the name of the meter that the metric belongs to.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::{MSAL_METER, Metric};
    ///
    /// let metric = Metric::named("MsalSuccess").ok_or("no such metric")?;
    /// assert_eq!(metric.meter(), MSAL_METER);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub const fn meter(&self) -> &'static str {
        match self.set {
            MetricSet::Msal | MetricSet::MsalBase | MetricSet::MsalExtended => MSAL_METER,
            MetricSet::Conventions => METER,
            MetricSet::Server => SERVER_METER,
        }
    }

    /// Returns whether the metric belongs to the MSAL set.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metric;
    ///
    /// let msal = Metric::ALL.iter().filter(|metric| metric.is_msal());
    /// assert!(msal.map(Metric::name).all(|name| name.starts_with("Msal")));
    /// ```
    #[must_use]
    pub const fn is_msal(&self) -> bool {
        !matches!(self.set, MetricSet::Conventions | MetricSet::Server)
    }

    /// Returns the kind of the instrument.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::{Metric, MetricKind};
    ///
    /// let metric = Metric::named("MsalTotalDuration.1A").ok_or("no such metric")?;
    /// assert_eq!(metric.kind(), MetricKind::Histogram);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub const fn kind(&self) -> MetricKind {
        match self.unit {
            Unit::Count(_) => MetricKind::Counter,
            Unit::Whole(_) | Unit::FractionalSeconds => MetricKind::Histogram,
            Unit::Present(_) => MetricKind::UpDownCounter,
            Unit::CurrentSeconds => MetricKind::Gauge,
        }
    }

    /// Returns the unit of the values, or `None` for a counter without one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metric;
    ///
    /// let unit = |name| Metric::named(name).and_then(Metric::unit);
    /// assert_eq!(unit("MsalTotalDuration.1A"), Some("ms"));
    /// assert_eq!(unit("token_telemetry.acquisition.duration"), Some("s"));
    /// assert_eq!(unit("MsalSuccess"), None);
    /// ```
    #[must_use]
    pub const fn unit(&self) -> Option<&'static str> {
        match self.unit {
            Unit::Count(unit) => unit,
            Unit::Present(unit) => Some(unit),
            Unit::Whole(Scale::Millis) => Some("ms"),
            Unit::Whole(Scale::Micros) => Some("us"),
            Unit::Whole(Scale::Seconds) | Unit::FractionalSeconds | Unit::CurrentSeconds => {
                Some("s")
            }
        }
    }

    /// Returns the description that is exported with the metric.
    ///
    /// An application can [replace it](super::Metrics::descriptions).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metric;
    ///
    /// let metric = Metric::named("MsalSuccess").ok_or("no such metric")?;
    /// assert_eq!(metric.description(), "Acquisitions that returned a token");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// Returns the keys of the attributes that this crate sets, in order.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metric;
    ///
    /// let metric = Metric::named("token_telemetry.token.remaining_lifetime").ok_or("no such metric")?;
    /// let keys: Vec<&str> = metric.attributes().collect();
    /// assert_eq!(
    ///     keys,
    ///     ["token_telemetry.api.name", "token_telemetry.token.source", "token_telemetry.cache.level"],
    /// );
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.attributes.iter().map(|attribute| attribute.key)
    }

    /// Returns bucket boundaries that fit the values; empty for counters.
    ///
    /// The MSAL set is recorded without boundaries, as in MSAL.NET: apply these in a view. The
    /// second set passes them to the SDK as advice.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metric;
    ///
    /// let metric = Metric::named("MsalTotalDuration.1A").ok_or("no such metric")?;
    /// assert_eq!(metric.boundaries().first(), Some(&1.0));
    /// assert_eq!(metric.boundaries().last(), Some(&60_000.0));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub const fn boundaries(&self) -> &'static [f64] {
        self.boundaries
    }
}

/// A set of metrics that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricSet {
    /// Both versions of the MSAL set.
    Msal,
    MsalBase,
    MsalExtended,
    /// The second set.
    Conventions,
    /// The set of a token endpoint, which no acquisition records.
    Server,
}

/// How a measured duration becomes the value of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Counts 1; MSAL.NET's counters have no unit.
    Count(Option<&'static str>),
    Whole(Scale),
    FractionalSeconds,
    /// Reports a number that goes up and down.
    Present(&'static str),
    /// Reports a current time in fractions of seconds.
    CurrentSeconds,
}

/// A unit of whole numbers; small, since instruments look at it with every value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Millis,
    Micros,
    Seconds,
}

impl Scale {
    /// Returns the duration in whole units, rounded down as in MSAL.NET.
    #[inline]
    pub(super) fn whole(self, time: Duration) -> u64 {
        let (per_second, rest) = match self {
            Self::Millis => (1_000, time.subsec_millis()),
            Self::Micros => (1_000_000, time.subsec_micros()),
            Self::Seconds => (1, 0),
        };
        let whole = time.as_secs().saturating_mul(per_second);
        whole.saturating_add(u64::from(rest))
    }
}

/// A value for each metric.
pub(super) struct PerMetric<T>([T; COUNT]);

#[expect(clippy::indexing_slicing, reason = "each id has a value")]
impl<T> PerMetric<T> {
    pub(super) fn new(value: impl Fn(&'static Metric) -> T) -> Self {
        Self(METRICS.each_ref().map(value))
    }

    #[inline]
    pub(super) fn get(&self, id: MetricId) -> &T {
        let Self(values) = self;
        &values[id as usize]
    }

    #[cfg(feature = "otel-bound")]
    pub(super) fn get_mut(&mut self, id: MetricId) -> &mut T {
        let Self(values) = self;
        &mut values[id as usize]
    }
}

impl MetricId {
    #[expect(clippy::indexing_slicing, reason = "each id is a position")]
    pub(super) fn metric(self) -> &'static Metric {
        &METRICS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_units_are_rounded_down_and_saturate() {
        let time = Duration::new(3, 456_789_999);
        assert_eq!(Scale::Millis.whole(time), 3_456);
        assert_eq!(Scale::Micros.whole(time), 3_456_789);
        assert_eq!(Scale::Seconds.whole(time), 3);
        assert_eq!(Scale::Micros.whole(Duration::MAX), u64::MAX);
    }
}

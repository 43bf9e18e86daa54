//! Every metric this crate records: name, unit, kind, attributes, suggested boundaries.

mod attribute;
mod table;

use std::time::Duration;

pub(super) use attribute::Attribute;

/// Name of the meter of the MSAL set, shared by the MSAL libraries.
pub const MSAL_METER: &str = "MicrosoftIdentityClient_Common_Meter";

/// Version of the meter of the MSAL set, unchanged since MSAL.NET 4.58.
pub const MSAL_METER_VERSION: &str = "1.0.0";

/// Name of the meter of the second set; its version is the version of this crate.
pub const METER: &str = env!("CARGO_PKG_NAME");

/// Semantic conventions whose general attributes the second set uses.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.42.0";

/// Value of a client attribute that the SDK did not set.
pub(super) const UNKNOWN: &str = "unknown";

/// Value of a text attribute that is not known.
///
/// A slice of real bytes: hashing the literal `""` compares through a dangling pointer, which
/// costs 150 ns per lookup on some processors.
pub(super) const EMPTY: &str = UNKNOWN.split_at(0).0;

/// One metric, as an exporter sees it.
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
    pub(super) id: Id,
    name: &'static str,
    pub(super) unit: Unit,
    description: &'static str,
    pub(super) attributes: &'static [Attribute],
    boundaries: &'static [f64],
}

/// Kind of instrument behind a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricKind {
    /// Counts acquisitions.
    Counter,
    /// Shows how times are distributed.
    Histogram,
}

impl Metric {
    /// All metrics: the MSAL set first, in the order of MSAL.NET's catalog.
    pub const ALL: &'static [Self] = &table::METRICS;

    /// The metric with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|metric| metric.name == name)
    }

    /// Name of the metric, as exported.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Name of the meter that owns the metric.
    #[must_use]
    pub const fn meter(&self) -> &'static str {
        if self.is_msal() { MSAL_METER } else { METER }
    }

    /// Whether MSAL.NET has this metric too.
    #[must_use]
    pub const fn is_msal(&self) -> bool {
        !matches!(self.unit, Unit::FractionalSeconds)
    }

    /// Kind of the instrument.
    #[must_use]
    pub const fn kind(&self) -> MetricKind {
        match self.unit {
            Unit::Count => MetricKind::Counter,
            Unit::Millis | Unit::Micros | Unit::Seconds | Unit::FractionalSeconds => {
                MetricKind::Histogram
            }
        }
    }

    /// Unit of the values; counters have none.
    #[must_use]
    pub const fn unit(&self) -> Option<&'static str> {
        match self.unit {
            Unit::Count => None,
            Unit::Millis => Some("ms"),
            Unit::Micros => Some("us"),
            Unit::Seconds | Unit::FractionalSeconds => Some("s"),
        }
    }

    /// One line about what is measured.
    #[must_use]
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// Keys of the attributes this crate sets, in the order in which it sets them.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.attributes.iter().map(|attribute| attribute.key())
    }

    /// Bucket boundaries that fit the values; empty for counters.
    ///
    /// The MSAL set is recorded without them, as MSAL.NET does: they are for a view. The second
    /// set advises the SDK to use them.
    #[must_use]
    pub const fn boundaries(&self) -> &'static [f64] {
        self.boundaries
    }
}

/// How a measured time becomes the value of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Count,
    Millis,
    Micros,
    Seconds,
    FractionalSeconds,
}

impl Unit {
    /// The time in whole units, rounded down as MSAL.NET does; a count is one.
    pub(super) fn whole(self, time: Duration) -> u64 {
        let (per_second, rest) = match self {
            Self::Count => return 1,
            Self::Millis => (1_000, time.subsec_millis()),
            Self::Micros => (1_000_000, time.subsec_micros()),
            Self::Seconds | Self::FractionalSeconds => (1, 0),
        };
        let whole = time.as_secs().saturating_mul(per_second);
        whole.saturating_add(u64::from(rest))
    }
}

/// Position of a metric in [`Metric::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Id {
    Success,
    Failure,
    Total,
    TotalV2,
    InL1Cache,
    InL2Cache,
    InHttp,
    InHttpV2,
    InExtension,
    RemainingLifetime,
    AcquisitionDuration,
    RefreshDuration,
    TokenRequestDuration,
    TokenRemainingLifetime,
}

/// How many metrics there are.
pub(super) const COUNT: usize = table::METRICS.len();

impl Id {
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_positions() {
        for (position, metric) in Metric::ALL.iter().enumerate() {
            assert_eq!(metric.id.index(), position, "{}", metric.name);
        }
    }

    #[test]
    fn whole_units_are_rounded_down_and_saturate() {
        let time = Duration::new(3, 456_789_999);
        assert_eq!(Unit::Millis.whole(time), 3_456);
        assert_eq!(Unit::Micros.whole(time), 3_456_789);
        assert_eq!(Unit::Seconds.whole(time), 3);
        assert_eq!(Unit::Micros.whole(Duration::MAX), u64::MAX);
    }
}

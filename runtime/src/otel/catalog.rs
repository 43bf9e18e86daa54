//! Every metric this crate records: name, unit, kind, attributes, suggested boundaries.

use std::time::Duration;

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
    /// All metrics: the MSAL set first, in the order of MSAL.NET's catalogue.
    pub const ALL: &'static [Self] = &METRICS;

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
pub(super) const COUNT: usize = METRICS.len();

impl Id {
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// What an attribute says; its key depends on the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    MsalVersion,
    Platform,
    MsalVersionPlatform,
    ApiId,
    CallerSdkId,
    TokenSource,
    CacheRefreshReason,
    CacheLevel,
    TokenType,
    ErrorCode,
    RawStsErrorCode,
    Succeeded,
    HttpStatusCode,
    ApiName,
    Source,
    Level,
    Reason,
    Status,
    ErrorType,
}

impl Attribute {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::MsalVersion => "MsalVersion",
            Self::Platform => "Platform",
            Self::MsalVersionPlatform => "MsalVersionPlatform",
            Self::ApiId => "ApiId",
            Self::CallerSdkId => "CallerSdkId",
            Self::TokenSource => "TokenSource",
            Self::CacheRefreshReason => "CacheRefreshReason",
            Self::CacheLevel => "CacheLevel",
            Self::TokenType => "TokenType",
            Self::ErrorCode => "ErrorCode",
            Self::RawStsErrorCode => "RawStsErrorCode",
            Self::Succeeded => "Succeeded",
            Self::HttpStatusCode => "HttpStatusCode",
            Self::ApiName => "token_telemetry.api.name",
            Self::Source => "token_telemetry.token.source",
            Self::Level => "token_telemetry.cache.level",
            Self::Reason => "token_telemetry.refresh.reason",
            Self::Status => "http.response.status_code",
            Self::ErrorType => "error.type",
        }
    }
}

use Attribute as A;

const METRICS: [Metric; 14] = [
    Metric {
        id: Id::Success,
        name: "MsalSuccess",
        unit: Unit::Count,
        description: "Acquisitions that returned a token",
        attributes: &[
            A::MsalVersion,
            A::Platform,
            A::ApiId,
            A::CallerSdkId,
            A::TokenSource,
            A::CacheRefreshReason,
            A::CacheLevel,
            A::TokenType,
        ],
        boundaries: &[],
    },
    Metric {
        id: Id::Failure,
        name: "MsalFailure",
        unit: Unit::Count,
        description: "Acquisitions that returned no token",
        attributes: &[
            A::MsalVersion,
            A::Platform,
            A::ErrorCode,
            A::ApiId,
            A::CallerSdkId,
            A::CacheRefreshReason,
            A::TokenType,
            A::RawStsErrorCode,
        ],
        boundaries: &[],
    },
    Metric {
        id: Id::Total,
        name: "MsalTotalDuration.1A",
        unit: Unit::Millis,
        description: "Time of acquisitions that returned a token",
        attributes: &[
            A::MsalVersion,
            A::Platform,
            A::ApiId,
            A::TokenSource,
            A::CacheLevel,
            A::CacheRefreshReason,
            A::TokenType,
        ],
        boundaries: MILLIS,
    },
    Metric {
        id: Id::TotalV2,
        name: "MsalTotalDurationV2.1A",
        unit: Unit::Millis,
        description: "Time of acquisitions, also of those that returned no token",
        attributes: &[
            A::MsalVersionPlatform,
            A::ApiId,
            A::TokenSource,
            A::CacheLevel,
            A::CacheRefreshReason,
            A::TokenType,
            A::ErrorCode,
            A::Succeeded,
        ],
        boundaries: MILLIS,
    },
    Metric {
        id: Id::InL1Cache,
        name: "MsalDurationInL1CacheInUs.1B",
        unit: Unit::Micros,
        description: "Time of acquisitions that the in-memory cache answered",
        attributes: &[
            A::MsalVersion,
            A::Platform,
            A::ApiId,
            A::TokenSource,
            A::CacheLevel,
            A::CacheRefreshReason,
        ],
        boundaries: MICROS,
    },
    Metric {
        id: Id::InL2Cache,
        name: "MsalDurationInL2Cache.1A",
        unit: Unit::Millis,
        description: "Time in the cache outside the process, where that one answered",
        attributes: &[A::MsalVersion, A::Platform, A::ApiId, A::CacheRefreshReason],
        boundaries: MILLIS,
    },
    Metric {
        id: Id::InHttp,
        name: "MsalDurationInHttp.1A",
        unit: Unit::Millis,
        description: "Time in token requests of acquisitions that returned a new token",
        attributes: &[A::MsalVersion, A::Platform, A::ApiId, A::TokenType],
        boundaries: MILLIS,
    },
    Metric {
        id: Id::InHttpV2,
        name: "MsalDurationInHttpV2.1A",
        unit: Unit::Millis,
        description: "Time in token requests, also of acquisitions that returned no token",
        attributes: &[
            A::MsalVersionPlatform,
            A::ApiId,
            A::TokenType,
            A::HttpStatusCode,
        ],
        boundaries: MILLIS,
    },
    Metric {
        id: Id::InExtension,
        name: "MsalDurationInExtensionInMs.1B",
        unit: Unit::Micros,
        description: "Time spent making the token presentable, in microseconds",
        attributes: &[
            A::MsalVersion,
            A::Platform,
            A::ApiId,
            A::TokenSource,
            A::CacheLevel,
            A::TokenType,
        ],
        boundaries: MICROS,
    },
    Metric {
        id: Id::RemainingLifetime,
        name: "MsalRemainingTokenLifetime.1A",
        unit: Unit::Seconds,
        description: "Time left until the returned token expires",
        attributes: &[
            A::MsalVersionPlatform,
            A::ApiId,
            A::TokenSource,
            A::CacheLevel,
            A::CacheRefreshReason,
            A::TokenType,
        ],
        boundaries: LIFETIME,
    },
    Metric {
        id: Id::AcquisitionDuration,
        name: "token_telemetry.acquisition.duration",
        unit: Unit::FractionalSeconds,
        description: "Time of acquisitions that a caller waited for",
        attributes: &[A::ApiName, A::Source, A::Level, A::Reason, A::ErrorType],
        boundaries: SECONDS,
    },
    Metric {
        id: Id::RefreshDuration,
        name: "token_telemetry.refresh.duration",
        unit: Unit::FractionalSeconds,
        description: "Time of acquisitions in the background, that no caller waited for",
        attributes: &[A::ApiName, A::Source, A::Reason, A::ErrorType],
        boundaries: SECONDS,
    },
    Metric {
        id: Id::TokenRequestDuration,
        name: "token_telemetry.token_request.duration",
        unit: Unit::FractionalSeconds,
        description: "Time in the token requests of one acquisition, summed over its tries",
        attributes: &[A::ApiName, A::Status, A::ErrorType],
        boundaries: HTTP_SECONDS,
    },
    Metric {
        id: Id::TokenRemainingLifetime,
        name: "token_telemetry.token.remaining_lifetime",
        unit: Unit::FractionalSeconds,
        description: "Time left until the returned token expires",
        attributes: &[A::ApiName, A::Source, A::Level],
        boundaries: LIFETIME,
    },
];

/// From a fast memory cache to a request that gave up after a minute.
const MILLIS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0,
    30_000.0, 60_000.0,
];

/// From one map lookup to a signature made by slow hardware.
const MICROS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0,
    25_000.0, 100_000.0,
];

/// Around the five minutes and the hour or day that identity providers use.
const LIFETIME: &[f64] = &[
    0.0, 60.0, 300.0, 600.0, 900.0, 1_800.0, 2_700.0, 3_600.0, 5_400.0, 7_200.0, 14_400.0,
    43_200.0, 86_400.0,
];

/// From a cache hit to a slow token endpoint.
const SECONDS: &[f64] = &[
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

/// The boundaries that the conventions give `http.client.request.duration`.
const HTTP_SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

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

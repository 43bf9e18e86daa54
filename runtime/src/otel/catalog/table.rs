//! The table of metrics.

use super::{Attribute as A, Metric, MetricId, Unit};

pub(super) const METRICS: [Metric; 14] = [
    Metric {
        id: MetricId::Success,
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
        id: MetricId::Failure,
        name: "MsalFailure",
        unit: Unit::Count,
        description: "Acquisitions that did not return a token",
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
        id: MetricId::Total,
        name: "MsalTotalDuration.1A",
        unit: Unit::Millis,
        description: "Duration of successful token acquisitions",
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
        id: MetricId::TotalV2,
        name: "MsalTotalDurationV2.1A",
        unit: Unit::Millis,
        description: "Duration of token acquisitions, including failed ones",
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
        id: MetricId::InL1Cache,
        name: "MsalDurationInL1CacheInUs.1B",
        unit: Unit::Micros,
        description: "Duration of token acquisitions served from the in-memory cache",
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
        id: MetricId::InL2Cache,
        name: "MsalDurationInL2Cache.1A",
        unit: Unit::Millis,
        description: "Time spent in the cache outside the process, if it held the token",
        attributes: &[A::MsalVersion, A::Platform, A::ApiId, A::CacheRefreshReason],
        boundaries: MILLIS,
    },
    Metric {
        id: MetricId::InHttp,
        name: "MsalDurationInHttp.1A",
        unit: Unit::Millis,
        description: "Time spent in token requests by acquisitions that returned a new token",
        attributes: &[A::MsalVersion, A::Platform, A::ApiId, A::TokenType],
        boundaries: MILLIS,
    },
    Metric {
        id: MetricId::InHttpV2,
        name: "MsalDurationInHttpV2.1A",
        unit: Unit::Millis,
        description: "Time spent in token requests, including those of failed acquisitions",
        attributes: &[
            A::MsalVersionPlatform,
            A::ApiId,
            A::TokenType,
            A::HttpStatusCode,
        ],
        boundaries: MILLIS,
    },
    Metric {
        id: MetricId::InExtension,
        name: "MsalDurationInExtensionInMs.1B",
        unit: Unit::Micros,
        description: "Time spent post-processing the token, in microseconds",
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
        id: MetricId::RemainingLifetime,
        name: "MsalRemainingTokenLifetime.1A",
        unit: Unit::Seconds,
        description: "Time until the returned token expires",
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
        id: MetricId::AcquisitionDuration,
        name: "token_telemetry.acquisition.duration",
        unit: Unit::FractionalSeconds,
        description: "Duration of token acquisitions that a caller waited for",
        attributes: &[A::ApiName, A::Source, A::Level, A::Reason, A::ErrorType],
        boundaries: SECONDS,
    },
    Metric {
        id: MetricId::RefreshDuration,
        name: "token_telemetry.refresh.duration",
        unit: Unit::FractionalSeconds,
        description: "Duration of background token acquisitions, which no caller waited for",
        attributes: &[A::ApiName, A::Source, A::Reason, A::ErrorType],
        boundaries: SECONDS,
    },
    Metric {
        id: MetricId::TokenRequestDuration,
        name: "token_telemetry.token_request.duration",
        unit: Unit::FractionalSeconds,
        description: "Time spent in the token requests of one acquisition, summed over its attempts",
        attributes: &[A::ApiName, A::Status, A::ErrorType],
        boundaries: HTTP_SECONDS,
    },
    Metric {
        id: MetricId::TokenRemainingLifetime,
        name: "token_telemetry.token.remaining_lifetime",
        unit: Unit::FractionalSeconds,
        description: "Time until the returned token expires",
        attributes: &[A::ApiName, A::Source, A::Level],
        boundaries: LIFETIME,
    },
];

/// From a fast in-memory cache to a request that timed out after a minute.
const MILLIS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0,
    30_000.0, 60_000.0,
];

/// From one map lookup to a signature computed by slow hardware.
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

/// The boundaries that the semantic conventions specify for `http.client.request.duration`.
const HTTP_SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

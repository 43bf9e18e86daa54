//! The table of metrics.

use super::{Metric, MetricSet, Scale, Unit};
use crate::otel::attributes::Attribute as A;

/// Declares the metrics, with an id for each.
macro_rules! metrics {
    ($($id:ident: $metric:expr,)+) => {
        /// The id of a metric, which is its position in [`Metric::ALL`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::otel) enum MetricId {
            $($id,)+
        }

        /// Number of metrics.
        pub(super) const COUNT: usize = [$(MetricId::$id),+].len();

        pub(super) static METRICS: [Metric; COUNT] = [$($metric),+];
    };
}

metrics! {
    Success: Metric {
        set: MetricSet::Msal,
        name: "MsalSuccess",
        unit: Unit::Count(None),
        description: "Acquisitions that returned a token",
        attributes: &[
            A::MSAL_VERSION,
            A::PLATFORM,
            A::API_ID,
            A::CALLER_SDK_ID,
            A::TOKEN_SOURCE,
            A::CACHE_REFRESH_REASON,
            A::CACHE_LEVEL,
            A::TOKEN_TYPE,
        ],
        boundaries: &[],
    },
    Failure: Metric {
        set: MetricSet::Msal,
        name: "MsalFailure",
        unit: Unit::Count(None),
        description: "Acquisitions that did not return a token",
        attributes: &[
            A::MSAL_VERSION,
            A::PLATFORM,
            A::ERROR_CODE,
            A::API_ID,
            A::CALLER_SDK_ID,
            A::CACHE_REFRESH_REASON,
            A::TOKEN_TYPE,
            A::RAW_STS_ERROR_CODE,
        ],
        boundaries: &[],
    },
    Total: Metric {
        set: MetricSet::MsalBase,
        name: "MsalTotalDuration.1A",
        unit: Unit::Whole(Scale::Millis),
        description: "Duration of successful token acquisitions",
        attributes: &[
            A::MSAL_VERSION,
            A::PLATFORM,
            A::API_ID,
            A::TOKEN_SOURCE,
            A::CACHE_LEVEL,
            A::CACHE_REFRESH_REASON,
            A::TOKEN_TYPE,
        ],
        boundaries: MILLIS,
    },
    TotalV2: Metric {
        set: MetricSet::MsalExtended,
        name: "MsalTotalDurationV2.1A",
        unit: Unit::Whole(Scale::Millis),
        description: "Duration of token acquisitions, including failed ones",
        attributes: &[
            A::MSAL_VERSION_PLATFORM,
            A::API_ID,
            A::TOKEN_SOURCE,
            A::CACHE_LEVEL,
            A::CACHE_REFRESH_REASON,
            A::TOKEN_TYPE,
            A::ERROR_CODE,
            A::SUCCEEDED,
        ],
        boundaries: MILLIS,
    },
    InL1Cache: Metric {
        set: MetricSet::Msal,
        name: "MsalDurationInL1CacheInUs.1B",
        unit: Unit::Whole(Scale::Micros),
        description: "Duration of token acquisitions served from the in-memory cache",
        attributes: &[
            A::MSAL_VERSION,
            A::PLATFORM,
            A::API_ID,
            A::TOKEN_SOURCE,
            A::CACHE_LEVEL,
            A::CACHE_REFRESH_REASON,
        ],
        boundaries: MICROS,
    },
    InL2Cache: Metric {
        set: MetricSet::Msal,
        name: "MsalDurationInL2Cache.1A",
        unit: Unit::Whole(Scale::Millis),
        description: "Time spent in the cache outside the process, if it held the token",
        attributes: &[A::MSAL_VERSION, A::PLATFORM, A::API_ID, A::CACHE_REFRESH_REASON],
        boundaries: MILLIS,
    },
    InHttp: Metric {
        set: MetricSet::MsalBase,
        name: "MsalDurationInHttp.1A",
        unit: Unit::Whole(Scale::Millis),
        description: "Time spent in token requests by acquisitions that returned a new token",
        attributes: &[A::MSAL_VERSION, A::PLATFORM, A::API_ID, A::TOKEN_TYPE],
        boundaries: MILLIS,
    },
    InHttpV2: Metric {
        set: MetricSet::MsalExtended,
        name: "MsalDurationInHttpV2.1A",
        unit: Unit::Whole(Scale::Millis),
        description: "Time spent in token requests, including those of failed acquisitions",
        attributes: &[
            A::MSAL_VERSION_PLATFORM,
            A::API_ID,
            A::TOKEN_TYPE,
            A::HTTP_STATUS_CODE,
        ],
        boundaries: MILLIS,
    },
    InExtension: Metric {
        set: MetricSet::Msal,
        name: "MsalDurationInExtensionInMs.1B",
        unit: Unit::Whole(Scale::Micros),
        description: "Time spent post-processing the token, in microseconds",
        attributes: &[
            A::MSAL_VERSION,
            A::PLATFORM,
            A::API_ID,
            A::TOKEN_SOURCE,
            A::CACHE_LEVEL,
            A::TOKEN_TYPE,
        ],
        boundaries: MICROS,
    },
    RemainingLifetime: Metric {
        set: MetricSet::Msal,
        name: "MsalRemainingTokenLifetime.1A",
        unit: Unit::Whole(Scale::Seconds),
        description: "Time until the returned token expires",
        attributes: &[
            A::MSAL_VERSION_PLATFORM,
            A::API_ID,
            A::TOKEN_SOURCE,
            A::CACHE_LEVEL,
            A::CACHE_REFRESH_REASON,
            A::TOKEN_TYPE,
        ],
        boundaries: LIFETIME,
    },
    AcquisitionDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.acquisition.duration",
        unit: Unit::FractionalSeconds,
        description: "Duration of token acquisitions that a caller waited for",
        attributes: &[
            A::API_NAME,
            A::SOURCE,
            A::LEVEL,
            A::REASON,
            A::ERROR_TYPE,
            A::ERROR_KIND,
            A::ERROR_SUBERROR,
        ],
        boundaries: SECONDS,
    },
    RefreshDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.refresh.duration",
        unit: Unit::FractionalSeconds,
        description: "Duration of background token acquisitions, which no caller waited for",
        attributes: &[
            A::API_NAME,
            A::SOURCE,
            A::REASON,
            A::ERROR_TYPE,
            A::ERROR_KIND,
        ],
        boundaries: SECONDS,
    },
    TokenRequestDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.token_request.duration",
        unit: Unit::FractionalSeconds,
        description: "Duration of each HTTP attempt of a token acquisition",
        attributes: &[
            A::API_NAME,
            A::PURPOSE,
            A::STATUS,
            A::ERROR_TYPE,
            A::SERVER,
            A::RESENDS,
        ],
        boundaries: HTTP_SECONDS,
    },
    ThrottledDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.throttled.duration",
        unit: Unit::FractionalSeconds,
        description: "Time that an acquisition waited before requests because a server asked for it",
        attributes: &[A::API_NAME],
        boundaries: PAUSES,
    },
    TokenRemainingLifetime: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.token.remaining_lifetime",
        unit: Unit::FractionalSeconds,
        description: "Time until the returned token expires",
        attributes: &[A::API_NAME, A::SOURCE, A::LEVEL],
        boundaries: LIFETIME,
    },
    StaleTokens: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.stale_tokens",
        unit: Unit::Count(Some("{token}")),
        description: "Expired or expiring tokens that were returned because a refresh failed",
        attributes: &[A::API_NAME],
        boundaries: &[],
    },
    UnextendedTokens: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.unextended_tokens",
        unit: Unit::Count(Some("{token}")),
        description: "Tokens of refreshes that expire no later than the tokens before",
        attributes: &[A::API_NAME],
        boundaries: &[],
    },
    CacheLookups: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.cache.lookups",
        unit: Unit::Count(Some("{lookup}")),
        description: "Lookups in token caches",
        attributes: &[A::API_NAME, A::LEVEL, A::CACHE_RESULT],
        boundaries: &[],
    },
    CacheLookupDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.cache.lookup.duration",
        unit: Unit::FractionalSeconds,
        description: "Duration of lookups in token caches",
        attributes: &[A::API_NAME, A::LEVEL, A::CACHE_RESULT],
        boundaries: SECONDS,
    },
    CacheDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.cache.duration",
        unit: Unit::FractionalSeconds,
        description: "Time that an acquisition spent in caches, except for hits in memory",
        attributes: &[A::API_NAME, A::LEVEL, A::CACHE_RESULT],
        boundaries: SECONDS,
    },
    CredentialDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.credential.duration",
        unit: Unit::FractionalSeconds,
        description: "Duration of acquisitions by credential, unless a cache had the token",
        attributes: &[A::CREDENTIAL, A::MANAGED_IDENTITY_SOURCE, A::ERROR_KIND],
        boundaries: SECONDS,
    },
    TriggeredRefreshes: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.triggered_refreshes",
        unit: Unit::Count(Some("{refresh}")),
        description: "Acquisitions by what made the SDK refresh the token",
        attributes: &[A::API_NAME, A::TRIGGER],
        boundaries: &[],
    },
    RejectedTokens: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.rejected_tokens",
        unit: Unit::Count(Some("{token}")),
        description: "Tokens that a resource rejected",
        attributes: &[A::ERROR_TYPE],
        boundaries: &[],
    },
    GraphRequests: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.graph.requests",
        unit: Unit::Count(Some("{request}")),
        description: "Requests to Microsoft Graph, each with all its attempts",
        attributes: &[
            A::METHOD,
            A::STATUS,
            A::ERROR_TYPE,
            A::SERVER,
            A::RESENDS,
            A::CLAIMS_CHALLENGES,
        ],
        boundaries: &[],
    },
    WaitingDuration: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.waiting.duration",
        unit: Unit::FractionalSeconds,
        description: "Time that an acquisition waited for the token request of another caller",
        attributes: &[A::API_NAME],
        boundaries: SECONDS,
    },
    SuppressedErrors: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.suppressed_errors",
        unit: Unit::Count(Some("{error}")),
        description: "Errors inside of acquisitions that were not returned to the caller",
        attributes: &[A::API_NAME, A::ERROR_TYPE],
        boundaries: &[],
    },
    InFlight: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.acquisitions.in_flight",
        unit: Unit::Present("{acquisition}"),
        description: "Acquisitions that have begun and not ended",
        attributes: &[A::API_NAME],
        boundaries: &[],
    },
    OldestAge: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.acquisitions.oldest_age",
        unit: Unit::CurrentSeconds,
        description: "Age of the oldest acquisition that has begun and not ended",
        attributes: &[A::API_NAME],
        boundaries: &[],
    },
    ExpiresIn: Metric {
        set: MetricSet::Conventions,
        name: "token_telemetry.token.expires_in",
        unit: Unit::CurrentSeconds,
        description: "Time until the newest token expires, also while nobody asks for it",
        attributes: &[A::API_NAME, A::CREDENTIAL],
        boundaries: &[],
    },
}

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

/// From an immediate retry to the longest pauses that token endpoints ask for.
const PAUSES: &[f64] = &[
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
];

/// The boundaries that the semantic conventions specify for `http.client.request.duration`.
const HTTP_SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

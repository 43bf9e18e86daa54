//! The metrics of MSAL.NET 4.89, written down from its source code.
//!
//! Names, units, tags and descriptions are facts of the exchange format, so they are kept literally.

/// The type of a tag's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagType {
    Text,
    Integer,
    Flag,
}

/// A metric of MSAL.NET; all its values are 64-bit integers.
pub(crate) struct Reference {
    pub(crate) name: &'static str,
    /// Its name in the Prometheus text format.
    pub(crate) scraped: &'static str,
    /// As the text format names it.
    pub(crate) kind: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) description: &'static str,
    pub(crate) tags: &'static [(&'static str, TagType)],
}

const MSAL_VERSION: (&str, TagType) = ("MsalVersion", TagType::Text);
const PLATFORM: (&str, TagType) = ("Platform", TagType::Text);
const MSAL_VERSION_PLATFORM: (&str, TagType) = ("MsalVersionPlatform", TagType::Text);
const API_ID: (&str, TagType) = ("ApiId", TagType::Text);
const CALLER_SDK_ID: (&str, TagType) = ("CallerSdkId", TagType::Text);
const TOKEN_SOURCE: (&str, TagType) = ("TokenSource", TagType::Text);
const CACHE_REFRESH_REASON: (&str, TagType) = ("CacheRefreshReason", TagType::Text);
const CACHE_LEVEL: (&str, TagType) = ("CacheLevel", TagType::Text);
const TOKEN_TYPE: (&str, TagType) = ("TokenType", TagType::Integer);
const ERROR_CODE: (&str, TagType) = ("ErrorCode", TagType::Text);
const RAW_STS_ERROR_CODE: (&str, TagType) = ("RawStsErrorCode", TagType::Text);
const HTTP_STATUS_CODE: (&str, TagType) = ("HttpStatusCode", TagType::Integer);
const SUCCEEDED: (&str, TagType) = ("Succeeded", TagType::Flag);

pub(crate) const METRICS: [Reference; 10] = [
    Reference {
        name: "MsalSuccess",
        scraped: "MsalSuccess_total",
        kind: "counter",
        unit: "",
        description: "Number of successful token acquisition calls",
        tags: &[
            MSAL_VERSION,
            PLATFORM,
            API_ID,
            CALLER_SDK_ID,
            TOKEN_SOURCE,
            CACHE_REFRESH_REASON,
            CACHE_LEVEL,
            TOKEN_TYPE,
        ],
    },
    Reference {
        name: "MsalFailure",
        scraped: "MsalFailure_total",
        kind: "counter",
        unit: "",
        description: "Number of failed token acquisition calls",
        tags: &[
            MSAL_VERSION,
            PLATFORM,
            ERROR_CODE,
            API_ID,
            CALLER_SDK_ID,
            CACHE_REFRESH_REASON,
            TOKEN_TYPE,
            RAW_STS_ERROR_CODE,
        ],
    },
    Reference {
        name: "MsalTotalDuration.1A",
        scraped: "MsalTotalDuration_1A_milliseconds",
        kind: "histogram",
        unit: "ms",
        description: "Performance of token acquisition calls total latency",
        tags: &[
            MSAL_VERSION,
            PLATFORM,
            API_ID,
            TOKEN_SOURCE,
            CACHE_LEVEL,
            CACHE_REFRESH_REASON,
            TOKEN_TYPE,
        ],
    },
    Reference {
        name: "MsalTotalDurationV2.1A",
        scraped: "MsalTotalDurationV2_1A_milliseconds",
        kind: "histogram",
        unit: "ms",
        description: "Performance of token acquisition calls total latency including both successes and failures",
        tags: &[
            MSAL_VERSION_PLATFORM,
            API_ID,
            TOKEN_SOURCE,
            CACHE_LEVEL,
            CACHE_REFRESH_REASON,
            TOKEN_TYPE,
            ERROR_CODE,
            SUCCEEDED,
        ],
    },
    Reference {
        name: "MsalDurationInL1CacheInUs.1B",
        scraped: "MsalDurationInL1CacheInUs_1B_microseconds",
        kind: "histogram",
        unit: "us",
        description: "Performance of token acquisition calls total latency in microseconds when L1 cache is used.",
        tags: &[
            MSAL_VERSION,
            PLATFORM,
            API_ID,
            TOKEN_SOURCE,
            CACHE_LEVEL,
            CACHE_REFRESH_REASON,
        ],
    },
    Reference {
        name: "MsalDurationInL2Cache.1A",
        scraped: "MsalDurationInL2Cache_1A_milliseconds",
        kind: "histogram",
        unit: "ms",
        description: "Performance of token acquisition calls cache latency",
        tags: &[MSAL_VERSION, PLATFORM, API_ID, CACHE_REFRESH_REASON],
    },
    Reference {
        name: "MsalDurationInHttp.1A",
        scraped: "MsalDurationInHttp_1A_milliseconds",
        kind: "histogram",
        unit: "ms",
        description: "Performance of token acquisition calls network latency",
        tags: &[MSAL_VERSION, PLATFORM, API_ID, TOKEN_TYPE],
    },
    Reference {
        name: "MsalDurationInHttpV2.1A",
        scraped: "MsalDurationInHttpV2_1A_milliseconds",
        kind: "histogram",
        unit: "ms",
        description: "Performance of token acquisition calls network latency including both successes and failures",
        tags: &[MSAL_VERSION_PLATFORM, API_ID, TOKEN_TYPE, HTTP_STATUS_CODE],
    },
    Reference {
        name: "MsalDurationInExtensionInMs.1B",
        scraped: "MsalDurationInExtensionInMs_1B_microseconds",
        kind: "histogram",
        unit: "us",
        description: "Performance of token acquisition calls extension latency.",
        tags: &[
            MSAL_VERSION,
            PLATFORM,
            API_ID,
            TOKEN_SOURCE,
            CACHE_LEVEL,
            TOKEN_TYPE,
        ],
    },
    Reference {
        name: "MsalRemainingTokenLifetime.1A",
        scraped: "MsalRemainingTokenLifetime_1A_seconds",
        kind: "histogram",
        unit: "s",
        description: "Remaining lifetime of acquired tokens at the time of acquisition.",
        tags: &[
            MSAL_VERSION_PLATFORM,
            API_ID,
            TOKEN_SOURCE,
            CACHE_LEVEL,
            CACHE_REFRESH_REASON,
            TOKEN_TYPE,
        ],
    },
];

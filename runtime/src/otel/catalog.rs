//! Names, units and descriptions of the instruments, and the keys of their attributes.

/// Name of the meter, shared by the MSAL libraries.
pub(super) const METER: &str = "MicrosoftIdentityClient_Common_Meter";

/// Version of the meter, unchanged since MSAL.NET 4.58.
pub(super) const METER_VERSION: &str = "1.0.0";

/// One instrument.
pub(super) struct Instrument {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) description: &'static str,
}

pub(super) const SUCCESS: Instrument = Instrument {
    name: "MsalSuccess",
    unit: "",
    description: "Acquisitions that returned a token",
};

pub(super) const FAILURE: Instrument = Instrument {
    name: "MsalFailure",
    unit: "",
    description: "Acquisitions that returned no token",
};

pub(super) const TOTAL_DURATION: Instrument = Instrument {
    name: "MsalTotalDuration.1A",
    unit: "ms",
    description: "Time of acquisitions that returned a token",
};

pub(super) const DURATION_IN_HTTP: Instrument = Instrument {
    name: "MsalDurationInHttp.1A",
    unit: "ms",
    description: "Time in token requests of acquisitions that returned a new token",
};

/// Keys of the attributes, in MSAL.NET's spelling.
pub(super) mod key {
    pub(in crate::otel) const MSAL_VERSION: &str = "MsalVersion";
    pub(in crate::otel) const PLATFORM: &str = "Platform";
    pub(in crate::otel) const API_ID: &str = "ApiId";
    pub(in crate::otel) const CALLER_SDK_ID: &str = "CallerSdkId";
    pub(in crate::otel) const TOKEN_SOURCE: &str = "TokenSource";
    pub(in crate::otel) const CACHE_REFRESH_REASON: &str = "CacheRefreshReason";
    pub(in crate::otel) const CACHE_LEVEL: &str = "CacheLevel";
    pub(in crate::otel) const TOKEN_TYPE: &str = "TokenType";
    pub(in crate::otel) const ERROR_CODE: &str = "ErrorCode";
    pub(in crate::otel) const RAW_STS_ERROR_CODE: &str = "RawStsErrorCode";
}

/// Value of a client attribute that the SDK did not set.
pub(super) const UNKNOWN: &str = "unknown";

/// Value of a text attribute that is not known.
///
/// A slice of real bytes: hashing the literal `""` compares through a dangling pointer, which
/// costs 150 ns per lookup on some processors.
pub(super) const EMPTY: &str = UNKNOWN.split_at(0).0;

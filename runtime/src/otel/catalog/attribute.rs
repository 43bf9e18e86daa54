//! The attributes of both sets and their keys.

/// An attribute of a metric; the two sets share some values but not their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::otel) enum Attribute {
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
    pub(in crate::otel) const fn key(self) -> &'static str {
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

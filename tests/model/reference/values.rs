//! Recorded values, as passed by the SDK and as stored.

use token_telemetry::{CacheLevel, CacheRefreshReason, TokenSource, TokenType};

pub(crate) const LEVELS: [CacheLevel; 3] = [
    CacheLevel::L1Cache,
    CacheLevel::L2Cache,
    CacheLevel::Unknown,
];

pub(crate) const REASONS: [CacheRefreshReason; 4] = [
    CacheRefreshReason::ForceRefreshOrClaims,
    CacheRefreshReason::NoCachedAccessToken,
    CacheRefreshReason::Expired,
    CacheRefreshReason::ProactivelyRefreshed,
];

pub(crate) const SOURCES: [TokenSource; 3] = [
    TokenSource::Broker,
    TokenSource::IdentityProvider,
    TokenSource::Cache,
];

pub(crate) const TOKEN_TYPES: [TokenType; 3] =
    [TokenType::Bearer, TokenType::Pop, TokenType::MtlsPop];

/// The SDK's description of a token: its type, and its lifetime in milliseconds.
pub(crate) fn token_of(number: u8) -> (Option<TokenType>, Option<u64>) {
    if is_none(number) {
        return (None, None);
    }
    let token_type = TOKEN_TYPES[usize::from(number / 4) % TOKEN_TYPES.len()];
    (
        (number & 1 != 0).then_some(token_type),
        (number & 2 != 0).then_some(u64::from(number) * 1000),
    )
}

/// Returns whether the SDK describes this token as none.
pub(crate) const fn is_none(number: u8) -> bool {
    number % 16 == 15
}

/// Returns the stored form: at most 10 and 20 characters, without delimiters.
pub(crate) const CALLERS: [(&str, &str); 3] = [
    ("41", "1.2"),
    ("a-very-lon", "1.0.0-a-version-that"),
    ("a_b", "1_2"),
];

pub(crate) const WRAPPERS: [(&str, &str); 2] = [("@azure/msal-react", "5.0.1"), ("w_x", "1")];

pub(crate) const REGIONS: u8 = 3;

pub(crate) const fn region_name(region: u8) -> Option<&'static str> {
    match region {
        0 => Some("centralus"),
        1 => None,
        _ => Some("westus2"),
    }
}

/// Returns the number of an API of the SDK.
pub(crate) fn api_number(api: u8) -> u32 {
    [1004, 1007, 1006, 740_015][usize::from(api % 4)]
}

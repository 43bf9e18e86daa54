//! The names of numbers in the headers.

use token_telemetry::api::{ApiEntry, MsalJava, MsalNet, MsalNode, MsalPython};
use token_telemetry::entra::ReceivedHeaders;
use token_telemetry::{ApiId, CacheRefreshReason};

/// How many reasons for a request are counted apart: the known ones, an unknown number, and none.
pub(crate) const REASONS: usize = 8;

/// The position of a reason in an array of counts.
pub(crate) fn reason_index(reason: Option<CacheRefreshReason>, is_reported: bool) -> usize {
    let known = CacheRefreshReason::ALL.iter();
    let known = known.take(REASONS - 2);
    match reason {
        Some(reason) => known.take_while(|other| **other != reason).count(),
        None if is_reported => REASONS - 2,
        None => REASONS - 1,
    }
}

/// Returns the name of the reason at a position, as metrics show it.
pub(crate) fn reason(index: usize) -> &'static str {
    match CacheRefreshReason::ALL.get(index) {
        Some(reason) if index < REASONS - 2 => reason.name(),
        Some(_) | None if index < REASONS - 1 => "unknown number",
        Some(_) | None => "not reported",
    }
}

/// Explains the reason at a position.
pub(crate) fn reason_meaning(index: usize) -> &'static str {
    let meanings = [
        "the cache was not used for this flow",
        "the caller forced a refresh or requested claims",
        "the cache had no token for the request",
        "the cached token had expired",
        "the cached token was refreshed before it expired",
        "the cache is disabled",
        "a number that no known library sends",
        "no readable header, or the library does not say",
    ];
    meanings.get(index).copied().unwrap_or_default()
}

/// The tables of API ids by library.
const TABLES: &[(&str, &[ApiEntry])] = &[
    ("MSAL.NET", MsalNet::CATALOG),
    ("msal-python", MsalPython::CATALOG),
    ("msal-node", MsalNode::CATALOG),
    ("msal4j", MsalJava::CATALOG),
];

/// Returns the name of an API; SDKs of other vendors mostly use the numbers of MSAL.NET.
pub(crate) fn api(sku: &str, number: &str) -> Option<&'static str> {
    let received = ReceivedHeaders::from_iter([("x-client-sku", sku)]);
    let library = received.library().unwrap_or("MSAL.NET");
    let (_, table) = TABLES.iter().find(|(known, _)| *known == library)?;
    let number: u32 = number.parse().ok()?;
    let mut entries = table.iter().map(ApiEntry::api);
    entries.find_map(|api| (api.number() == number).then(|| api.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_names() {
        for (index, known) in CacheRefreshReason::ALL.iter().enumerate() {
            assert_eq!(reason_index(Some(*known), true), index);
            assert_eq!(reason(index), known.name());
        }
        assert_eq!(CacheRefreshReason::ALL.len() + 2, REASONS);
        assert_eq!(reason(reason_index(None, true)), "unknown number");
        assert_eq!(reason(reason_index(None, false)), "not reported");
    }

    #[test]
    fn apis_have_names() {
        assert_eq!(api("MSAL.Python", "730"), Some("AcquireTokenForClient"));
        assert_eq!(api("Contoso.Auth", "1004"), Some("AcquireTokenForClient"));
        assert_eq!(api("MSAL.Android", "1004"), None);
        assert_eq!(api("MSAL.Python", "blank"), None);
    }
}

//! Reads the current-telemetry header.

use token_telemetry::CacheRefreshReason;
use token_telemetry::entra::read::ReadError;
use token_telemetry::entra::{CurrentField, FieldValue, ReceivedHeaders};

use super::words::reason_index;

/// What the report needs from the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) api: Option<u64>,
    pub(crate) reason: usize,
}

/// Reads the header.
pub(crate) fn read(received: &ReceivedHeaders<'_>) -> Result<Current, ReadError> {
    let Some(current) = received.current()? else {
        return Ok(Current {
            api: None,
            reason: reason_index(None, false),
        });
    };
    let telemetry = current.telemetry();
    let number = telemetry.get(CurrentField::CacheInfo);
    let is_reported = matches!(number, Some(FieldValue::Number(_) | FieldValue::Text(_)));
    // MSAL for Android only reports whether a refresh was forced.
    let is_forced = telemetry.get(CurrentField::ForceRefresh) == Some(&FieldValue::Flag(true));
    let forced = is_forced.then_some(CacheRefreshReason::ForceRefreshOrClaims);
    Ok(Current {
        api: telemetry.api_number(),
        reason: reason_index(telemetry.cache_info().or(forced), is_reported),
    })
}

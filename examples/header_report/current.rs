//! Reads the current-telemetry header, which few clients change from request to request.

use std::collections::HashMap;

use token_telemetry::CacheRefreshReason;
use token_telemetry::entra::read::ReadError;
use token_telemetry::entra::{CurrentField, FieldValue, Header, ReceivedHeaders};

use super::words::reason_index;

/// What the report needs from the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) api: Option<u64>,
    pub(crate) reason: usize,
}

/// Remembers the result for each text. The memory is bounded: it starts anew when it is full.
#[derive(Default)]
pub(crate) struct Currents {
    known: HashMap<Box<[u8]>, Result<Current, ReadError>>,
    key: Vec<u8>,
}

const MOST: usize = 4096;
/// Longer texts are read again each time.
const LONGEST: usize = 256;

impl Currents {
    pub(crate) fn read(&mut self, received: &ReceivedHeaders<'_>) -> Result<Current, ReadError> {
        let header = |header| received.get(header).unwrap_or_default();
        // The SKU decides between libraries that write the same layout.
        self.key.clear();
        self.key.extend_from_slice(header(Header::Sku));
        self.key.push(0);
        self.key.extend_from_slice(header(Header::CurrentTelemetry));
        if let Some(known) = self.known.get(&*self.key) {
            return *known;
        }
        let current = parse(received);
        if self.key.len() <= LONGEST {
            if self.known.len() >= MOST {
                self.known.clear();
            }
            self.known.insert(self.key.as_slice().into(), current);
        }
        current
    }
}

fn parse(received: &ReceivedHeaders<'_>) -> Result<Current, ReadError> {
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

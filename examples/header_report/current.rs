//! Reads the current-telemetry header, which few clients change from request to request.

use std::collections::HashMap;

use token_telemetry::entra::read::{self, ReadError};
use token_telemetry::entra::{CurrentField, FieldValue};

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
}

const MOST: usize = 4096;
/// Longer texts are read again each time.
const LONGEST: usize = 256;

impl Currents {
    pub(crate) fn read(&mut self, value: &[u8]) -> Result<Current, ReadError> {
        if let Some(known) = self.known.get(value) {
            return *known;
        }
        let current = parse(value);
        if value.len() <= LONGEST {
            if self.known.len() >= MOST {
                self.known.clear();
            }
            self.known.insert(value.into(), current);
        }
        current
    }
}

fn parse(value: &[u8]) -> Result<Current, ReadError> {
    let Some(current) = read::current(value)? else {
        return Ok(Current {
            api: None,
            reason: reason_index(None, false),
        });
    };
    let telemetry = current.telemetry();
    let number = telemetry.get(CurrentField::CacheInfo);
    let is_reported = matches!(number, Some(FieldValue::Number(_) | FieldValue::Text(_)));
    Ok(Current {
        api: telemetry.api_number(),
        reason: reason_index(telemetry.cache_info(), is_reported),
    })
}

//! An acquisition as pages show it: its record, and its requests as they were sent.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use token_telemetry::{AcquisitionRecord, TokenSource};

use crate::collector::Sent;
use crate::meaning::meaning;

#[derive(Serialize)]
struct Entry<'a> {
    number: u64,
    sdk: usize,
    record: &'a AcquisitionRecord,
    requests: Vec<RequestData<'a>>,
}

#[derive(Serialize)]
struct RequestData<'a> {
    number: u32,
    host: Option<&'a str>,
    purpose: &'static str,
    headers: Vec<HeaderData<'a>>,
}

#[derive(Serialize)]
struct HeaderData<'a> {
    name: &'a str,
    value: &'a str,
    meaning: Option<String>,
}

/// Serializes an acquisition once for all pages.
pub(crate) fn serialize(
    number: u64,
    sdk: usize,
    record: &AcquisitionRecord,
    sent: &[Sent],
) -> Option<Box<RawValue>> {
    let requests = sent.iter().map(|sent| RequestData {
        number: sent.number,
        host: sent.host.as_deref(),
        purpose: sent.purpose,
        headers: sent.headers.iter().map(header).collect(),
    });
    let entry = Entry {
        number,
        sdk,
        record,
        requests: requests.collect(),
    };
    to_raw_value(&entry).ok()
}

/// Returns whether an acquisition is a cache hit, as the totals count them.
pub(crate) fn is_hit(record: &AcquisitionRecord) -> bool {
    record.is_ok() && record.token_source() == Some(TokenSource::Cache)
}

/// Returns whether an acquisition is one of many alike.
pub(crate) fn is_plain_hit(record: &AcquisitionRecord) -> bool {
    is_hit(record) && record.attempt_count() == 0
}

fn header((name, value): &(String, String)) -> HeaderData<'_> {
    HeaderData {
        name,
        value,
        meaning: meaning(name, value),
    }
}

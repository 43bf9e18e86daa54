//! Converts what the library did into the types of the model.

use std::collections::HashMap;

use http::HeaderMap;
use token_telemetry::{AcquisitionRecord, ClientRequestId, ErrorInfo};

use crate::reference::Finished;
use crate::reference::facts::Record;
use crate::reference::info::{Id, Info};
use crate::reference::request_fields::Sheet;
use crate::world::sdk::given_id;

/// Lists the differences, line by line.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (format!("{expected:#?}"), format!("{found:#?}"));
    if expected.lines().count() != found.lines().count() {
        return Err(format!("{what}: expected {expected}\nfound {found}"));
    }
    let mut lines = String::new();
    for (expected, found) in expected.lines().zip(found.lines()) {
        if expected != found {
            lines += &["\n  expected ", expected, "\n     found ", found].concat();
        }
    }
    Err(format!("{what} differs:{lines}"))
}

/// Random ids, in order of appearance.
#[derive(Default)]
pub(crate) struct Ids(HashMap<u32, ClientRequestId>);

impl Ids {
    pub(crate) fn known(&self, id: Id) -> Option<ClientRequestId> {
        match id {
            Id::Given(number) => Some(given_id(number)),
            Id::Random(acquisition) => self.0.get(&acquisition).copied(),
        }
    }

    /// Learns a new random id, which no other acquisition may have.
    fn learn(&mut self, id: Id, seen: Option<ClientRequestId>) {
        if let (Some(acquisition), Some(seen)) = (id.random(), seen)
            && !self.0.values().any(|other| *other == seen)
        {
            self.0.entry(acquisition).or_insert(seen);
        }
    }

    pub(crate) fn compare(
        &mut self,
        expected: &Finished,
        seen: &AcquisitionRecord,
    ) -> Result<(), String> {
        self.learn(expected.id, seen.correlation_id());
        equal("id", &self.known(expected.id), &seen.correlation_id())?;
        if let Some(parent) = expected.parent {
            self.learn(parent, seen.parent());
        }
        equal(
            "parent",
            &expected.parent.and_then(|parent| self.known(parent)),
            &seen.parent(),
        )?;
        let kept = expected.record.attempts.min(8);
        equal("kept attempts", &(kept as usize), &seen.attempts().len())?;
        equal("record", expected.record.as_ref(), &record_of(seen))
    }

    pub(crate) fn compare_sent(
        &mut self,
        expected: Option<&Sheet>,
        headers: &HeaderMap,
        fields: &[(&'static str, String)],
    ) -> Result<(), String> {
        let in_headers = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let in_fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let Some(expected) = expected else {
            return equal("pairs", &0, &(headers.len() + fields.len()));
        };
        let (mut found, others): (Vec<_>, _) = if expected.is_form() {
            (in_fields.collect(), headers.len())
        } else {
            (in_headers.collect(), fields.len())
        };
        found.sort();
        equal("pairs that go elsewhere", &0, &others)?;
        let id = found
            .iter()
            .find(|(name, _)| name.ends_with("client-request-id") && !name.starts_with("return"));
        self.learn(expected.id, id.and_then(|(_, id)| id.parse().ok()));
        let text = |id| self.known(id).map(|id| id.to_string()).unwrap_or_default();
        equal("headers", &expected.render(text), &found)
    }
}

fn record_of(seen: &AcquisitionRecord) -> Record {
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap();
    let outcome = seen.outcome().name();
    Record {
        api: seen.api().number(),
        outcome,
        source: seen.token_source(),
        level: seen.cache_level(),
        reason: seen.refresh_reason(),
        token_type: seen.token_type(),
        background: seen.is_background(),
        stale: seen.is_stale(),
        total: seen.duration_total().map(millis),
        in_http: seen.duration_in_http().map(millis),
        timed: [
            seen.duration_in_cache().map(millis),
            seen.duration_in_extension().map(millis),
        ],
        waited: seen.duration_waiting().map(millis),
        lifetime: seen.remaining_lifetime().map(millis),
        region: seen
            .region()
            .and_then(|region| region.name())
            .map(|name| match name {
                "centralus" => "centralus",
                "westus2" => "westus2",
                _ => "another region",
            }),
        host: seen.endpoint_host().map(str::to_owned),
        token_count: seen.cached_token_count(),
        attempts: seen.attempt_count(),
        pending_polls: seen.pending_polls(),
        status: seen.status(),
        transport: seen.transport_error(),
        retry_after: seen.retry_after().map(millis),
        error: seen.error().map(info_of),
        sub_failures: seen.suppressed_errors().iter().map(info_of).collect(),
        caller: seen
            .caller_sdk()
            .map(|(id, version)| (id.to_owned(), version.to_owned())),
    }
}

fn info_of(seen: &ErrorInfo) -> Info {
    Info {
        code: seen.code().map(str::to_owned),
        foreign: seen.is_foreign(),
        suberror: seen.suberror().map(str::to_owned),
        status: seen.status(),
        sts: seen.sts_codes().to_vec(),
        transport: seen.transport_error(),
        pending: seen.is_pending(),
        fallback: false,
    }
}

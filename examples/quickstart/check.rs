//! Checks what arrived with literals and plain string splitting, without using the crate.

use std::time::Duration;

use token_telemetry::AcquisitionRecord;
use token_telemetry_examples::token_endpoint::{Arrived, SECRET};

use crate::scenes::{Expected, Last, SCOPE, Scene};

/// State of the checks across scenes.
#[derive(Default)]
pub(crate) struct Checked {
    /// Id of the request that got a 401 response.
    rejected_id: Option<String>,
    ids: Vec<String>,
}

impl Checked {
    /// Checks the record of a scene and every request that arrived in it.
    pub(crate) fn scene(
        &mut self,
        scene: &Scene,
        record: &AcquisitionRecord,
        arrived: &[Arrived],
    ) -> Result<(), String> {
        let described = [
            record.outcome().name(),
            record.token_source().map_or("-", |source| source.name()),
            record.refresh_reason().map_or("-", |reason| reason.name()),
        ];
        same("record", &described, &scene.record)?;
        same("number of requests", &arrived.len(), &scene.requests.len())?;
        for (request, expected) in arrived.iter().zip(scene.requests) {
            self.request(request, expected)?;
        }
        self.one_id_per_acquisition(arrived)
    }

    fn request(&mut self, request: &Arrived, expected: &Expected) -> Result<(), String> {
        same(
            "x-client-sku",
            &request.header("x-client-sku"),
            &Some("Contoso.Auth"),
        )?;
        same(
            "x-client-ver",
            &request.header("x-client-ver"),
            &Some("1.2.0"),
        )?;
        let os = request.header("x-client-os").unwrap_or_default();
        same(
            "x-client-os is short",
            &(!os.is_empty() && os.len() <= 16),
            &true,
        )?;
        same(
            "return-client-request-id",
            &request.header("return-client-request-id"),
            &Some("true"),
        )?;
        same(
            "x-client-current-telemetry",
            &request.header("x-client-current-telemetry"),
            &Some(expected.current),
        )?;
        let last = self.expected_last(&expected.last)?;
        same(
            "x-client-last-telemetry",
            &request.header("x-client-last-telemetry"),
            &last.as_deref(),
        )?;
        let id = request.header("client-request-id").unwrap_or_default();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        same(
            "parts of client-request-id",
            &lengths,
            &vec![8, 4, 4, 4, 12],
        )?;
        if request.status == Some(401) {
            self.rejected_id = Some(id.to_owned());
        }
        no_private_data(request)
    }

    fn expected_last(&self, last: &Last) -> Result<Option<String>, String> {
        match last {
            Last::Absent => Ok(None),
            Last::Is(value) => Ok(Some((*value).to_owned())),
            Last::NamesFailure {
                before_id,
                after_id,
            } => {
                let id = self
                    .rejected_id
                    .as_deref()
                    .ok_or("expected an earlier rejected request, found none")?;
                Ok(Some(format!("{before_id}{id}{after_id}")))
            }
        }
    }

    /// Checks that all attempts of an acquisition share an id that no other acquisition uses.
    fn one_id_per_acquisition(&mut self, arrived: &[Arrived]) -> Result<(), String> {
        let mut ids: Vec<&str> = arrived
            .iter()
            .filter_map(|request| request.header("client-request-id"))
            .collect();
        ids.dedup();
        for id in &ids {
            same(
                "reuse of client-request-id",
                &self.ids.iter().any(|seen| seen == id),
                &false,
            )?;
        }
        same("ids of one acquisition", &ids.len().min(1), &ids.len())?;
        self.ids.extend(ids.into_iter().map(str::to_owned));
        Ok(())
    }
}

/// Checks that a retried call has a line for each attempt, and that the attempts follow each other.
pub(crate) fn timeline(
    scene: &Scene,
    record: &AcquisitionRecord,
    lines: &[String],
) -> Result<(), String> {
    let starts: Vec<&str> = lines.iter().filter_map(|line| line.get(..13)).collect();
    same("attempts", &starts.as_slice(), &scene.attempts)?;
    let mut ended = Duration::ZERO;
    for attempt in record.attempts() {
        let start = attempt.start().unwrap_or_default();
        same("attempts in order", &(start >= ended), &true)?;
        let is_first = attempt.number() == 1;
        same(
            "a wait before",
            &attempt.waited_before().is_none(),
            &is_first,
        )?;
        ended = start + attempt.duration().unwrap_or_default();
    }
    let total = record.duration_total();
    same("attempts within the call", &(total >= Some(ended)), &true)
}

fn no_private_data(request: &Arrived) -> Result<(), String> {
    let ours = request
        .headers
        .iter()
        .filter(|(name, _)| name.contains("client"));
    for (name, value) in ours {
        let leaked = [SECRET, SCOPE, "contoso/oauth2", "contoso-token"]
            .into_iter()
            .find(|text| value.contains(text));
        if let Some(text) = leaked {
            return Err(format!(
                "expected no private data in {name}, found {text:?}"
            ));
        }
    }
    Ok(())
}

pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected:?}, found {found:?}"))
    }
}

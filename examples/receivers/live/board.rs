//! The figures of the page, counted from records and from requests at the token endpoint.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use token_telemetry::entra::PendingFailure;
use token_telemetry::{AcquisitionRecord, CacheLevel, Outcome, Telemetry, TokenSource};
use token_telemetry_examples::token_endpoint::Arrived;

use crate::delivered::Delivered;
use crate::latency::Latency;

/// Counts since the start.
#[derive(Default)]
pub(crate) struct Board {
    acquisitions: u64,
    cache: u64,
    identity_provider: u64,
    failures: u64,
    cancelled: u64,
    handed_out: u64,
    requests: u64,
    reasons: BTreeMap<&'static str, u64>,
    codes: BTreeMap<String, u64>,
    latency: BTreeMap<&'static str, Latency>,
    delivered: Delivered,
}

impl Board {
    pub(crate) fn acquisitions(&self) -> u64 {
        self.acquisitions
    }

    /// Counts one acquisition.
    pub(crate) fn finished(&mut self, record: &AcquisitionRecord) {
        self.acquisitions += 1;
        match (record.outcome(), record.token_source()) {
            (Outcome::Ok, Some(TokenSource::Cache)) => self.cache += 1,
            (Outcome::Ok, Some(TokenSource::IdentityProvider)) => self.identity_provider += 1,
            (Outcome::Cancelled, _) => self.cancelled += 1,
            (Outcome::Ok, _) => {}
            (_, _) => self.failures += 1,
        }
        if let Some(reason) = record.refresh_reason() {
            *self.reasons.entry(reason.name()).or_default() += 1;
        }
        if !record.is_ok() {
            *self.codes.entry(code(record)).or_default() += 1;
        }
        self.count_handed_out(record);
    }

    /// Counts a token that a caller waited for.
    fn count_handed_out(&mut self, record: &AcquisitionRecord) {
        if record.is_background() || !record.is_ok() {
            return;
        }
        self.handed_out += 1;
        if let (Some(source), Some(total)) = (source(record), record.duration_total()) {
            self.latency.entry(source).or_default().add(total);
        }
    }

    /// Counts one token request.
    pub(crate) fn arrived(&mut self, request: &Arrived) {
        self.requests += 1;
        self.delivered.arrived(request);
    }

    pub(crate) fn json(&self, telemetry: &Telemetry) -> Value {
        let waiting = telemetry.pending_failures();
        let latency = self
            .latency
            .iter()
            .map(|(source, latency)| (*source, latency.json()));
        json!({
            "acquisitions": self.acquisitions,
            "cache": self.cache,
            "identity_provider": self.identity_provider,
            "failures": self.failures,
            "cancelled": self.cancelled,
            "handed_out": self.handed_out,
            "requests": self.requests,
            "reasons": self.reasons,
            "codes": self.codes,
            "latency": latency.collect::<BTreeMap<_, _>>(),
            "waiting": waiting.iter().map(waiting_json).collect::<Vec<_>>(),
            "lost": telemetry.lost_failures(),
            "delivered": self.delivered.json(),
        })
    }
}

/// Returns the token source in the words of the page.
fn source(record: &AcquisitionRecord) -> Option<&'static str> {
    match (record.token_source()?, record.cache_level()) {
        (TokenSource::Cache, Some(CacheLevel::L2Cache)) => Some("cache outside the process"),
        (TokenSource::Cache, _) => Some("cache in memory"),
        (TokenSource::IdentityProvider, _) => Some("identity provider"),
        (_, _) => None,
    }
}

fn code(record: &AcquisitionRecord) -> String {
    let sts = record
        .error()
        .and_then(|error| error.sts_codes().first())
        .map(|number| format!(" AADSTS{number}"));
    let code = if record.outcome() == Outcome::Cancelled {
        Outcome::CANCELLED_CODE
    } else {
        record.error_code().unwrap_or("unknown")
    };
    format!("{code}{}", sts.unwrap_or_default())
}

fn waiting_json(failure: &PendingFailure) -> Value {
    json!({
        "api": failure.api.number(),
        "id": failure.correlation_id.to_string(),
        "code": failure.code,
        "in_flight": failure.in_flight,
    })
}

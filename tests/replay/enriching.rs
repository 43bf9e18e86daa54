//! The enricher of a case.

use std::sync::{Arc, Mutex, PoisonError};

use token_telemetry::AcquisitionRecord;
use token_telemetry::otel::ExtraAttributes;

use crate::fields::{Check, Fields};
use crate::step::Acquire;

/// The enricher of each request, if it has one.
#[derive(Clone, Default)]
pub(crate) struct Enriching(Arc<Mutex<Enricher>>);

#[derive(Default)]
pub(crate) struct Enricher {
    tags: Vec<(String, String)>,
    throws: bool,
    clears_first: bool,
    pub(crate) calls: u64,
    saw: Option<AcquisitionRecord>,
}

impl Enriching {
    /// Sets the enricher of the next request.
    pub(crate) fn begin(&self, step: &Acquire) {
        let mut enricher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        enricher.tags.clone_from(&step.extra_tags);
        enricher.throws = step.enricher_throws;
        enricher.clears_first = step.enricher_clears_first;
    }

    pub(crate) fn enrich(&self, record: &AcquisitionRecord, extra: &mut ExtraAttributes) {
        let mut enricher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if enricher.tags.is_empty() && !enricher.throws && !enricher.clears_first {
            return;
        }
        enricher.calls += 1;
        enricher.saw = Some(record.clone());
        if enricher.clears_first {
            extra.clear();
        }
        for (key, value) in &enricher.tags {
            extra.add(key.clone(), value.clone());
        }
        let throws = enricher.throws;
        drop(enricher);
        if throws {
            // Unlike `panic!`, this prints nothing.
            std::panic::resume_unwind(Box::new("the enricher of the vector throws"));
        }
    }

    pub(crate) fn take(&self) -> Enricher {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Compares what the enricher saw with the expectations of the vector.
pub(crate) fn check_seen(
    mut expect: Fields,
    enriched: &Enricher,
    check: &mut Check,
) -> Result<(), String> {
    let record = enriched.saw.as_ref();
    let record = record.ok_or("expected a call of the enricher")?;
    check.given("successful", record.is_ok(), expect.flag("successful")?)?;
    if let Some(code) = expect.text("error_code")? {
        // MSAL.NET reports the full type name of a foreign error; we report the short one.
        let short = code.rsplit('.').next();
        check.same("error_code", record.error_code(), short)?;
    }
    let is_there = record.error().is_some() && record.duration_total().is_some();
    let expected = expect.flag("has_failure_metadata")?;
    check.given("has_failure_metadata", is_there, expected)?;
    for of_net_only in ["inner_is_original", "message"] {
        check.not_applicable += usize::from(expect.take(of_net_only).is_some());
    }
    expect.finish()
}

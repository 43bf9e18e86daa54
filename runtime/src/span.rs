//! One `tracing` span per acquisition.

use tracing::{Level, Span, field::Empty, span};

use crate::acquisition::backend::OpenSpan;
use crate::acquisition::{AcquisitionRecord, Facts};

/// Opens the span of an acquisition; none if nobody listens.
pub(crate) fn open(facts: &Facts) -> Option<Box<dyn OpenSpan>> {
    let span = span!(
        target: "token_telemetry",
        Level::INFO,
        "acquire_token",
        api = facts.api.name(),
        outcome = Empty,
        source = Empty,
        refresh_reason = Empty,
        error_code = Empty,
        correlation_id = Empty,
    );
    if span.is_disabled() {
        None
    } else {
        Some(Box::new(AcquisitionSpan(span)))
    }
}

/// An open span; entered by hand, because its guard could not live in a future.
struct AcquisitionSpan(Span);

impl OpenSpan for AcquisitionSpan {
    fn enter(&self) {
        self.0.with_subscriber(|(id, dispatch)| dispatch.enter(id));
    }

    fn exit(&self) {
        self.0.with_subscriber(|(id, dispatch)| dispatch.exit(id));
    }

    fn finished(&self, record: &AcquisitionRecord) {
        self.0.record("outcome", record.outcome().name());
        if let Some(source) = record.source() {
            self.0.record("source", source.name());
        }
        if let Some(reason) = record.refresh_reason() {
            self.0.record("refresh_reason", reason.name());
        }
        if let Some(code) = record.error_code() {
            self.0.record("error_code", code);
        }
        if let Some(id) = record.correlation_id() {
            self.0.record("correlation_id", tracing::field::display(id));
        }
    }
}

//! The span of one token request, a child of the acquisition's.

use tracing::callsite::DefaultCallsite;
use tracing::field::Value;

use super::callsite::enabled_child;
use super::open::Open;
use crate::acquisition::backend::OpenAttempt;
use crate::acquisition::{AttemptEnd, Purpose};
use crate::contained::contained;

/// The fields, in the order in which they are recorded.
pub(super) const ATTEMPT_FIELDS: [&str; 8] = [
    KIND,
    HOST,
    NAME,
    PURPOSE,
    RESENDS,
    STATUS,
    ERROR_TYPE,
    SPAN_STATUS,
];

const KIND: &str = "otel.kind";
const HOST: &str = "server.address";
const NAME: &str = "otel.name";
const PURPOSE: &str = "token_telemetry.request.purpose";
const RESENDS: &str = "http.request.resend_count";
const STATUS: &str = "http.response.status_code";
const ERROR_TYPE: &str = "error.type";
const SPAN_STATUS: &str = "otel.status_code";

/// The open span of one token request.
pub(super) struct AttemptSpan(Open);

impl AttemptSpan {
    /// Opens a child of a span, unless it is disabled.
    pub(super) fn open(
        callsite: &'static DefaultCallsite,
        parent: &Open,
        host: Option<&str>,
    ) -> Option<Self> {
        let Open(parent) = parent;
        let kind: &dyn Value = &"client";
        let host = host.as_ref().map(|host| -> &dyn Value { host });
        let values = [(KIND, Some(kind)), (HOST, host)];
        // Call nothing else in here: a panic after the span is open would close it while unwinding.
        let span = contained(|| enabled_child(callsite, parent, values)).flatten()?;
        Some(Self(Open(span)))
    }

    fn record(&self, field: &'static str, value: impl Value) {
        let Self(Open(span)) = self;
        span.record(field, value);
    }

    fn record_error(&self, error_type: &str) {
        self.record(ERROR_TYPE, error_type);
        self.record(SPAN_STATUS, "ERROR");
    }
}

impl OpenAttempt for AttemptSpan {
    fn enter(&self) {
        let Self(span) = self;
        span.enter();
    }

    fn exit(&self) {
        let Self(span) = self;
        span.exit();
    }

    fn describe(&self, purpose: Purpose, resends: u8) {
        // The conventions prescribe `HTTP` if the method is not known.
        let name = match purpose {
            Purpose::Token => "HTTP token",
            Purpose::Discovery => "HTTP discovery",
            Purpose::InstanceMetadata => "HTTP instance_metadata",
        };
        contained(|| {
            self.record(NAME, name);
            self.record(PURPOSE, purpose.name());
            if resends > 0 {
                self.record(RESENDS, i64::from(resends));
            }
        });
    }

    fn export(&self, end: AttemptEnd) {
        contained(|| match end {
            AttemptEnd::Responded(status) => {
                self.record(STATUS, i64::from(status));
                if status >= 400 {
                    self.record_error(&status.to_string());
                }
            }
            AttemptEnd::Pending(status) => self.record(STATUS, i64::from(status)),
            AttemptEnd::Failed(class) => self.record_error(class.code()),
            AttemptEnd::Dropped => {}
        });
    }
}

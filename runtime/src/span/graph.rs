//! The span of one request to Microsoft Graph, around all its attempts.

use tracing::callsite::DefaultCallsite;
use tracing::field::Value;

use super::callsite::enabled_current;
use super::open::Open;
use super::signed;
use crate::acquisition::AttemptEnd;
use crate::contained::contained;
use crate::graph_record::{GraphRecord, HANDLERS};

/// The fields, in the order in which they are recorded.
pub(super) const GRAPH_FIELDS: [&str; 9] = [
    KIND,
    METHOD,
    HOST,
    STATUS,
    RESENDS,
    REDIRECTS,
    CLAIMS_CHALLENGES,
    ERROR_TYPE,
    SPAN_STATUS,
];

const KIND: &str = "otel.kind";
const METHOD: &str = "http.request.method";
const HOST: &str = "server.address";
const STATUS: &str = "http.response.status_code";
const RESENDS: &str = "http.request.resend_count";
const REDIRECTS: &str = "com.microsoft.kiota.handler.redirect.count";
const CLAIMS_CHALLENGES: &str = "token_telemetry.graph.claims_challenges";
const ERROR_TYPE: &str = "error.type";
const SPAN_STATUS: &str = "otel.status_code";

/// Opens the spans of requests to Microsoft Graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GraphSpans {
    pub(super) callsite: &'static DefaultCallsite,
    pub(super) is_suppressed: fn() -> bool,
}

impl GraphSpans {
    /// Opens a span inside the current one, unless it is disabled or telemetry is suppressed.
    pub(crate) fn open(
        self,
        method: Option<&'static str>,
        host: Option<&'static str>,
    ) -> Option<GraphSpan> {
        let Self {
            callsite,
            is_suppressed,
        } = self;
        // The client's own spans of its attempts are inside, and have the kind `client`.
        let kind: &dyn Value = &"internal";
        let method = method.as_ref().map(|method| -> &dyn Value { method });
        let host = host.as_ref().map(|host| -> &dyn Value { host });
        let values = [(KIND, Some(kind)), (METHOD, method), (HOST, host)];
        // Call nothing else in here: a panic after the span is open would close it while unwinding.
        let span = contained(|| enabled_current(callsite, values, is_suppressed)).flatten()?;
        Some(GraphSpan(Open(span)))
    }
}

/// The open span of one request to Microsoft Graph.
pub(crate) struct GraphSpan(Open);

impl GraphSpan {
    pub(crate) fn enter(&self) {
        let Self(span) = self;
        span.enter();
    }

    pub(crate) fn exit(&self) {
        let Self(span) = self;
        span.exit();
    }

    /// Records what is known when the request has ended.
    pub(crate) fn export(&self, record: &GraphRecord) {
        contained(|| {
            self.record_end(record.end);
            self.record_count(RESENDS, record.resends);
            self.record_count(REDIRECTS, record.redirects);
            self.record_count(CLAIMS_CHALLENGES, record.claims_challenges);
            for (name, is_enabled) in HANDLERS.into_iter().zip(record.handlers) {
                if is_enabled {
                    self.record(name, true);
                }
            }
        });
    }

    fn record_end(&self, end: AttemptEnd) {
        match end {
            AttemptEnd::Responded(status) | AttemptEnd::Pending(status) => {
                self.record(STATUS, i64::from(status));
                if status >= 400 {
                    self.record_error(&status.to_string());
                }
            }
            AttemptEnd::Failed(class) => self.record_error(class.code()),
            AttemptEnd::Dropped => {}
        }
    }

    fn record_count(&self, field: &'static str, count: u32) {
        if count > 0 {
            self.record(field, signed(count));
        }
    }

    fn record_error(&self, error_type: &str) {
        self.record(ERROR_TYPE, error_type);
        self.record(SPAN_STATUS, "ERROR");
    }

    fn record(&self, field: &'static str, value: impl Value) {
        let Self(Open(span)) = self;
        span.record(field, value);
    }
}

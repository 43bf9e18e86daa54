//! The headers of a token request: identity, request id, current and last telemetry.

mod client;
mod current;
mod dialect;
mod last;

use http::{HeaderMap, HeaderName, HeaderValue};

pub use current::{CURRENT_TELEMETRY, CurrentTelemetry};
pub use dialect::Dialect;
pub use last::{LAST_TELEMETRY, PendingFailure};

use crate::acquisition::backend::{Answer, Carriage};
use crate::acquisition::{AcquisitionRecord, Facts};
use crate::client::ClientInfo;
use crate::wire::ClientRequestId;
use client::IdentityHeaders;
use last::FailureQueue;

/// Name of the header that carries the id of the acquisition.
pub const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// Name of the header that asks the server to send the id back.
pub const RETURN_CLIENT_REQUEST_ID: HeaderName =
    HeaderName::from_static("return-client-request-id");

/// What one `Telemetry` writes on token requests, and what it still has to report.
#[derive(Debug)]
pub(crate) struct Headers {
    dialect: Dialect,
    identity: IdentityHeaders,
    failures: FailureQueue,
}

impl Headers {
    pub(crate) fn new(dialect: Dialect, client: &ClientInfo) -> Self {
        let failures = FailureQueue::new(&dialect);
        Self {
            identity: IdentityHeaders::new(client),
            dialect,
            failures,
        }
    }

    /// Writes every header of one token request; `hits` counts all cache hits so far.
    pub(crate) fn write(
        &self,
        facts: &mut Facts,
        (host, hits): (Option<&str>, u64),
        carriage: &mut Carriage,
        headers: &mut HeaderMap,
    ) {
        self.identity.write(headers);
        if let Some(value) = request_id_value(facts.correlation_id()) {
            headers.insert(CLIENT_REQUEST_ID, value);
            headers.insert(RETURN_CLIENT_REQUEST_ID, HeaderValue::from_static("true"));
        }
        if self.dialect.sends_current() {
            insert(
                headers,
                CURRENT_TELEMETRY,
                &CurrentTelemetry::of(facts, &self.dialect).to_string(),
            );
        }
        if self.dialect.sends_last() {
            if let Some(last) = self.failures.take(host, hits, carriage) {
                insert(headers, LAST_TELEMETRY, &last.to_string());
            }
        }
    }

    pub(crate) fn settle(&self, carriage: &Carriage, answer: Answer) {
        self.failures
            .settle(carriage, self.dialect.is_delivered(answer));
    }

    /// Queues what a finished acquisition has to report.
    pub(crate) fn finished(&self, record: &AcquisitionRecord) {
        if self.dialect.sends_last() {
            self.failures.keep(record);
        }
    }

    pub(crate) fn pending(&self) -> Vec<PendingFailure> {
        self.failures.pending()
    }

    pub(crate) fn lost(&self) -> u64 {
        self.failures.lost()
    }
}

/// A value that cannot be a header is left out, and the request goes without it.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn request_id_value(id: ClientRequestId) -> Option<HeaderValue> {
    HeaderValue::from_str(id.encode(&mut [0; ClientRequestId::LEN])).ok()
}

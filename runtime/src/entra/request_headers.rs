//! All headers of a token request, and the delivery of what they report.

use http::HeaderMap;

use super::dialect::{Carrier, Delivery, Dialect, Header};
use super::failure_queue::{FailureQueue, PendingFailure};
use super::headers::{Claims, HeaderField, IdentityHeaders, write_state};
use crate::acquisition::delivery::{HeaderSink, InFlightReport, UndecidedDelivery};
use crate::acquisition::{AcquisitionRecord, Purpose, State};
use crate::client::ClientInfo;
use crate::error::ErrorInfo;
use crate::wire::{Authority, ClientRequestId, Scratch};

const CURRENT: HeaderField = HeaderField::from_static(ATTEMPT_HEADERS[0]);
const LAST: HeaderField = HeaderField::from_static(ATTEMPT_HEADERS[1]);
const INSTANCE_METADATA_ID: HeaderField = HeaderField::from_static("x-ms-client-request-id");

/// The value of `return-client-request-id`.
const RETURN_ID: &[u8] = b"true";

/// The headers whose values are valid for one attempt only.
pub(crate) const ATTEMPT_HEADERS: [&str; 2] =
    ["x-client-current-telemetry", "x-client-last-telemetry"];

/// The headers that one `Telemetry` writes, and the failures it still has to report.
#[derive(Debug)]
pub(crate) struct Headers {
    dialect: Dialect,
    identity: IdentityHeaders,
    failures: FailureQueue,
}

impl Headers {
    pub(crate) fn new(dialect: Dialect, client: &ClientInfo, claims: &Claims) -> Self {
        Self {
            identity: IdentityHeaders::new(&dialect, client, claims),
            failures: FailureQueue::new(dialect),
            dialect,
        }
    }

    fn sends_last(&self) -> bool {
        self.dialect.sends(Header::LastTelemetry)
    }

    /// Returns the length of the longest error code that any exporter uses, in bytes.
    pub(crate) fn longest_code(&self) -> usize {
        let in_header = if self.sends_last() {
            self.dialect.last.code_len
        } else {
            0
        };
        in_header.max(ErrorInfo::MAX_CODE_LEN)
    }

    /// Removes what an earlier request left on a request to a foreign host.
    ///
    /// A header with any other value belongs to the application and stays. `id` is the id of the
    /// acquisition, if it already has one.
    pub(crate) fn strip(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap) {
        for (_, name, value) in &self.identity.constant {
            name.remove(value.as_bytes(), headers);
        }
        let Some(id) = id else { return };
        let mut buffer = [0; ClientRequestId::LEN];
        let id = id.encode(&mut buffer).as_bytes();
        INSTANCE_METADATA_ID.remove(id, headers);
        let name = self.identity.request_id.as_ref();
        if name.is_some_and(|name| name.remove(id, headers))
            && let Some(name) = &self.identity.return_request_id
        {
            name.remove(RETURN_ID, headers);
        }
    }

    /// Writes all headers of one token request; `hits` is the total number of cache hits so far.
    pub(crate) fn write(
        &self,
        state: &mut State,
        purpose: Purpose,
        authority: &Authority,
        hits: u64,
        report: &mut Option<InFlightReport>,
        out: &mut HeaderSink<'_>,
    ) {
        let is_token = purpose == Purpose::Token;
        // Only token requests have a form body to write to.
        let writes_form = is_token && self.dialect.carrier == Carrier::Form;
        if writes_form != matches!(out, HeaderSink::Form(_)) {
            return;
        }
        self.write_identity(state, purpose, out);
        if is_token {
            self.write_telemetry(state, authority, hits, report, out);
        }
    }

    fn write_identity(&self, state: &mut State, purpose: Purpose, out: &mut HeaderSink<'_>) {
        for (header, name, value) in &self.identity.constant {
            let is_sent = match purpose {
                Purpose::Token => true,
                Purpose::Discovery => !matches!(
                    header,
                    Header::LibCapability | Header::BrokerVersion | Header::SourceSku
                ),
                Purpose::InstanceMetadata => matches!(header, Header::Sku | Header::Version),
            };
            if is_sent {
                name.put(value, out);
            }
        }
        let is_instance_metadata = purpose == Purpose::InstanceMetadata;
        if let Some(own) = &self.identity.request_id {
            let name = if is_instance_metadata {
                &INSTANCE_METADATA_ID
            } else {
                own
            };
            let id = state.correlation_id();
            let mut buffer = [0; ClientRequestId::LEN];
            name.put_text(id.encode(&mut buffer).as_bytes(), out);
        }
        if let (Some(name), false) = (&self.identity.return_request_id, is_instance_metadata) {
            name.put_text(RETURN_ID, out);
        }
    }

    fn write_telemetry(
        &self,
        state: &State,
        authority: &Authority,
        hits: u64,
        report: &mut Option<InFlightReport>,
        out: &mut HeaderSink<'_>,
    ) {
        let mut line = Scratch::new();
        if self.dialect.sends(Header::CurrentTelemetry) {
            write_state(&self.dialect, state, &mut line);
            if line.len() <= self.dialect.current.budget {
                CURRENT.put_text(line.as_bytes(), out);
            }
            line.clear();
        }
        if self.sends_last() && self.failures.write(authority, hits, report, &mut line) {
            LAST.put_text(line.as_bytes(), out);
        }
    }

    /// Completes the delivery of a report; returns it if that depends on the error code.
    pub(crate) fn complete_delivery(
        &self,
        report: InFlightReport,
        status: Option<u16>,
    ) -> Option<UndecidedDelivery> {
        let delivered = match self.dialect.last.delivery_policy.delivery(status) {
            Delivery::Acknowledged => true,
            Delivery::Retry => false,
            Delivery::Pending(status) => return Some(UndecidedDelivery { report, status }),
        };
        self.failures.complete(&report, delivered);
        None
    }

    /// Completes undecided deliveries, now that the error code of their acquisition is known.
    pub(crate) fn decide_deliveries(&self, undecided: &[UndecidedDelivery], code: Option<&str>) {
        let policy = self.dialect.last.delivery_policy;
        for UndecidedDelivery { report, status } in undecided {
            let delivered = policy.acknowledges(*status, code);
            self.failures.complete(report, delivered);
        }
    }

    /// Queues the failures of a finished acquisition.
    pub(crate) fn export(&self, record: &AcquisitionRecord) {
        if self.sends_last() {
            self.failures.push_record(record);
        }
    }

    pub(crate) fn pending(&self) -> Vec<PendingFailure> {
        self.failures.pending()
    }

    /// Returns how many of `hits` cache hits are still to be reported.
    pub(crate) fn pending_hits(&self, hits: u64) -> u64 {
        if self.sends_last() {
            self.failures.pending_hits(hits)
        } else {
            0
        }
    }

    pub(crate) fn lost(&self) -> u64 {
        self.failures.lost()
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.failures.delivered()
    }
}

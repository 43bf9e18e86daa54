//! The headers of a token request: identity, request id, current and last telemetry.
//!
//! A [`Dialect`] says which of them go out and in which form; it is data, and every known library is
//! one of its [presets](Dialect::presets). [`CurrentTelemetry`] and [`LastTelemetry`] are the values,
//! free of any dialect: written with `render`, read with [`read`]. What a request reports about
//! earlier calls is settled when it is answered, by the [`DeliveryPolicy`] rule of the dialect.

mod budget;
mod caller_headers;
mod client;
mod current;
mod custom;
mod delivery_policy;
mod dialect;
mod extra_sku;
mod field;
mod header_name;
mod in_order;
mod invalid_dialect;
mod last;
mod pending;
mod platform_field;
mod presets;
mod queue;
pub mod read;
mod value;
mod waiting;

use http::{HeaderMap, HeaderName};

pub use crate::wire::{FieldText, InvalidFieldText};
pub use caller_headers::add_caller_headers;
pub(crate) use client::Claims;
pub use current::{CURRENT_TELEMETRY, CurrentTelemetry};
pub use custom::DialectBuilder;
pub use delivery_policy::DeliveryPolicy;
pub use dialect::{Capacity, Carrier, Dialect, FieldSpec, Header, OverBudget, SendOrder};
pub use extra_sku::{EXTRA_SKU, ExtraSku, SkuGroup};
pub use field::CurrentField;
pub use invalid_dialect::InvalidDialect;
pub use last::{LAST_TELEMETRY, LastTelemetry, ReportedFailure};
pub use pending::PendingFailure;
pub use platform_field::PlatformField;
pub use presets::MsalNetVersion;
pub use value::FieldValue;

use crate::acquisition::backend::{Answer, HeaderSink, InFlightReport};
use crate::acquisition::{AcquisitionRecord, Purpose, State};
use crate::client::ClientInfo;
use crate::error::ErrorInfo;
use crate::wire::{Authority, ClientRequestId, Scratch};
use client::IdentityHeaders;
use delivery_policy::Delivery;
use header_name::Name;
use queue::FailureQueue;

/// Name of the header that asks the server to send the id back.
pub const RETURN_CLIENT_REQUEST_ID: HeaderName =
    HeaderName::from_static("return-client-request-id");

/// Name under which the instance metadata service reads the id of the acquisition.
pub const MS_CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

const CURRENT: Name = Name::of(CURRENT_TELEMETRY, ATTEMPT_HEADERS[0]);
const LAST: Name = Name::of(LAST_TELEMETRY, ATTEMPT_HEADERS[1]);
const INSTANCE_METADATA_ID: Name = Name::of(MS_CLIENT_REQUEST_ID, "x-ms-client-request-id");

/// Value of the header that asks for the id.
const RETURN_ID: &[u8] = b"true";

/// Names of the headers whose values hold for one attempt only.
pub(crate) const ATTEMPT_HEADERS: [&str; 2] =
    ["x-client-current-telemetry", "x-client-last-telemetry"];

/// What one `Telemetry` writes on token requests, and what it still has to report.
#[derive(Debug)]
pub(crate) struct Headers {
    dialect: Dialect,
    identity: IdentityHeaders,
    sends_current: bool,
    sends_last: bool,
    failures: FailureQueue,
}

impl Headers {
    pub(crate) fn new(dialect: Dialect, client: &ClientInfo, claims: &Claims) -> Self {
        Self {
            identity: IdentityHeaders::new(&dialect, client, claims),
            sends_current: dialect.sends(Header::CurrentTelemetry),
            sends_last: dialect.sends(Header::LastTelemetry),
            failures: FailureQueue::new(dialect),
            dialect,
        }
    }

    /// Most bytes of an error code that anybody has a use for.
    pub(crate) fn longest_code(&self) -> usize {
        let in_header = if self.sends_last {
            self.dialect.last.code_len
        } else {
            0
        };
        in_header.max(ErrorInfo::MAX_CODE_LEN)
    }

    /// Removes from a request to a host of others what an earlier request left there.
    ///
    /// What has another value than telemetry writes is the application's own. The id is that of
    /// the acquisition, if it has one yet.
    pub(crate) fn strip(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap) {
        for (_, name, value) in self.identity.constant() {
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

    /// Writes everything that belongs on one token request; `hits` counts all cache hits so far.
    pub(crate) fn write(
        &self,
        facts: &mut State,
        (authority, hits): (&Authority, u64),
        report: &mut InFlightReport,
        out: &mut HeaderSink<'_>,
    ) {
        // Requests that are no form posts have headers only.
        let carrier = match report.purpose {
            Purpose::Token => self.dialect.carrier,
            Purpose::Discovery | Purpose::InstanceMetadata => Carrier::Headers,
        };
        if !matches!(
            (carrier, &*out),
            (Carrier::Headers, HeaderSink::Headers(_)) | (Carrier::Form, HeaderSink::Form(_))
        ) {
            return;
        }
        match report.purpose {
            Purpose::Token => {
                self.write_identity(facts, report.purpose, out);
                self.write_telemetry(facts, (authority, hits), report, out);
            }
            Purpose::Discovery => self.write_identity(facts, report.purpose, out),
            Purpose::InstanceMetadata => self.write_instance_metadata(facts, out),
        }
    }

    fn write_identity(&self, facts: &mut State, purpose: Purpose, out: &mut HeaderSink<'_>) {
        for (header, name, value) in self.identity.constant() {
            if header != Header::LibCapability || purpose == Purpose::Token {
                name.put(value, out);
            }
        }
        if let Some(name) = &self.identity.request_id {
            put_id(name, facts.correlation_id(), out);
        }
        if let Some(name) = &self.identity.return_request_id {
            name.put_text(RETURN_ID, out);
        }
    }

    fn write_instance_metadata(&self, facts: &mut State, out: &mut HeaderSink<'_>) {
        for (header, name, value) in self.identity.constant() {
            if matches!(header, Header::Sku | Header::Version) {
                name.put(value, out);
            }
        }
        if self.identity.request_id.is_some() {
            put_id(&INSTANCE_METADATA_ID, facts.correlation_id(), out);
        }
    }

    fn write_telemetry(
        &self,
        facts: &State,
        (authority, hits): (&Authority, u64),
        report: &mut InFlightReport,
        out: &mut HeaderSink<'_>,
    ) {
        let mut line = Scratch::new();
        if self.sends_current {
            current::write_facts(&self.dialect, facts, &mut line);
            if line.len() <= self.dialect.current.budget {
                CURRENT.put_text(line.as_bytes(), out);
            }
            line.clear();
        }
        if self.sends_last && self.failures.write((authority, hits), report, &mut line) {
            LAST.put_text(line.as_bytes(), out);
        }
    }

    /// Settles what a request carried, or hands it back if that depends on the error code.
    pub(crate) fn settle(
        &self,
        mut report: InFlightReport,
        answer: Answer,
    ) -> Option<InFlightReport> {
        match self.dialect.last.settling.delivery(answer) {
            Delivery::Acknowledged => self.failures.settle(&report, true),
            Delivery::Retry => self.failures.settle(&report, false),
            Delivery::Pending(status) => {
                report.status = status;
                return (report.request != 0).then_some(report);
            }
        }
        None
    }

    /// Settles what requests carried, now that the error code of their acquisition is known.
    pub(crate) fn decide(&self, undecided: &[InFlightReport], code: Option<&str>) {
        for report in undecided {
            let delivered = self.dialect.last.settling.settles(report.status, code);
            self.failures.settle(report, delivered);
        }
    }

    /// Queues what a finished acquisition has to report.
    pub(crate) fn finished(&self, record: &AcquisitionRecord) {
        if self.sends_last {
            self.failures.keep(record);
        }
    }

    pub(crate) fn pending(&self) -> Vec<PendingFailure> {
        self.failures.pending()
    }

    /// Cache hits that are still to be reported, out of so many.
    pub(crate) fn pending_hits(&self, hits: u64) -> u64 {
        if self.sends_last {
            self.failures.pending_hits(hits)
        } else {
            0
        }
    }

    pub(crate) fn lost(&self) -> u64 {
        self.failures.lost()
    }
}

fn put_id(name: &Name, id: ClientRequestId, out: &mut HeaderSink<'_>) {
    name.put_text(id.encode(&mut [0; ClientRequestId::LEN]).as_bytes(), out);
}

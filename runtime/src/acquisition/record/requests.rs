//! The facts of the token requests.

use std::time::Duration;

use super::{AcquisitionRecord, Outcome};
use crate::acquisition::attempt::Attempt;
use crate::acquisition::http_state::HttpState;
use crate::error::{ErrorInfo, TransportError};
use crate::region::{Region, RegionAutodetectionError};
use crate::wire::shown_host;

impl AcquisitionRecord {
    /// Returns the host of the last request, usually the token endpoint.
    ///
    /// The host may name a tenant, as `contoso.ciamlogin.com`, `contoso.b2clogin.com` or the address
    /// of an AD FS does. `Debug` and serialized data therefore show only hosts that all tenants of a
    /// cloud share, such as `login.microsoftonline.com`, and `redacted` for any other.
    #[must_use]
    pub fn endpoint_host(&self) -> Option<&str> {
        self.http()?.host.as_deref()
    }

    /// Returns the host as logs may show it.
    pub(crate) fn shown_endpoint_host(&self) -> Option<&str> {
        self.endpoint_host().map(shown_host)
    }

    /// Returns the first four and the last four requests, in the order of their numbers.
    ///
    /// Retries, polls and discovery are attempts as well. A request that is under way when the
    /// acquisition ends is not among them.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     for attempt in record.attempts() {
    ///         println!("{:?}, waited {:?} before", attempt.status(), attempt.waited_before());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn attempts(&self) -> impl DoubleEndedIterator<Item = &Attempt> + ExactSizeIterator {
        self.kept_attempts().iter()
    }

    /// The attempts that [`attempts`](Self::attempts) returns.
    pub(crate) fn kept_attempts(&self) -> &[Attempt] {
        self.http().map(|http| &*http.kept).unwrap_or_default()
    }

    /// Returns the number of requests sent, including retries and discovery.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{} requests", record.attempt_count());
    /// }
    /// ```
    #[must_use]
    pub fn attempt_count(&self) -> u32 {
        self.http().map_or(0, |http| http.attempts)
    }

    /// Returns how many "not yet" responses a polling flow got.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("polled {} times in vain", record.pending_polls());
    /// }
    /// ```
    #[must_use]
    pub fn pending_polls(&self) -> u32 {
        self.http().map_or(0, |http| http.pending_polls)
    }

    /// Returns the status in the error, or else that of the last response.
    ///
    /// Absent if no response carried the failure: a later request [failed] without one, or the
    /// acquisition failed after a "not yet" of a polling flow, as when a device code expires at the
    /// client. A request that was dropped changes nothing.
    ///
    /// [failed]: crate::TokenRequest::failed
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let described = self.error().and_then(ErrorInfo::status);
        let is_of_failure =
            |http: &&HttpState| !(http.is_polling && self.outcome == Outcome::Error);
        described.or_else(|| self.http().filter(is_of_failure)?.status)
    }

    /// Returns the transport failure in the error, or that of the last request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(class) = record.transport_error() {
    ///         println!("no response: {}", class.code());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn transport_error(&self) -> Option<TransportError> {
        let described = self.error().and_then(ErrorInfo::transport_error);
        described.or_else(|| self.http()?.transport)
    }

    /// Returns the longest `Retry-After` that a server asked for.
    ///
    /// At most [`TokenRequest::MAX_RETRY_AFTER`](crate::TokenRequest::MAX_RETRY_AFTER).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.retry_after() {
    ///         println!("throttled for {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.http()?.retry_after
    }

    /// Returns the id of the last response in the server's logs, for a support ticket.
    ///
    /// Read from `x-ms-request-id`, if it has at most 64 letters, digits, `_`, `.` and `-`. It is in
    /// no metric and no header.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{:?} at {:?}", record.server_request_id(), record.ended_at());
    /// }
    /// ```
    #[must_use]
    pub fn server_request_id(&self) -> Option<&str> {
        self.http()?.server_request_id.as_deref()
    }

    /// Returns the regional endpoint and how it was chosen.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(region) = record.region() {
    ///         println!("region {:?}, {:?}", region.name(), region.outcome());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.rare()?.region.as_ref()
    }

    /// Returns why the region could not be detected, if the SDK recorded it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(error) = record.region_error() {
    ///         println!("no region: {error}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn region_error(&self) -> Option<RegionAutodetectionError> {
        self.region()?.autodetection_error()
    }
}

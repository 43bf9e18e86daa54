//! Failures waiting to be reported, and the requests that currently report them.

mod budget;
mod failure;
mod state;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::dialect::{Dialect, FieldValue, PlatformField};
use super::headers::{FailureText, failure_fields, value_in, write_last};
use crate::acquisition::delivery::InFlightReport;
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::error::{ErrorInfo, ErrorKind};
use crate::wire::{Authority, Scratch};
pub use failure::PendingFailure;
use failure::{QueuedFailure, ReportState};
use state::QueueState;

/// Failures in the order they happened; each is in at most one request at a time.
pub(super) struct FailureQueue {
    state: Mutex<QueueState>,
    dialect: Dialect,
}

impl FailureQueue {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            state: Mutex::default(),
            dialect,
        }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        // Telemetry must not fail a token request because another thread panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues the failures of a finished acquisition.
    pub(super) fn push_record(&self, record: &AcquisitionRecord) {
        for info in record.suppressed_errors() {
            if self.reports_suppressed(info) {
                self.push_error(record, info);
            }
        }
        match record.outcome() {
            Outcome::Ok | Outcome::NoToken | Outcome::Pending => {}
            Outcome::Error | Outcome::Panicked => {
                if let Some(info) = record.error() {
                    self.push_error(record, info);
                }
            }
            Outcome::Cancelled => {
                if let Some(code) = self.dialect.last.cancelled {
                    self.push(record, code.into());
                }
            }
        }
    }

    /// Returns whether the dialect reports an error that was not returned.
    ///
    /// Nothing failed at the server if a member of a chain cannot work in this environment.
    fn reports_suppressed(&self, info: &ErrorInfo) -> bool {
        let is_of_chain = info.credential().is_some();
        let is_reported =
            || self.dialect.last.chain_errors && info.kind() != ErrorKind::CredentialUnavailable;
        !is_of_chain || is_reported()
    }

    fn push_error(&self, record: &AcquisitionRecord, info: &ErrorInfo) {
        if info.is_foreign() && !self.dialect.last.foreign {
            return;
        }
        if let Some(code) = info.code_up_to(self.dialect.last.code_len) {
            self.push(record, code);
        }
    }

    fn push(&self, record: &AcquisitionRecord, code: Cow<'static, str>) {
        let state = record.state();
        let Some(correlation_id) = state.correlation_id else {
            return;
        };
        let platform_fields = failure_fields(&self.dialect, |field| value_in(state, field));
        let mut queues = self.lock();
        let failure = QueuedFailure {
            api: record.api(),
            correlation_id,
            code,
            platform_fields,
            sequence: queues.next_sequence(),
            state: ReportState::Waiting,
        };
        queues.push(state.authority(), failure, &self.dialect.last);
    }

    /// Writes what one request reports; returns `false` if there is nothing to send.
    ///
    /// Calling this again for the same request writes the same value.
    pub(super) fn write(
        &self,
        authority: &Authority,
        hits: u64,
        report: &mut Option<InFlightReport>,
        out: &mut Scratch,
    ) -> bool {
        let mut state = self.lock();
        let report =
            report.get_or_insert_with(|| state.begin_report(&self.dialect, authority, hits));
        if report.forgot {
            return true;
        }
        let reportable = state.reportable(authority);
        let selected = || reportable.of_request(report.request);
        let failures = || {
            selected().map(|failure| FailureText {
                api: failure.api.number().into(),
                id: failure.correlation_id.into(),
                code: &failure.code,
                fields: Cow::Borrowed(&failure.platform_fields),
            })
        };
        let all_sent = || selected().count() == report.waiting;
        let platform_fields = |field: PlatformField| match field {
            PlatformField::Constant(_) => None,
            PlatformField::Waiting => Some(FieldValue::Number(report.waiting as u64)),
            PlatformField::Overflow => Some(FieldValue::Flag(!all_sent())),
            PlatformField::AllSent => Some(FieldValue::Flag(all_sent())),
        };
        write_last(&self.dialect, report.hits, failures, platform_fields, out);
        self.dialect.last.sent_when_empty || report.hits > 0 || selected().next().is_some()
    }

    /// Removes what a request delivered, or queues it for another attempt.
    pub(super) fn complete(&self, report: &InFlightReport, delivered: bool) {
        self.lock().complete(report, delivered, &self.dialect.last);
    }

    pub(super) fn pending(&self) -> Vec<PendingFailure> {
        self.lock().pending()
    }

    /// Returns how many of `hits` cache hits no request has reported.
    pub(super) fn pending_hits(&self, hits: u64) -> u64 {
        hits.saturating_sub(self.lock().hits_reported)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lock().lost
    }

    pub(super) fn delivered(&self) -> u64 {
        self.lock().delivered
    }
}

impl fmt::Debug for FailureQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailureQueue").finish_non_exhaustive()
    }
}

//! Failures that wait to be reported, and which request carries which of them.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::current;
use super::dialect::Dialect;
use super::last::{self, Written};
use super::pending::{Entry, PendingFailure};
use super::platform_field::PlatformField;
use super::value::FieldValue;
use super::waiting::QueueState;
use crate::acquisition::backend::InFlightReport;
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::error::ErrorInfo;
use crate::wire::{Authority, Scratch};

/// Failures in the order in which they happened; each is in at most one request at a time.
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues the failures of a finished acquisition.
    pub(super) fn keep(&self, record: &AcquisitionRecord) {
        for info in record.suppressed_errors() {
            self.keep_error(record, info);
        }
        match record.outcome() {
            Outcome::Ok | Outcome::Pending => {}
            Outcome::Error | Outcome::Panicked => {
                if let Some(info) = record.error() {
                    self.keep_error(record, info);
                }
            }
            Outcome::Cancelled => {
                if let Some(code) = self.dialect.last.cancelled {
                    self.push(record, code.into());
                }
            }
        }
    }

    fn keep_error(&self, record: &AcquisitionRecord, info: &ErrorInfo) {
        if info.is_foreign() && !self.dialect.last.foreign {
            return;
        }
        if let Some(code) = info.code_up_to(self.dialect.last.code_len) {
            self.push(record, code);
        }
    }

    fn push(&self, record: &AcquisitionRecord, code: Cow<'static, str>) {
        let facts = record.state();
        let Some(correlation_id) = facts.correlation_id else {
            return;
        };
        let entry = Entry {
            api: record.api(),
            correlation_id,
            code,
            tail: last::own_tail(&self.dialect, |field| current::of_facts(facts, field)),
            order: 0,
            carrier: 0,
        };
        self.lock()
            .add(facts.authority(), entry, &self.dialect.last);
    }

    /// Writes what one request reports; false if nothing is to be sent.
    ///
    /// Asked again for the same request it reports the same.
    pub(super) fn write(
        &self,
        (authority, hits): (&Authority, u64),
        report: &mut InFlightReport,
        out: &mut Scratch,
    ) -> bool {
        let mut state = self.lock();
        if report.request == 0 {
            state.requests += 1;
            report.request = state.requests;
            report.authority = Some(authority.clone());
            report.hits = hits.saturating_sub(state.hits_reported);
            state.hits_reported += report.hits;
            state.choose(&self.dialect, authority, report);
        }
        if report.forgot {
            return true;
        }
        let carried = || {
            let all = state.reportable(authority);
            all.filter(|entry| entry.carrier == report.request)
        };
        let written = carried().map(|entry| Written {
            api: entry.api.number().into(),
            id: entry.correlation_id.into(),
            code: &entry.code,
            tail: &entry.tail,
        });
        let all_sent = || carried().count() == report.waiting;
        let tail = |field: PlatformField| match field {
            PlatformField::Constant(_) => None,
            PlatformField::Waiting => Some(FieldValue::Number(report.waiting as u64)),
            PlatformField::Overflow => Some(FieldValue::Flag(!all_sent())),
            PlatformField::AllSent => Some(FieldValue::Flag(all_sent())),
        };
        last::write(&self.dialect, report.hits, written, tail, out);
        self.dialect.last.sent_when_empty || report.hits > 0 || carried().next().is_some()
    }

    /// Forgets what a delivered request carried; of any other it is to be reported again.
    pub(super) fn settle(&self, report: &InFlightReport, delivered: bool) {
        if report.request != 0 {
            self.lock().settle(report, delivered, &self.dialect.last);
        }
    }

    pub(super) fn pending(&self) -> Vec<PendingFailure> {
        self.lock().pending()
    }

    /// Cache hits that no request has reported, out of so many.
    pub(super) fn pending_hits(&self, hits: u64) -> u64 {
        hits.saturating_sub(self.lock().hits_reported)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lock().lost
    }
}

impl fmt::Debug for FailureQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailureQueue").finish_non_exhaustive()
    }
}

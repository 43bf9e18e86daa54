//! How many failures fit in one last-telemetry header.

use super::failure::QueuedFailure;
use crate::entra::dialect::{Dialect, LastForm, Measured};
use crate::wire::digits;

/// The remaining bytes of one header.
pub(super) struct Budget {
    remaining: usize,
    /// Delimiter bytes of each failure.
    delimiters: usize,
}

impl Budget {
    /// Creates the budget of one request.
    pub(super) fn new(dialect: &Dialect, hits: u64, waiting: usize) -> Self {
        let form = &dialect.last;
        let mut budget = Self::of_failures(form);
        if form.measured == Measured::Header {
            let fields = form.platform_fields.iter();
            let fields: usize = fields.map(|field| field.len(waiting)).sum();
            let separators = form.platform_fields.len().saturating_sub(1);
            let numbers = digits(dialect.schema.into()) + digits(hits);
            let frame = numbers + "||||".len() + fields + separators;
            budget.remaining = budget.remaining.saturating_sub(frame);
        }
        budget
    }

    /// Creates a budget that counts only failures, not the rest of the header.
    pub(super) fn of_failures(form: &LastForm) -> Self {
        let (delimiters, unused) = match form.measured {
            // One comma between API and id, and one before each part; the first failure has only
            // the former.
            Measured::Header => {
                let parts = 2 + usize::from(!form.per_failure.is_empty());
                (1 + parts, parts)
            }
            Measured::Failures => (3, 0),
        };
        Self {
            remaining: form.budget.saturating_add(unused),
            delimiters,
        }
    }

    /// Reserves the bytes of a failure; returns `false` if they do not fit.
    pub(super) fn try_take(&mut self, failure: &QueuedFailure) -> bool {
        let rest = self.remaining.checked_sub(self.delimiters + failure.len());
        self.remaining = rest.unwrap_or(self.remaining);
        rest.is_some()
    }
}

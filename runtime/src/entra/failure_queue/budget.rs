//! How many failures fit in one last-telemetry header.

use super::failure::QueuedFailure;
use crate::entra::dialect::{Dialect, LastForm, Measured};
use crate::wire::digits;

/// The remaining bytes of one header.
pub(super) struct Budget {
    remaining: usize,
    /// Delimiter bytes of the first failure.
    first: usize,
    /// Delimiter bytes of each later failure.
    other: usize,
    is_empty: bool,
}

impl Budget {
    /// Creates the budget of one request.
    pub(super) fn new(dialect: &Dialect, hits: u64, waiting: usize) -> Self {
        let form = &dialect.last;
        if form.measured == Measured::Failures {
            return Self::of_failures(form);
        }
        let fields: usize = form
            .platform_fields
            .iter()
            .map(|field| field.len(waiting))
            .sum();
        let separators = form.platform_fields.len().saturating_sub(1);
        let numbers = digits(dialect.schema.into()) + digits(hits);
        let frame = numbers + "||||".len() + fields + separators;
        Self {
            remaining: form.budget.saturating_sub(frame),
            ..Self::of_failures(form)
        }
    }

    /// Creates a budget that counts only failures, not the rest of the header.
    pub(super) const fn of_failures(form: &LastForm) -> Self {
        let fields = if form.per_failure.is_empty() { 0 } else { 1 };
        let (first, other) = match form.measured {
            // One comma between API and id; a later failure adds one before each of its parts.
            Measured::Header => (1, 3 + fields),
            Measured::Failures => (3, 3),
        };
        Self {
            remaining: form.budget,
            first,
            other,
            is_empty: true,
        }
    }

    /// Reserves the bytes of a failure; returns `false` if they do not fit.
    pub(super) fn try_take(&mut self, failure: &QueuedFailure) -> bool {
        let delimiters = if self.is_empty {
            self.first
        } else {
            self.other
        };
        let len = delimiters + failure.len();
        let Some(remaining) = self.remaining.checked_sub(len) else {
            return false;
        };
        self.remaining = remaining;
        self.is_empty = false;
        true
    }
}

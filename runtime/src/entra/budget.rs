//! How many failures one last-telemetry header holds.

use super::dialect::{Dialect, LastForm, Measured};
use super::pending::Entry;
use crate::wire::digits;

/// Bytes that are left in the header.
pub(super) struct Budget {
    left: usize,
    /// Bytes that each failure costs beside its texts, the first one and the others.
    first: usize,
    other: usize,
    empty: bool,
}

impl Budget {
    /// Room in the header of one request.
    pub(super) fn new(dialect: &Dialect, hits: u64, waiting: usize) -> Self {
        let form = &dialect.last;
        if form.measured == Measured::Failures {
            return Self::of_failures(form);
        }
        let tail: usize = form.tail.iter().map(|field| field.len(waiting)).sum();
        let separators = form.tail.len().saturating_sub(1);
        let frame = digits(dialect.schema.into()) + digits(hits) + "||||".len() + tail + separators;
        Self {
            left: form.budget.saturating_sub(frame),
            ..Self::of_failures(form)
        }
    }

    /// Room for failures alone.
    pub(super) const fn of_failures(form: &LastForm) -> Self {
        let own_tail = if form.per_failure.is_empty() { 0 } else { 1 };
        let (first, other) = match form.measured {
            // Between api and id; then one delimiter before each part of a later failure.
            Measured::Header => (1, 3 + own_tail),
            Measured::Failures => (3, 3),
        };
        Self {
            left: form.budget,
            first,
            other,
            empty: true,
        }
    }

    pub(super) fn take(&mut self, entry: &Entry) -> bool {
        let delimiters = if self.empty { self.first } else { self.other };
        let Some(left) = self
            .left
            .checked_sub(delimiters + entry.len() + entry.tail.len())
        else {
            return false;
        };
        self.left = left;
        self.empty = false;
        true
    }
}

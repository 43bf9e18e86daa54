//! Which headers go out and in which form: data, not code.

use crate::acquisition::backend::Answer;

/// Form of the telemetry headers.
///
/// The default is schema 5 as MSAL.NET writes it today, with its six platform fields, and a
/// last-telemetry header that is left out when there is nothing to report.
#[derive(Clone, Debug)]
pub struct Dialect {
    schema: u8,
    current: bool,
    last: bool,
    last_budget: usize,
    kept: usize,
    reports_cancelled: bool,
}

impl Dialect {
    pub(crate) const fn schema(&self) -> u8 {
        self.schema
    }

    pub(crate) const fn sends_current(&self) -> bool {
        self.current
    }

    pub(crate) const fn sends_last(&self) -> bool {
        self.last
    }

    pub(crate) const fn last_budget(&self) -> usize {
        self.last_budget
    }

    pub(crate) const fn kept(&self) -> usize {
        self.kept
    }

    pub(crate) const fn reports_cancelled(&self) -> bool {
        self.reports_cancelled
    }

    /// Whether the server has read the headers of a request that was answered so.
    pub(crate) const fn is_delivered(&self, answer: Answer) -> bool {
        match answer {
            Answer::Status(status) => status < 500 && status != 429,
            Answer::None => false,
        }
    }

    /// Leaves out `x-client-current-telemetry`.
    #[must_use]
    pub fn without_current(mut self) -> Self {
        self.current = false;
        self
    }

    /// Leaves out `x-client-last-telemetry`, and keeps no failures for it.
    #[must_use]
    pub fn without_last(mut self) -> Self {
        self.last = false;
        self
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            schema: 5,
            current: true,
            last: true,
            last_budget: 350,
            kept: 50,
            reports_cancelled: false,
        }
    }
}

//! The attributes of one attempt, and the limit of their combinations.

use std::sync::Arc;

use opentelemetry::{StringValue, Value};

use super::attributes::OTHER_ERROR;
use super::bounded_table::{BoundedTable, fnv};
use super::quota::{Origin, Quota};
use crate::acquisition::{Attempt, AttemptEnd, Outcome, Purpose};
use crate::error::TransportError;

/// Maximum number of combinations; a server chooses its statuses, and names of regions are not known.
///
/// With those that [`AttemptSet::overflow`] returns, six for each function, the metric stays below the
/// limit of the SDK.
const CAPACITY: usize = 640;

/// The highest number of resends that is recorded.
pub(super) const MAX_RESENDS: u8 = 9;

/// The values of the attributes of one attempt, except for the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AttemptSet {
    purpose: Purpose,
    status: Option<u16>,
    error: Option<AttemptError>,
    /// A host that may be shown.
    server: Option<Arc<str>>,
    resends: u8,
}

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttemptError {
    Status(u16),
    Transport(TransportError),
    Dropped,
    Other,
}

/// Returns whether a response can have this status.
pub(super) fn is_known(status: u16) -> bool {
    (100..600).contains(&status)
}

impl AttemptError {
    pub(super) fn of(end: AttemptEnd) -> Option<Self> {
        match end {
            AttemptEnd::Responded(status) | AttemptEnd::Pending(status) if !is_known(status) => {
                Some(Self::Other)
            }
            AttemptEnd::Responded(status) if status >= 400 => Some(Self::Status(status)),
            AttemptEnd::Responded(_) | AttemptEnd::Pending(_) => None,
            AttemptEnd::Failed(class) => Some(Self::Transport(class)),
            AttemptEnd::Dropped => Some(Self::Dropped),
        }
    }

    /// Returns the value of `error.type`.
    pub(super) fn error_type(self) -> Value {
        match self {
            Self::Status(status) => status.to_string().into(),
            Self::Transport(class) => class.code().into(),
            Self::Dropped => Outcome::CANCELLED_CODE.into(),
            Self::Other => OTHER_ERROR.into(),
        }
    }
}

impl AttemptSet {
    pub(super) fn of(attempt: &Attempt) -> Self {
        Self {
            purpose: attempt.purpose(),
            status: attempt.status().filter(|status| is_known(*status)),
            error: AttemptError::of(attempt.end()),
            server: attempt.public_host().cloned(),
            resends: attempt.resends().min(MAX_RESENDS),
        }
    }

    /// Returns the coarsest set, which needs no capacity.
    pub(super) fn overflow(self) -> Self {
        Self {
            purpose: self.purpose,
            status: None,
            error: self.error.map(|_| AttemptError::Other),
            server: None,
            resends: 0,
        }
    }

    pub(super) const fn purpose(&self) -> &'static str {
        self.purpose.name()
    }

    pub(super) fn status(&self) -> Option<i64> {
        self.status.map(i64::from)
    }

    pub(super) fn error_type(&self) -> Option<Value> {
        self.error.map(AttemptError::error_type)
    }

    pub(super) fn server(&self) -> Option<StringValue> {
        self.server.clone().map(StringValue::from)
    }

    pub(super) fn resends(&self) -> Option<i64> {
        (self.resends > 0).then(|| i64::from(self.resends))
    }
}

/// The combinations that were recorded so far.
#[derive(Debug)]
pub(super) struct AttemptSets {
    known: BoundedTable<(&'static str, AttemptSet)>,
    quota: Quota,
}

impl AttemptSets {
    pub(super) const fn new() -> Self {
        Self {
            known: BoundedTable::new(CAPACITY),
            quota: Quota::new(CAPACITY),
        }
    }

    /// Returns whether this combination is within the limit.
    pub(super) fn admit(&self, api: &'static str, set: &AttemptSet, origin: Origin<'_>) -> bool {
        let server = set.server.as_deref().unwrap_or_default();
        let status = u64::from(set.status.unwrap_or_default()) << 8 | u64::from(set.resends);
        let hash = u64::from(fnv(&[api, "\0", server])) << 32 | status;
        let matches = |(known_api, known): &(&str, AttemptSet)| *known_api == api && known == set;
        let insert = || self.known.insert(hash, matches, || (api, set.clone()));
        let found = self.known.find(hash, matches);
        found.or_else(|| self.quota.admit(origin, insert)).is_some()
    }
}

//! A failure that waits to be reported.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::api::Api;
use crate::error::ErrorInfo;
use crate::wire::{ClientRequestId, digits, shown_host};

/// Failure that waits to be reported to its authority.
///
/// `Debug` shows at most [`ErrorInfo::MAX_CODE_LEN`] bytes of the code, and of the authority only a
/// host that all tenants of a cloud share.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingFailure {
    /// Function that failed.
    pub api: Api,
    /// Id of the failed acquisition.
    pub correlation_id: ClientRequestId,
    /// Code of the failure.
    pub code: Cow<'static, str>,
    /// Host of the authority that the failure is for.
    ///
    /// Absent if the acquisition failed before it asked for a token: the next token request reports
    /// it, wherever it goes. Empty if the URL of the request names no host that can be read, such as
    /// one in Unicode; each of these is an authority of its own all the same. The host can name a
    /// tenant; see [`endpoint_host`](crate::AcquisitionRecord::endpoint_host).
    pub authority: Option<Arc<str>>,
    /// Whether a request that is under way carries it.
    pub in_flight: bool,
}

impl fmt::Debug for PendingFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            api,
            correlation_id,
            code,
            authority,
            in_flight,
        } = self;
        let shown = |host: &Arc<str>| {
            if host.is_empty() {
                ""
            } else {
                shown_host(host)
            }
            .to_owned()
        };
        f.debug_struct("PendingFailure")
            .field("api", api)
            .field("correlation_id", correlation_id)
            .field("code", &code.get(..ErrorInfo::MAX_CODE_LEN).unwrap_or(code))
            .field("authority", &authority.as_ref().map(shown))
            .field("in_flight", in_flight)
            .finish()
    }
}

/// A failure in the queue of its authority.
pub(super) struct Entry {
    pub(super) api: Api,
    pub(super) correlation_id: ClientRequestId,
    pub(super) code: Cow<'static, str>,
    /// What the dialect tells of it in the last segment.
    pub(super) tail: String,
    /// Position among all failures.
    pub(super) order: u64,
    /// Number of the request that carries it, zero if none does.
    pub(super) carrier: u64,
}

impl Entry {
    /// Whether no request carries it.
    pub(super) const fn is_free(&self) -> bool {
        self.carrier == 0
    }

    pub(super) fn len(&self) -> usize {
        digits(self.api.number().into()) + ClientRequestId::LEN + self.code.len()
    }

    /// The failure as users see it.
    pub(super) fn shown(&self, authority: Option<&Arc<str>>) -> PendingFailure {
        PendingFailure {
            api: self.api,
            correlation_id: self.correlation_id,
            code: self.code.clone(),
            authority: authority.cloned(),
            in_flight: !self.is_free(),
        }
    }
}

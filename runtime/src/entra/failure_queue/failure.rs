//! A failure waiting to be reported.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::api::Api;
use crate::error::ErrorInfo;
use crate::wire::{Authority, ClientRequestId, digits, shown_host};

/// A failure waiting to be reported to its authority.
///
/// `Debug` shows at most [`ErrorInfo::MAX_CODE_LEN`] bytes of the code, and shows the authority only
/// if all tenants of a cloud share its host.
///
/// # Examples
///
/// ```
/// use token_telemetry::api::{Msal, MsalNet};
/// use token_telemetry::{DescribeError, ErrorInfo, Telemetry, acquire_token};
///
/// # #[derive(Debug)]
/// # struct LoginError;
/// # impl DescribeError<LoginError> for Msal {
/// #     fn describe(_: &LoginError) -> ErrorInfo { ErrorInfo::new("invalid_grant") }
/// # }
/// #[acquire_token(api = MsalNet::AcquireTokenSilent, telemetry = telemetry)]
/// async fn silent(telemetry: &Telemetry) -> Result<String, LoginError> {
///     Err(LoginError)
/// }
///
/// # futures::executor::block_on(async {
/// let telemetry = Telemetry::builder().build()?;
/// assert!(silent(&telemetry).await.is_err());
/// assert_eq!(telemetry.pending_failures()[0].code, "invalid_grant");
/// # Ok::<(), token_telemetry::BuildError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingFailure {
    /// The public function that failed.
    pub api: Api,
    /// The correlation id of the failed acquisition.
    pub correlation_id: ClientRequestId,
    /// The error code.
    pub code: Cow<'static, str>,
    /// The host of the authority that the failure is reported to.
    ///
    /// `None` if the acquisition failed before its first token request; the next token request then
    /// reports it, wherever it goes. Empty if the URL of the request has no readable host, for
    /// example one in Unicode; each such URL still counts as its own authority. The host can identify
    /// a tenant; see [`endpoint_host`](crate::AcquisitionRecord::endpoint_host).
    pub authority: Option<Arc<str>>,
    /// Whether a request in flight is reporting it.
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
        let redacted = |host: &Arc<str>| {
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
            .field("authority", &authority.as_ref().map(redacted))
            .field("in_flight", in_flight)
            .finish()
    }
}

/// A failure in the queue of its authority.
pub(super) struct QueuedFailure {
    pub(super) api: Api,
    pub(super) correlation_id: ClientRequestId,
    pub(super) code: Cow<'static, str>,
    /// What the dialect writes about it in the last segment.
    pub(super) platform_fields: String,
    /// Position among all failures.
    pub(super) sequence: u64,
    pub(super) state: ReportState,
}

/// Whether a request reports a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportState {
    Waiting,
    /// The request with this number reports it.
    InFlight(u64),
    /// It fits in no header and is about to be dropped.
    TooLarge,
}

impl QueuedFailure {
    pub(super) fn is_waiting(&self) -> bool {
        self.state == ReportState::Waiting
    }

    /// Returns the length of its text in a header, without delimiters.
    pub(super) fn len(&self) -> usize {
        let id = digits(self.api.number().into()) + ClientRequestId::LEN;
        id + self.code.len() + self.platform_fields.len()
    }

    /// Returns the public view of the failure.
    pub(super) fn to_pending(&self, authority: Option<&Authority>) -> PendingFailure {
        PendingFailure {
            api: self.api,
            correlation_id: self.correlation_id,
            code: self.code.clone(),
            authority: authority.map(|authority| authority.host().cloned().unwrap_or_default()),
            in_flight: !self.is_waiting(),
        }
    }
}

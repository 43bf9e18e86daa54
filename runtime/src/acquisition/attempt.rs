//! One HTTP attempt of an acquisition, as its record keeps it.

use std::sync::Arc;
use std::time::Duration;

use super::delivery::Purpose;
use crate::error::TransportError;
use crate::wire::shown_host;

/// One HTTP attempt of an acquisition, which is over.
///
/// [`AcquisitionRecord::attempts`](crate::AcquisitionRecord::attempts) returns them. An attempt has
/// a status, a transport error, or neither if the SDK dropped the request.
///
/// # Examples
///
/// ```
/// use token_telemetry::AcquisitionRecord;
///
/// fn log(record: &AcquisitionRecord) {
///     for attempt in record.attempts() {
///         println!("{}: {:?} after {:?}", attempt.number(), attempt.status(), attempt.duration());
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Attempt {
    pub(super) host: Option<Arc<str>>,
    pub(super) request_id: Option<Arc<str>>,
    pub(super) start: Nanos,
    pub(super) duration: Nanos,
    pub(super) retry_after: Nanos,
    pub(super) waited_before: Nanos,
    pub(super) number: u32,
    pub(super) end: AttemptEnd,
    pub(super) purpose: Purpose,
    /// Attempts with the same purpose that ended before.
    pub(super) resends: u8,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptEnd {
    /// With a response of this status.
    Responded(u16),
    /// With the "not yet" of a polling flow.
    Pending(u16),
    /// Without a response.
    Failed(TransportError),
    /// The SDK dropped the request.
    Dropped,
}

impl AttemptEnd {
    /// Returns the status of the response, if one arrived.
    pub(crate) const fn status(self) -> Option<u16> {
        match self {
            Self::Responded(status) | Self::Pending(status) => Some(status),
            Self::Failed(_) | Self::Dropped => None,
        }
    }
}

/// A time that may be absent, in half the memory of an `Option<Duration>`.
#[derive(Clone, Copy)]
pub(super) struct Nanos(u64);

impl Nanos {
    const ABSENT: u64 = u64::MAX;

    fn get(self) -> Option<Duration> {
        (self.0 != Self::ABSENT).then(|| Duration::from_nanos(self.0))
    }
}

impl From<Option<Duration>> for Nanos {
    fn from(time: Option<Duration>) -> Self {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(Self::ABSENT);
        Self(time.map_or(Self::ABSENT, nanos))
    }
}

impl Attempt {
    /// Returns its number in the acquisition; the first to start has number 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn retries(record: &AcquisitionRecord) -> usize {
    ///     record.attempts().filter(|attempt| attempt.number() > 1).count()
    /// }
    /// ```
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns what the request asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::Attempt;
    /// use token_telemetry::Purpose;
    ///
    /// fn is_discovery(attempt: &Attempt) -> bool {
    ///     attempt.purpose() == Purpose::Discovery
    /// }
    /// ```
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Returns the host to which the request went.
    ///
    /// The host may name a tenant, so `Debug` and serialized data show it only where
    /// [`endpoint_host`](crate::AcquisitionRecord::endpoint_host) is shown.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::Attempt;
    ///
    /// fn is_regional(attempt: &Attempt) -> bool {
    ///     attempt.host().is_some_and(|host| host.ends_with(".login.microsoft.com"))
    /// }
    /// ```
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Returns the host as logs may show it.
    pub(super) fn shown_host(&self) -> Option<&str> {
        self.host().map(shown_host)
    }

    /// Returns the host if it may be shown.
    #[cfg(feature = "otel")]
    pub(crate) fn public_host(&self) -> Option<&Arc<str>> {
        self.host
            .as_ref()
            .filter(|host| shown_host(host) == &***host)
    }

    /// Returns the time from the start of the acquisition to that of the attempt.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(start) = record.attempts().next().and_then(|first| first.start()) {
    ///         println!("sent the first request after {start:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn start(&self) -> Option<Duration> {
        self.start.get()
    }

    /// Returns the time from the start of the attempt to its end.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn slowest(record: &AcquisitionRecord) -> Option<Duration> {
    ///     record.attempts().filter_map(|attempt| attempt.duration()).max()
    /// }
    /// ```
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.duration.get()
    }

    /// Returns the status of the response.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn throttled(record: &AcquisitionRecord) -> usize {
    ///     record.attempts().filter(|attempt| attempt.status() == Some(429)).count()
    /// }
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.end.status()
    }

    /// Returns why no response arrived; absent if the SDK dropped the request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::Attempt;
    ///
    /// fn was_dropped(attempt: &Attempt) -> bool {
    ///     attempt.status().is_none() && attempt.transport_error().is_none()
    /// }
    /// ```
    #[must_use]
    pub fn transport_error(&self) -> Option<TransportError> {
        match self.end {
            AttemptEnd::Failed(class) => Some(class),
            AttemptEnd::Responded(_) | AttemptEnd::Pending(_) | AttemptEnd::Dropped => None,
        }
    }

    /// Returns the pause that the server asked for in this response.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::Attempt;
    ///
    /// fn log(attempt: &Attempt) {
    ///     if let Some(pause) = attempt.retry_after() {
    ///         println!("the server asked for a pause of {pause:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after.get()
    }

    /// Returns the time between the end of the previous attempt and this start.
    ///
    /// Absent for the first attempt, and for one that started while another one was under way.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::Attempt;
    ///
    /// fn log(attempt: &Attempt) {
    ///     if let Some(pause) = attempt.waited_before() {
    ///         println!("retried after {pause:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn waited_before(&self) -> Option<Duration> {
        self.waited_before.get()
    }

    /// Returns the id of the response in the server's logs.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::Attempt;
    ///
    /// fn log(attempt: &Attempt) {
    ///     println!("request id for the support ticket: {:?}", attempt.request_id());
    /// }
    /// ```
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns whether the server asked the client to slow down.
    pub(super) fn is_throttled(&self) -> bool {
        matches!(self.status(), Some(429 | 503)) || self.retry_after().is_some()
    }

    /// Returns how the attempt ended.
    #[cfg(feature = "otel")]
    pub(crate) fn end(&self) -> AttemptEnd {
        self.end
    }

    /// Returns how many attempts with the same purpose ended before.
    #[cfg(feature = "otel")]
    pub(crate) fn resends(&self) -> u8 {
        self.resends
    }
}

//! The acquisitions that have begun and not ended.

mod entry;
mod table;

use std::time::Duration;

use super::id::AcquisitionId;
use crate::api::Api;
use crate::error::TransportError;

pub(super) use entry::Entry;
#[cfg(feature = "otel")]
pub(crate) use table::InFlightOfApi;
pub(super) use table::Registration;
pub(crate) use table::{InFlightShard, InFlightTable};

/// The acquisitions in flight, returned by [`Telemetry::in_flight`](crate::Telemetry::in_flight).
///
/// An acquisition is in flight from the first time that it has to wait, or sends a token request,
/// until it ends. One that ends in its first poll without a request, such as a cache hit, never is.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use token_telemetry::Telemetry;
///
/// let in_flight = Telemetry::global().in_flight();
/// if in_flight.oldest_age() > Some(Duration::from_secs(30)) {
///     for hanging in in_flight.acquisitions() {
///         println!("{} waits for {:?}", hanging.api(), hanging.waiting_for());
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct InFlight {
    acquisitions: Vec<InFlightAcquisition>,
}

impl InFlight {
    /// Moves the oldest to the front; sorting a long list would take most of the time.
    fn new(mut acquisitions: Vec<InFlightAcquisition>) -> Self {
        let by_age = |(_, acquisition): &(usize, &InFlightAcquisition)| acquisition.age;
        let oldest = acquisitions.iter().enumerate().max_by_key(by_age);
        if let Some((at, _)) = oldest {
            acquisitions.swap(0, at);
        }
        Self { acquisitions }
    }

    /// Returns the number of acquisitions in flight.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{} under way", Telemetry::global().in_flight().count());
    /// ```
    #[must_use]
    pub const fn count(&self) -> usize {
        self.acquisitions.len()
    }

    /// Returns the age of the oldest one; absent if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// if let Some(age) = Telemetry::global().in_flight().oldest_age() {
    ///     println!("the oldest has been running for {age:?}");
    /// }
    /// ```
    #[must_use]
    pub fn oldest_age(&self) -> Option<Duration> {
        self.acquisitions.first()?.age
    }

    /// Returns the acquisitions: first the oldest, then the others in no order.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// for acquisition in Telemetry::global().in_flight().acquisitions() {
    ///     println!("{acquisition:?}");
    /// }
    /// ```
    #[must_use]
    pub fn acquisitions(&self) -> &[InFlightAcquisition] {
        &self.acquisitions
    }
}

/// One acquisition in flight, as it was when the list was made.
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::InFlightAcquisition;
///
/// fn log(acquisition: &InFlightAcquisition) {
///     println!("{} for {:?}", acquisition.api(), acquisition.age());
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct InFlightAcquisition {
    id: AcquisitionId,
    api: Api,
    age: Option<Duration>,
    attempts: u32,
    last_response: Option<Result<u16, TransportError>>,
    waiting_for: WaitingFor,
    is_background: bool,
}

impl InFlightAcquisition {
    /// Returns the number that the [record](crate::AcquisitionRecord::id) will have as well.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::{AcquisitionId, InFlightAcquisition};
    ///
    /// fn is_still(acquisition: &InFlightAcquisition, started: AcquisitionId) -> bool {
    ///     acquisition.id() == started
    /// }
    /// ```
    #[must_use]
    pub const fn id(&self) -> AcquisitionId {
        self.id
    }

    /// Returns the SDK function that was called.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::InFlightAcquisition;
    ///
    /// fn log(acquisition: &InFlightAcquisition) {
    ///     println!("{} is in flight", acquisition.api().name());
    /// }
    /// ```
    #[must_use]
    pub const fn api(&self) -> Api {
        self.api
    }

    /// Returns the time since its first poll; absent without a clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::acquisition::InFlightAcquisition;
    ///
    /// fn hangs(acquisition: &InFlightAcquisition) -> bool {
    ///     acquisition.age() > Some(Duration::from_secs(30))
    /// }
    /// ```
    #[must_use]
    pub const fn age(&self) -> Option<Duration> {
        self.age
    }

    /// Returns the number of requests so far, including those that have no response yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::InFlightAcquisition;
    ///
    /// fn retries(acquisition: &InFlightAcquisition) -> bool {
    ///     acquisition.attempts() > 1
    /// }
    /// ```
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns how the last request ended: status of the response, or class of the failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::InFlightAcquisition;
    ///
    /// fn is_throttled(acquisition: &InFlightAcquisition) -> bool {
    ///     acquisition.last_response() == Some(Ok(429))
    /// }
    /// ```
    #[must_use]
    pub const fn last_response(&self) -> Option<Result<u16, TransportError>> {
        self.last_response
    }

    /// Returns what it waits for.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::{InFlightAcquisition, WaitingFor};
    ///
    /// fn is_in_http(acquisition: &InFlightAcquisition) -> bool {
    ///     acquisition.waiting_for() == WaitingFor::Http
    /// }
    /// ```
    #[must_use]
    pub const fn waiting_for(&self) -> WaitingFor {
        self.waiting_for
    }

    /// Returns whether no caller waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::InFlightAcquisition;
    ///
    /// fn matters(acquisition: &InFlightAcquisition) -> bool {
    ///     !acquisition.is_background()
    /// }
    /// ```
    #[must_use]
    pub const fn is_background(&self) -> bool {
        self.is_background
    }
}

/// What an acquisition in flight waits for.
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::WaitingFor;
///
/// assert_eq!(WaitingFor::AnotherCaller.name(), "another_caller");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitingFor {
    /// The response to a request.
    Http,
    /// The cache, as [`time_in_cache`](crate::Acquisition::time_in_cache) measures it.
    Cache,
    /// Another caller's refresh, as [`waiting`](crate::Acquisition::waiting) measures it.
    AnotherCaller,
    /// Something that the SDK does not record, such as a pause between two attempts.
    Unknown,
}

impl WaitingFor {
    /// Returns the name, in lower case.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::WaitingFor;
    ///
    /// assert_eq!(WaitingFor::Http.name(), "http");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Cache => "cache",
            Self::AnotherCaller => "another_caller",
            Self::Unknown => "unknown",
        }
    }
}

//! Tools for the tests of SDK authors: a recorder, a manual clock, assertions.
//!
//! The assertions check captured requests and the lock file of API ids.

mod sent;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::acquisition::{AcquisitionRecord, Clock};
use crate::observer::Observer;

pub use self::sent::{SentTelemetry, UnreadableHeader};
pub use crate::api::lock::{UPDATE_API_IDS, assert_api_ids_locked};

/// An observer that keeps every record; clones share their records.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Telemetry, test_util::Recorder};
///
/// let recorder = Recorder::new();
/// let telemetry = Telemetry::builder().observer(recorder.clone()).build()?;
/// // … call the SDK …
/// assert!(recorder.records().is_empty());
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Vec<AcquisitionRecord>>>);

impl Recorder {
    /// Creates an empty recorder.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::Recorder;
    ///
    /// assert!(Recorder::new().records().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the records so far, in the order in which the acquisitions finished.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::Recorder;
    ///
    /// let recorder = Recorder::new();
    /// // … build a client with `recorder.clone()` as observer, and call it …
    /// assert!(recorder.records().iter().all(|record| record.is_ok()));
    /// ```
    #[must_use]
    pub fn records(&self) -> Vec<AcquisitionRecord> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes the records so far, and leaves the recorder empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::test_util::Recorder;
    ///
    /// let recorder = Recorder::new();
    /// let first = recorder.take();
    /// assert!(first.is_empty());
    /// ```
    #[must_use]
    pub fn take(&self) -> Vec<AcquisitionRecord> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Recorder {
    fn finished(&self, record: &AcquisitionRecord) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(record.clone());
    }
}

/// A clock that advances only on request; clones share their time.
///
/// Its date and time begin with the year 1970, unless [`set_wall`](Self::set_wall) sets them, and
/// advance with it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use token_telemetry::{Telemetry, test_util::ManualClock};
///
/// let clock = ManualClock::new();
/// let telemetry = Telemetry::builder().clock(clock.clone()).build()?;
/// clock.advance(Duration::from_millis(20));
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<Mutex<Times>>);

/// The time since the start of a manual clock, and date and time since 1970.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    elapsed: Duration,
    wall: Duration,
}

impl ManualClock {
    /// Creates a clock at zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::acquisition::Clock;
    /// use token_telemetry::test_util::ManualClock;
    ///
    /// assert_eq!(ManualClock::new().now(), Duration::ZERO);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Advances the time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use token_telemetry::acquisition::Clock;
    /// use token_telemetry::test_util::ManualClock;
    ///
    /// let clock = ManualClock::new();
    /// clock.advance(Duration::from_millis(20));
    /// assert_eq!(clock.now(), Duration::from_millis(20));
    /// ```
    pub fn advance(&self, time: Duration) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.elapsed += time;
        times.wall += time;
    }

    /// Sets date and time; a moment before 1970 counts as its beginning.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use token_telemetry::acquisition::Clock;
    /// use token_telemetry::test_util::ManualClock;
    ///
    /// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(12 * 60 * 60);
    /// let clock = ManualClock::new();
    /// clock.set_wall(noon);
    /// clock.advance(Duration::from_secs(1));
    /// assert_eq!(clock.wall(), Some(noon + Duration::from_secs(1)));
    /// ```
    pub fn set_wall(&self, moment: SystemTime) {
        let since_1970 = moment.duration_since(SystemTime::UNIX_EPOCH);
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.wall = since_1970.unwrap_or_default();
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        let times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.elapsed
    }

    fn wall(&self) -> Option<SystemTime> {
        let times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        SystemTime::UNIX_EPOCH.checked_add(times.wall)
    }
}

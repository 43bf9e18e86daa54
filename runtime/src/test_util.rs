//! For the tests of SDK authors: a recording observer, a manual clock, the lock of API ids, and
//! what captured requests say.

mod sent;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::acquisition::{AcquisitionRecord, Clock};
use crate::observer::Observer;

pub use self::sent::{SentTelemetry, UnreadableHeader};
pub use crate::api::lock::{UPDATE_API_IDS, assert_api_ids_locked};

/// Observer that keeps every record; clones share what they keep.
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
    /// A recorder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The records so far, in finishing order.
    #[must_use]
    pub fn records(&self) -> Vec<AcquisitionRecord> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The records so far; the recorder is empty afterwards.
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

/// Clock that stands still until it is told to advance; clones share their time.
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
pub struct ManualClock(Arc<Mutex<Duration>>);

impl ManualClock {
    /// A clock at its origin.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the time on.
    pub fn advance(&self, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Numbers that distinguish the acquisitions of a process.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of an acquisition, unique in this process.
///
/// It links the start of an acquisition, the list of those in flight, and the record. No server sees
/// it; the id in the server's logs is the [correlation id](crate::AcquisitionRecord::correlation_id).
///
/// # Examples
///
/// ```
/// use token_telemetry::AcquisitionRecord;
///
/// fn log(record: &AcquisitionRecord) {
///     if let Some(id) = record.id() {
///         println!("acquisition {id} ended");
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AcquisitionId(NonZeroU64);

impl AcquisitionId {
    /// Numbers that a thread draws at once, so that threads rarely contend for the counter.
    const BLOCK: u64 = 1024;

    pub(crate) fn draw() -> Self {
        static BLOCKS: AtomicU64 = AtomicU64::new(0);
        thread_local! {
            static LAST: Cell<u64> = const { Cell::new(0) };
        }
        LAST.with(|last| {
            let number = match last.get() {
                drawn if drawn % Self::BLOCK == 0 => {
                    BLOCKS.fetch_add(Self::BLOCK, Ordering::Relaxed)
                }
                drawn => drawn,
            };
            let id = NonZeroU64::MIN.saturating_add(number);
            last.set(id.get());
            Self(id)
        })
    }

    pub(super) const fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for AcquisitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

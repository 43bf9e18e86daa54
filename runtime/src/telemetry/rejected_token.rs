//! The token that a resource rejected last, until a refresh replaces it.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::acquisition::AcquisitionRecord;
use crate::cache::RefreshTrigger;

/// The status with which a resource rejected a token, or zero.
#[derive(Debug, Default)]
pub(super) struct RejectedToken(AtomicU32);

/// Distinguishes a status of zero from no status.
const IS_REJECTED: u32 = 1 << u16::BITS;

impl RejectedToken {
    pub(super) fn set(&self, status: u16) {
        self.0
            .store(IS_REJECTED | u32::from(status), Ordering::Relaxed);
    }

    fn take(&self) -> Option<u16> {
        // The load comes first, so that refreshes share the cache line as long as nothing is rejected.
        if self.0.load(Ordering::Relaxed) == 0 {
            return None;
        }
        match self.0.swap(0, Ordering::Relaxed) {
            0 => None,
            rejected => u16::try_from(rejected & !IS_REJECTED).ok(),
        }
    }

    /// Links an acquisition that asked for a new token to the rejection of the old one.
    ///
    /// What the SDK recorded takes precedence. It concerns the same rejection if it names one.
    pub(super) fn link(&self, record: &mut AcquisitionRecord) {
        match record.trigger() {
            None => {
                if let Some(status) = self.take() {
                    record.link_trigger(RefreshTrigger::TokenRejected { status });
                }
            }
            Some(RefreshTrigger::ClaimsChallenge | RefreshTrigger::TokenRejected { .. }) => {
                self.take();
            }
            Some(RefreshTrigger::Caller | RefreshTrigger::Timer | RefreshTrigger::Startup) => {}
        }
    }
}

//! Observers that were attached to a running `Telemetry`.

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use super::observers::Listed;

/// An attached observer, which is detached when this is dropped.
///
/// Returned by [`Telemetry::attach_observer`](crate::Telemetry::attach_observer). It does not keep the
/// `Telemetry` alive.
///
/// # Examples
///
/// ```
/// use token_telemetry::{AcquisitionRecord, Observer, Telemetry};
///
/// struct Log;
///
/// impl Observer for Log {
///     fn finished(&self, record: &AcquisitionRecord) {
///         println!("{record:?}");
///     }
/// }
///
/// let attached = Telemetry::global().attach_observer(Log);
/// attached.limit_hits(100);
/// drop(attached); // the log ends here
/// ```
#[must_use = "the observer is detached when this is dropped"]
pub struct AttachedObserver {
    all: Weak<Attachments>,
    attachment: Arc<Attachment>,
}

impl AttachedObserver {
    /// Reports at most this many more plain cache hits to the observer.
    ///
    /// A plain hit is a token from a cache with nothing else to report: no request, no wait, no
    /// error. Every other acquisition is reported. Without a limit all hits are reported, and each
    /// costs a time stamp, an id and the observer; beyond the limit a hit costs next to nothing.
    /// Call this again at an interval of your choice to sample them;
    /// [`totals`](crate::Telemetry::totals) counts all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{AcquisitionRecord, Observer, Telemetry};
    ///
    /// struct Failures;
    ///
    /// impl Observer for Failures {
    ///     fn finished(&self, record: &AcquisitionRecord) {
    ///         println!("{:?}", record.error_code());
    ///     }
    /// }
    ///
    /// let attached = Telemetry::global().attach_observer(Failures);
    /// attached.limit_hits(0);
    /// ```
    pub fn limit_hits(&self, count: u64) {
        if let Some(all) = self.all.upgrade() {
            all.limit_hits(&self.attachment, count);
        }
    }
}

impl Drop for AttachedObserver {
    fn drop(&mut self) {
        if let Some(all) = self.all.upgrade() {
            all.remove(&self.attachment);
        }
    }
}

impl fmt::Debug for AttachedObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttachedObserver").finish_non_exhaustive()
    }
}

/// An observer that can be detached.
pub(super) struct Attachment {
    pub(super) listed: Listed,
    /// Cache hits that are still reported to it.
    hits: AtomicU64,
}

impl Attachment {
    const fn new(listed: Listed) -> Self {
        Self {
            listed,
            hits: AtomicU64::new(u64::MAX),
        }
    }

    /// Takes one of the hits that are still reported.
    pub(super) fn take_hit(&self) -> bool {
        let fewer = |hits: u64| match hits {
            u64::MAX => Some(u64::MAX),
            hits => hits.checked_sub(1),
        };
        let order = Ordering::Relaxed;
        self.hits.fetch_update(order, order, fewer).is_ok()
    }

    fn wants_hits(&self) -> bool {
        self.hits.load(Ordering::Relaxed) > 0
    }
}

type Snapshot = Arc<[Arc<Attachment>]>;

/// The attached observers.
///
/// What they want is one byte, which a cache hit reads without a lock.
pub(super) struct Attachments {
    wanted: AtomicU8,
    /// Replaced as a whole, so that foreign code runs without the lock.
    all: RwLock<Snapshot>,
}

/// The bits of [`Attachments::wanted`].
const HITS: u8 = 1;
const OTHERS: u8 = 2;
const STARTS: u8 = 4;
const ATTEMPTS: u8 = 8;

impl Default for Attachments {
    fn default() -> Self {
        Self {
            wanted: AtomicU8::new(0),
            all: RwLock::new(Arc::new([])),
        }
    }
}

impl Attachments {
    pub(super) fn add(self: &Arc<Self>, listed: Listed) -> AttachedObserver {
        let attachment = Arc::new(Attachment::new(listed));
        self.replace(|all| all.iter().chain([&attachment]).cloned().collect());
        AttachedObserver {
            all: Arc::downgrade(self),
            attachment,
        }
    }

    fn remove(&self, attachment: &Arc<Attachment>) {
        let differs = |other: &&Arc<Attachment>| !Arc::ptr_eq(other, attachment);
        self.replace(|all| all.iter().filter(differs).cloned().collect());
    }

    fn replace(&self, change: impl FnOnce(&Snapshot) -> Snapshot) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        *all = change(&all);
        let wanted = all.iter().map(|attachment| attachment.wanted());
        self.wanted
            .store(wanted.fold(0, |all, one| all | one), Ordering::Relaxed);
    }

    /// Returns the observers as of now.
    pub(super) fn snapshot(&self) -> Snapshot {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&all)
    }

    fn limit_hits(&self, attachment: &Attachment, count: u64) {
        attachment.hits.store(count, Ordering::Relaxed);
        if count > 0 {
            self.wanted.fetch_or(HITS, Ordering::Relaxed);
        }
    }

    /// Stops hits from being looked at once no observer wants one.
    pub(super) fn forget_exhausted(&self, all: &Snapshot) {
        let wants = || all.iter().any(|attachment| attachment.wants_hits());
        if !wants() {
            self.wanted.fetch_and(!HITS, Ordering::Relaxed);
            // A limit may have been raised in between.
            if wants() {
                self.wanted.fetch_or(HITS, Ordering::Relaxed);
            }
        }
    }

    fn wants(&self, bit: u8) -> bool {
        self.wanted.load(Ordering::Relaxed) & bit != 0
    }

    #[inline]
    pub(super) fn wants_finished(&self, is_plain_hit: bool) -> bool {
        self.wants(if is_plain_hit { HITS } else { OTHERS })
    }

    #[inline]
    pub(super) fn wants_started(&self) -> bool {
        self.wants(STARTS)
    }

    pub(super) fn wants_attempts(&self) -> bool {
        self.wants(ATTEMPTS)
    }
}

impl Attachment {
    fn wanted(&self) -> u8 {
        let bit = |is_wanted: bool, bit: u8| if is_wanted { bit } else { 0 };
        OTHERS
            | bit(self.wants_hits(), HITS)
            | bit(self.listed.wants_started, STARTS)
            | bit(self.listed.wants_attempts, ATTEMPTS)
    }
}

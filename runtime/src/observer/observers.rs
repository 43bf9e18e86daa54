//! The observers of one `Telemetry`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Observer;
use super::attached::{AttachedObserver, Attachments};
use crate::acquisition::{
    AcquisitionId, AcquisitionRecord, Beginning, ClockSource, StartedAcquisition, StartedAttempt,
    with_suspended,
};
use crate::contained::contained;
use crate::diagnostics::Diagnostic;

/// The observers that a `Telemetry` was built with, and those attached later.
pub(crate) struct Observers {
    built: Vec<Listed>,
    wants_started: bool,
    wants_attempts: bool,
    attached: Arc<Attachments>,
    /// Whether it was logged that an acquisition was not reported to foreign code.
    logged: AtomicBool,
}

/// An observer, and what it wants.
pub(super) struct Listed {
    observer: Box<dyn Observer>,
    pub(super) wants_started: bool,
    pub(super) wants_attempts: bool,
}

impl Listed {
    pub(super) fn new(observer: Box<dyn Observer>) -> Self {
        let wants =
            |ask: fn(&dyn Observer) -> bool| with_suspended(|| ask(&*observer)) == Some(true);
        Self {
            wants_started: wants(|observer| observer.wants_started()),
            wants_attempts: wants(|observer| observer.wants_attempts()),
            observer,
        }
    }

    fn notify(&self, call: impl FnOnce(&dyn Observer)) {
        if contained(|| call(&*self.observer)).is_none() {
            Diagnostic::ObserverPanicked.emit();
        }
    }

    fn started(&self, started: &StartedAcquisition<'_>) {
        if self.wants_started {
            self.notify(|observer| observer.started(started));
        }
    }

    fn attempt_started(&self, attempt: &StartedAttempt<'_>) {
        if self.wants_attempts {
            self.notify(|observer| observer.attempt_started(attempt));
        }
    }
}

impl Observers {
    pub(crate) fn new(observers: Vec<Box<dyn Observer>>) -> Self {
        let built: Vec<Listed> = observers.into_iter().map(Listed::new).collect();
        Self {
            wants_started: built.iter().any(|listed| listed.wants_started),
            wants_attempts: built.iter().any(|listed| listed.wants_attempts),
            built,
            attached: Arc::default(),
            logged: AtomicBool::new(false),
        }
    }

    pub(crate) fn attach(&self, observer: Box<dyn Observer>) -> AttachedObserver {
        self.attached.add(Listed::new(observer))
    }

    /// Returns whether any observer wants the record of an acquisition.
    #[inline]
    pub(crate) fn wants_finished(&self, is_plain_hit: bool) -> bool {
        !self.built.is_empty() || self.attached.wants_finished(is_plain_hit)
    }

    /// Notifies the observers of starts, and returns the id that they saw.
    #[inline]
    pub(crate) fn notify_started(
        &self,
        begun: Beginning<'_>,
        clock: &ClockSource,
    ) -> Option<AcquisitionId> {
        let is_wanted = self.wants_started || self.attached.wants_started();
        is_wanted.then(|| self.started(begun, clock))
    }

    #[cold]
    fn started(&self, begun: Beginning<'_>, clock: &ClockSource) -> AcquisitionId {
        let started = StartedAcquisition::now(begun, clock);
        for listed in &self.built {
            listed.started(&started);
        }
        for attachment in &*self.attached.snapshot() {
            attachment.listed.started(&started);
        }
        started.id()
    }

    pub(crate) fn wants_attempts(&self) -> bool {
        self.wants_attempts || self.attached.wants_attempts()
    }

    /// Notifies the observers of attempts.
    pub(crate) fn notify_attempt(&self, attempt: &StartedAttempt<'_>) {
        for listed in &self.built {
            listed.attempt_started(attempt);
        }
        for attachment in &*self.attached.snapshot() {
            attachment.listed.attempt_started(attempt);
        }
    }

    /// Notifies every observer, even if one of them panics.
    pub(crate) fn notify(&self, record: &AcquisitionRecord, is_plain_hit: bool) {
        for listed in &self.built {
            listed.notify(|observer| observer.finished(record));
        }
        if !self.attached.wants_finished(is_plain_hit) {
            return;
        }
        let attached = self.attached.snapshot();
        for attachment in &*attached {
            if !is_plain_hit || attachment.take_hit() {
                attachment
                    .listed
                    .notify(|observer| observer.finished(record));
            }
        }
        if is_plain_hit {
            self.attached.forget_exhausted(&attached);
        }
    }

    /// Skips an acquisition that foreign code made while it was notified of another.
    #[cold]
    pub(crate) fn pass_over(&self) {
        if !self.logged.swap(true, Ordering::Relaxed) {
            Diagnostic::NestedTooDeep.emit_unthrottled();
        }
    }
}

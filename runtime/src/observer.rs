//! Observers: receivers of every finished acquisition.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::acquisition::{
    AcquisitionId, AcquisitionRecord, Beginning, ClockSource, StartedAcquisition, with_suspended,
};
use crate::contained::contained;
use crate::diagnostics::Diagnostic;

/// Receives every finished acquisition.
///
/// An observer runs on the thread that finished the acquisition, after the result exists: keep it
/// short. A panic in it is caught, unless the program is built with `panic = "abort"`.
///
/// # Acquiring tokens in an observer
///
/// No acquisition is current while an observer runs, and no [`capture`](crate::capture()) collects
/// records. So an observer may acquire a token: that acquisition has no parent and its own record,
/// which every observer receives, including this one.
///
/// What an observer acquires while it receives *that* record appears in [`Totals`](crate::Totals), in
/// [`recent_records`](crate::Telemetry::recent_records), in headers and in a `capture` inside the
/// observer, but not in observers, metrics and spans: an observer that acquires a token on every
/// call would never end. Other code of the SDK is not called for it either: times of a custom clock
/// and descriptions of its token and error are missing, and the code is the name of the error's type
/// unless the function recorded one.
///
/// The same applies to enrichers, clocks, descriptions of errors and tokens, subscribers and
/// exporters.
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
///         println!("{} ended {}", record.api(), record.outcome().name());
///     }
/// }
///
/// let telemetry = Telemetry::builder().observer(Log).build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "expected an `Observer`, found `{Self}`",
    label = "expected a type that implements `Observer`",
    note = "write `impl Observer for YourType` with `fn finished(&self, record: &AcquisitionRecord)`; closures do not implement it"
)]
pub trait Observer: Send + Sync {
    /// Called with the record of each finished acquisition.
    fn finished(&self, record: &AcquisitionRecord);

    /// Called when an acquisition begins, if [`wants_started`](Self::wants_started) returns true.
    ///
    /// Runs before the body of the function, on its thread. The [`finished`](Self::finished) record
    /// has the same [id](AcquisitionRecord::id).
    fn started(&self, acquisition: &StartedAcquisition<'_>) {
        _ = acquisition;
    }

    /// Returns whether to call [`started`](Self::started); false by default.
    ///
    /// Called once, when the [`Telemetry`](crate::Telemetry) is built: an observer that does not want
    /// starts costs a cache hit nothing.
    fn wants_started(&self) -> bool {
        false
    }
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn finished(&self, record: &AcquisitionRecord) {
        (**self).finished(record);
    }

    fn started(&self, acquisition: &StartedAcquisition<'_>) {
        (**self).started(acquisition);
    }

    fn wants_started(&self) -> bool {
        (**self).wants_started()
    }
}

/// The observers of one `Telemetry`.
pub(crate) struct Observers {
    all: Vec<Box<dyn Observer>>,
    /// The positions of the observers that want to know of starts.
    of_starts: Vec<usize>,
    /// Whether it was logged that an acquisition was not reported to foreign code.
    logged: AtomicBool,
}

impl Observers {
    pub(crate) fn new(observers: Vec<Box<dyn Observer>>) -> Self {
        let wants = |observer: &dyn Observer| with_suspended(|| observer.wants_started());
        let listed = observers.iter().enumerate();
        let of_starts = listed
            .filter(|(_, observer)| wants(&***observer) == Some(true))
            .map(|(at, _)| at);
        Self {
            of_starts: of_starts.collect(),
            all: observers,
            logged: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Notifies the observers of starts, and returns the id that they saw.
    #[inline]
    pub(crate) fn notify_started(
        &self,
        begun: Beginning<'_>,
        clock: &ClockSource,
    ) -> Option<AcquisitionId> {
        (!self.of_starts.is_empty()).then(|| self.started(begun, clock))
    }

    #[cold]
    fn started(&self, begun: Beginning<'_>, clock: &ClockSource) -> AcquisitionId {
        let started = StartedAcquisition::now(begun, clock);
        for at in &self.of_starts {
            if let Some(observer) = self.all.get(*at)
                && contained(|| observer.started(&started)).is_none()
            {
                Diagnostic::ObserverPanicked.emit();
            }
        }
        started.id()
    }

    /// Notifies every observer, even if one of them panics.
    pub(crate) fn notify(&self, record: &AcquisitionRecord) {
        for observer in &self.all {
            if contained(|| observer.finished(record)).is_none() {
                Diagnostic::ObserverPanicked.emit();
            }
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

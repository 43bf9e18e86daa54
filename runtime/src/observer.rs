//! Whoever wants to see every finished acquisition.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::acquisition::AcquisitionRecord;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;

/// Receiver of finished acquisitions.
///
/// It runs on the thread that finished the acquisition, after the result exists: keep it short.
/// A panic in it is contained, unless the program is built with `panic = "abort"`.
///
/// No acquisition is current while it runs, and no [`observe`](crate::observe) is in force. So an
/// observer may acquire a token: that acquisition has no parent and its own record, which every
/// observer gets, this one included. What an observer acquires while it gets *that* record appears in
/// [`Totals`](crate::Totals), in [`recent_records`](crate::Telemetry::recent_records), in headers and
/// in an `observe` of its own, but is not reported to observers, metrics and spans: an observer that
/// acquires a token on every call would never end. Nor is other code of the SDK called for it: times
/// of a custom clock and descriptions of its token and error are missing, and the code is the name of
/// the error's type unless the body recorded one. The same holds for enrichers, clocks, descriptions
/// of errors and tokens, subscribers and exporters.
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
    /// An acquisition is over.
    fn finished(&self, record: &AcquisitionRecord);
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn finished(&self, record: &AcquisitionRecord) {
        (**self).finished(record);
    }
}

/// The observers of one `Telemetry`.
pub(crate) struct Observers {
    observers: Vec<Box<dyn Observer>>,
    /// Whether the log knows that an acquisition was not reported to code of others.
    logged: AtomicBool,
}

impl Observers {
    pub(crate) const fn new(observers: Vec<Box<dyn Observer>>) -> Self {
        Self {
            observers,
            logged: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.observers.is_empty()
    }

    /// Notifies every observer, also if one of them panics.
    pub(crate) fn notify(&self, record: &AcquisitionRecord) {
        for observer in &self.observers {
            if contained(|| observer.finished(record)).is_none() {
                Diagnostic::ObserverPanicked.emit();
            }
        }
    }

    /// Leaves an acquisition out, which code called by code of this kind has made.
    #[cold]
    pub(crate) fn pass_over(&self) {
        if !self.logged.swap(true, Ordering::Relaxed) {
            Diagnostic::NestedTooDeep.emit_unthrottled();
        }
    }
}

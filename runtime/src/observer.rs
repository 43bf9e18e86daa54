//! Whoever wants to see every finished acquisition.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::acquisition::AcquisitionRecord;
use crate::diagnostics::Diagnostic;

/// Receiver of finished acquisitions.
///
/// It runs on the thread that finished the acquisition, after the result exists: keep it short.
/// A panic in it is contained.
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
/// # Ok::<(), token_telemetry::InvalidClientInfo>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not observe acquisitions",
    label = "expected a type that implements `Observer`",
    note = "write `impl Observer for YourType` with `fn finished(&self, record: &AcquisitionRecord)`; closures are none"
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

/// Tells every observer, also if one of them panics.
pub(crate) fn notify(observers: &[Box<dyn Observer>], record: &AcquisitionRecord) {
    for observer in observers {
        if catch_unwind(AssertUnwindSafe(|| observer.finished(record))).is_err() {
            Diagnostic::ObserverPanicked.tell();
        }
    }
}

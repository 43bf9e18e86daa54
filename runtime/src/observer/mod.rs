//! Observers: receivers of every finished acquisition.

mod attached;
mod observers;

use std::sync::Arc;

use crate::acquisition::{AcquisitionRecord, StartedAcquisition, StartedAttempt};

pub use attached::AttachedObserver;
pub(crate) use observers::Observers;

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
    /// Called once, when the observer is added: one that does not want starts costs a cache hit
    /// nothing.
    fn wants_started(&self) -> bool {
        false
    }

    /// Called when the headers of a token request are written, if
    /// [`wants_attempts`](Self::wants_attempts) returns true.
    ///
    /// The record of the acquisition lists the same attempt, with its end.
    fn attempt_started(&self, attempt: &StartedAttempt<'_>) {
        _ = attempt;
    }

    /// Returns whether to call [`attempt_started`](Self::attempt_started); false by default.
    ///
    /// Called once, when the observer is added.
    fn wants_attempts(&self) -> bool {
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

    fn attempt_started(&self, attempt: &StartedAttempt<'_>) {
        (**self).attempt_started(attempt);
    }

    fn wants_attempts(&self) -> bool {
        (**self).wants_attempts()
    }
}

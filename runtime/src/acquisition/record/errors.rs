//! The errors of the acquisition.

use super::{AcquisitionRecord, Outcome};
use crate::error::{ErrorInfo, ErrorKind};

impl AcquisitionRecord {
    /// Returns the codes of the error; present unless a function returned `Ok`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(error) = record.error() {
    ///         println!("{:?} {:?}", error.code(), error.sts_codes());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&ErrorInfo> {
        self.error.as_deref()
    }

    /// Returns the code of the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.error_code() {
    ///         println!("failed with {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error()?.code()
    }

    /// Returns who has to act so that the next acquisition succeeds.
    ///
    /// Absent if the acquisition did not fail. If the error does not reveal its kind, the status and
    /// the transport failure of the last request do. See [`ErrorKind`] for how the kind is derived.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn needs_alert(record: &AcquisitionRecord) -> bool {
    ///     record.error_kind().is_some_and(|kind| !kind.is_expected())
    /// }
    /// ```
    #[must_use]
    pub fn error_kind(&self) -> Option<ErrorKind> {
        match self.outcome {
            Outcome::Ok | Outcome::NoToken | Outcome::Pending => None,
            Outcome::Cancelled => Some(ErrorKind::Cancelled),
            Outcome::Panicked => Some(ErrorKind::Unknown),
            Outcome::Error => {
                let error = self.error()?;
                Some(error.kind_after(self.status(), self.transport_error()))
            }
        }
    }

    /// Returns the errors that the SDK recorded but did not return.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     for error in record.suppressed_errors() {
    ///         println!("suppressed {:?}", error.code());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn suppressed_errors(&self) -> &[ErrorInfo] {
        self.rare().map_or(&[], |rare| &rare.suppressed_errors)
    }

    /// Returns the code of the error that a broker reported.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.broker_error() {
    ///         println!("the broker failed with {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn broker_error(&self) -> Option<&str> {
        self.rare()?.broker_error.as_deref()
    }

    /// Returns whether a later request may report something of this record.
    pub(crate) fn has_failures(&self) -> bool {
        !matches!(
            self.outcome,
            Outcome::Ok | Outcome::NoToken | Outcome::Pending
        ) || !self.suppressed_errors().is_empty()
    }

    /// Truncates the error codes to the longest one that any exporter uses.
    pub(crate) fn truncate_codes(&mut self, limit: usize) {
        if let Some(error) = &mut self.error {
            error.truncate_code(limit);
        }
        let cold = self.state.cold.as_deref_mut();
        if let Some(rare) = cold.and_then(|cold| cold.rare.as_mut()) {
            rare.error.truncate_code(limit);
            for failure in &mut rare.suppressed_errors {
                failure.truncate_code(limit);
            }
        }
    }
}

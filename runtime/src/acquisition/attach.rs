//! Attaches records to an SDK's own results.

use super::capture::Captured;
use super::record::AcquisitionRecord;

/// A result or error type of an SDK that carries the record of its acquisition.
///
/// In MSAL, the record is called `AuthenticationResultMetadata`.
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::AttachRecord;
/// use token_telemetry::AcquisitionRecord;
///
/// pub struct AuthResult {
///     pub token: String,
///     pub metadata: Option<AcquisitionRecord>,
/// }
///
/// impl AttachRecord for AuthResult {
///     fn attach_record(&mut self, record: AcquisitionRecord) {
///         self.metadata = Some(record);
///     }
/// }
/// ```
pub trait AttachRecord {
    /// Stores the record of the acquisition that returned this result.
    fn attach_record(&mut self, record: AcquisitionRecord);
}

impl<T: AttachRecord, E: AttachRecord> AttachRecord for Result<T, E> {
    fn attach_record(&mut self, record: AcquisitionRecord) {
        match self {
            Ok(token) => token.attach_record(record),
            Err(error) => error.attach_record(record),
        }
    }
}

impl<T: AttachRecord> Captured<T> {
    /// Returns the output with the last record attached.
    ///
    /// An SDK returns the record to its callers like this:
    /// `capture(self.inner()).await.attached()`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::AttachRecord;
    /// use token_telemetry::{AcquisitionRecord, capture};
    ///
    /// struct AuthResult(Option<AcquisitionRecord>);
    ///
    /// impl AttachRecord for AuthResult {
    ///     fn attach_record(&mut self, record: AcquisitionRecord) {
    ///         self.0 = Some(record);
    ///     }
    /// }
    ///
    /// # async fn inner() -> AuthResult { AuthResult(None) }
    /// async fn acquire_token() -> AuthResult {
    ///     capture(inner()).await.attached()
    /// }
    /// # let _none = futures::executor::block_on(acquire_token());
    /// ```
    #[must_use]
    pub fn attached(mut self) -> T {
        if let Some(record) = self.records.pop() {
            self.output.attach_record(record);
        }
        self.output
    }
}

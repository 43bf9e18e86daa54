//! Records that travel on the SDK's own results.

use super::capture::Captured;
use super::record::AcquisitionRecord;

/// A result of an SDK that can carry the record of its acquisition.
///
/// MSAL calls it `AuthenticationResultMetadata`; it is on errors too.
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
    /// Takes over the record of the acquisition that made this result.
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
    /// The output, with the record that was finished last on it.
    ///
    /// This is how an SDK hands the record to its callers: `capture(self.inner()).await.attached()`.
    #[must_use]
    pub fn attached(mut self) -> T {
        if let Some(record) = self.records.pop() {
            self.output.attach_record(record);
        }
        self.output
    }
}

//! The facts of the call: which function, for whom, and how it ended.

use super::{AcquisitionRecord, Outcome};
use crate::acquisition::id::AcquisitionId;
use crate::api::Api;
use crate::wire::ClientRequestId;

impl AcquisitionRecord {
    /// Returns the SDK function that was called.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{} ended", record.api().name());
    /// }
    /// ```
    #[must_use]
    pub fn api(&self) -> Api {
        self.state.api
    }

    /// Returns how the acquisition ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     println!("{}: {}", record.api(), record.outcome().name());
    /// }
    /// ```
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns whether the function returned a token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if !record.is_ok() {
    ///         println!("{record:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.outcome == Outcome::Ok
    }

    /// Returns the number of the acquisition in this process, if anything needed one.
    ///
    /// It is the one in [`StartedAcquisition`](crate::acquisition::StartedAcquisition) and
    /// [`InFlightAcquisition`](crate::acquisition::InFlightAcquisition). Records in observers, captures
    /// and [`recent_records`](crate::Telemetry::recent_records) always have one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(id) = record.id() {
    ///         println!("acquisition {id} ended");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<AcquisitionId> {
        self.id
    }

    /// Returns the id in the server's logs, if anything needed one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.correlation_id() {
    ///         println!("search the sign-in logs for {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn correlation_id(&self) -> Option<ClientRequestId> {
        self.state.correlation_id
    }

    /// Returns the id of the acquisition that this one belongs to.
    ///
    /// That is the one it was made for, or the one that triggered it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.parent() {
    ///         println!("triggered by {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn parent(&self) -> Option<ClientRequestId> {
        self.cold()?.parent
    }

    /// Returns whether no caller waited for the token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.is_background() {
    ///         println!("refreshed in the background");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_background(&self) -> bool {
        self.state.background
    }
}

//! The parameters of the call.

use super::AcquisitionRecord;
use crate::api::Prompt;

impl AcquisitionRecord {
    /// Returns the prompt that the caller asked for, if the SDK recorded it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(prompt) = record.prompt() {
    ///         println!("prompt {prompt}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn prompt(&self) -> Option<Prompt> {
        self.state.parameters.prompt()
    }

    /// Returns whether the caller asked for claims, if the SDK recorded it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.claims_present() == Some(true) {
    ///         println!("asked for claims");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn claims_present(&self) -> Option<bool> {
        self.state.parameters.claims()
    }

    /// Returns for how many scopes the caller asked, if the SDK recorded it.
    ///
    /// At most [`MAX_SCOPE_COUNT`](crate::api::ApiParameters::MAX_SCOPE_COUNT).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(count) = record.scope_count() {
    ///         println!("{count} scopes");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn scope_count(&self) -> Option<u8> {
        self.state.parameters.scope_count()
    }

    /// Returns whether the caller asked to skip the cache, if the SDK recorded it.
    ///
    /// Why the SDK did refresh the token is the [refresh reason](Self::refresh_reason).
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.force_refresh() == Some(true) {
    ///         println!("asked for a new token");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn force_refresh(&self) -> Option<bool> {
        self.state.parameters.force_refresh()
    }
}

//! The facts of the token.

use std::time::{Duration, SystemTime};

use super::AcquisitionRecord;
use crate::token::TokenType;

impl AcquisitionRecord {
    /// Returns the scheme of the token, if the SDK recorded it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.token_type() {
    ///         println!("scheme {value}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn token_type(&self) -> Option<TokenType> {
        self.state.token_type
    }

    /// Returns the time left until the token expires.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.remaining_lifetime() {
    ///         println!("expires in {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn remaining_lifetime(&self) -> Option<Duration> {
        self.state.remaining_lifetime
    }

    /// Returns when the token should be refreshed proactively.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(value) = record.refresh_on() {
    ///         println!("refresh after {value:?}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn refresh_on(&self) -> Option<SystemTime> {
        self.cold()?.refresh_on
    }
}

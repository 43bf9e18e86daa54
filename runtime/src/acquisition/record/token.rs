//! The facts of the token.

use std::time::{Duration, SystemTime};

use super::{AcquisitionRecord, Outcome};
use crate::cache::TokenSource;
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

    /// Returns whether a refresh token is present, if the SDK recorded it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.refresh_token_present() == Some(false) {
    ///         println!("the user must sign in again once the token expires");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn refresh_token_present(&self) -> Option<bool> {
        self.state.refresh_token
    }

    /// Returns whether the lifetime of a new token is known; absent for all others.
    ///
    /// New tokens are those of the identity provider or a broker. If their lifetime is unknown, nobody
    /// can refresh them in time.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.expiry_advertised() == Some(false) {
    ///         println!("the server did not say when the token expires");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn expiry_advertised(&self) -> Option<bool> {
        let is_new = self.has_new_token();
        is_new.then(|| self.remaining_lifetime().is_some())
    }

    /// Returns whether a refresh brought a token that expires no later than the one before.
    ///
    /// The token before is the last one of the same function that the identity provider or a broker
    /// issued under the same [`Telemetry`](crate::Telemetry). Expiries that differ by at most a second
    /// count as equal, since servers round them. If one function serves several resources whose
    /// tokens live for different times, this may be raised although every refresh did its work.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if record.is_expiry_unextended() {
    ///         println!("the refresh returned a token that is no newer");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_expiry_unextended(&self) -> bool {
        self.cold().is_some_and(|cold| cold.expiry_unextended)
    }

    /// Returns whether a cache had the token, and nothing rare was recorded.
    #[inline]
    pub(crate) fn is_plain_hit(&self) -> bool {
        self.state.cold.is_none()
            && self.state.source == Some(TokenSource::Cache)
            && self.outcome == Outcome::Ok
    }

    /// Returns whether the identity provider or a broker issued a token for this acquisition.
    #[inline]
    pub(crate) fn has_new_token(&self) -> bool {
        self.is_ok()
            && !self.is_stale()
            && matches!(
                self.token_source(),
                Some(TokenSource::IdentityProvider | TokenSource::Broker)
            )
    }
}

//! The facts of the credential, and of what made the SDK use it.

use super::AcquisitionRecord;
use crate::cache::{RefreshTrigger, TokenSource};
use crate::credential::{ClientAuthentication, Credential, GrantType, ManagedIdentitySource};
use crate::error::ErrorInfo;

impl AcquisitionRecord {
    /// Returns the credential that was used, or else the one in the error.
    ///
    /// If there is neither, returns the [default](crate::TelemetryBuilder::default_credential) of the
    /// client, unless a cache had the token.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(credential) = record.credential() {
    ///         println!("used {}", credential.kind().name());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn credential(&self) -> Option<Credential> {
        let recorded = self.cold().and_then(|cold| cold.credential);
        recorded
            .or_else(|| self.error().and_then(ErrorInfo::credential))
            .or_else(|| self.default_credential())
    }

    fn default_credential(&self) -> Option<Credential> {
        let default = self.cold()?.default_credential?;
        // The headers of a request may have needed it before a cache had the token after all.
        (self.token_source() != Some(TokenSource::Cache)).then_some(default)
    }

    /// Returns the service that issued the token of a managed identity.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(source) = record.managed_identity_source() {
    ///         println!("managed identity of {source}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn managed_identity_source(&self) -> Option<ManagedIdentitySource> {
        self.credential()?.kind().managed_identity_source()
    }

    /// Returns the grant type of the token request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(grant_type) = record.grant_type() {
    ///         println!("grant {grant_type}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn grant_type(&self) -> Option<GrantType> {
        self.credential()?.grant_type()
    }

    /// Returns how the client authenticated at the token endpoint.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(method) = record.client_authentication() {
    ///         println!("authenticated by {method}");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn client_authentication(&self) -> Option<ClientAuthentication> {
        self.credential()?.client_authentication()
    }

    /// Returns what made the SDK refresh the token.
    ///
    /// Returns what the SDK recorded, or else
    /// [the rejected token](crate::Telemetry::record_rejected_token) that the acquisition replaces.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::AcquisitionRecord;
    ///
    /// fn log(record: &AcquisitionRecord) {
    ///     if let Some(trigger) = record.trigger() {
    ///         println!("refreshed because of {}", trigger.name());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn trigger(&self) -> Option<RefreshTrigger> {
        let cold = self.cold()?;
        cold.trigger.or(cold.linked_trigger)
    }

    /// Records that the acquisition replaces a token which a resource rejected.
    pub(crate) fn link_trigger(&mut self, trigger: RefreshTrigger) {
        self.state.cold_mut().linked_trigger = Some(trigger);
    }

    /// Returns whether an identity provider or a broker was asked.
    pub(crate) fn has_asked(&self) -> bool {
        let is_new = matches!(
            self.token_source(),
            Some(TokenSource::IdentityProvider | TokenSource::Broker)
        );
        is_new || self.http().is_some_and(|http| http.attempts > 0)
    }
}

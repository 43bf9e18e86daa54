//! Facts that hold for every acquisition of a client.

use std::borrow::Cow;

use super::TelemetryBuilder;
use crate::credential::Credential;

/// Set once per client instead of once per acquisition.
///
/// An acquisition that records the same fact overrides it. Headers, records and metrics show no
/// difference between the two.
impl TelemetryBuilder {
    /// Sets the SDK that calls this one.
    ///
    /// [`record_caller_sdk`](crate::Acquisition::record_caller_sdk) overrides it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().caller_sdk("fabrikam", "3.1.0").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn caller_sdk(
        mut self,
        id: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.defaults.set_caller_sdk(id.into(), version.into());
        self
    }

    /// Sets the library that wraps this SDK.
    ///
    /// [`record_wrapper`](crate::Acquisition::record_wrapper) overrides it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().wrapper("@azure/msal-react", "2.0.0").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn wrapper(
        mut self,
        sku: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.defaults.set_wrapper(sku.into(), version.into());
        self
    }

    /// Sets whether the cache is written to a store outside the process.
    ///
    /// [`record_cache_serialized`](crate::Acquisition::record_cache_serialized) overrides it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().cache_serialized(true).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn cache_serialized(mut self, serialized: bool) -> Self {
        self.defaults.cache_serialized = Some(serialized);
        self
    }

    /// Sets whether the cache also serves the older ADAL format.
    ///
    /// [`record_legacy_cache`](crate::Acquisition::record_legacy_cache) overrides it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().legacy_cache(false).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn legacy_cache(mut self, enabled: bool) -> Self {
        self.defaults.legacy_cache = Some(enabled);
        self
    }

    /// Sets the credential of acquisitions that record none.
    ///
    /// [`record_credential`](crate::Acquisition::record_credential) and a
    /// [credential in the error](crate::ErrorInfo::with_credential) override it. An acquisition whose
    /// token came from a cache has no credential.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::credential::CredentialKind;
    ///
    /// let telemetry = Telemetry::builder()
    ///     .default_credential(CredentialKind::WorkloadIdentity)
    ///     .build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn default_credential(mut self, credential: impl Into<Credential>) -> Self {
        self.defaults.credential = Some(credential.into());
        self
    }
}

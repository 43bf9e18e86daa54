//! The options of a wrapped credential.

use std::fmt;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use token_telemetry::Telemetry;
use token_telemetry::api::{Api, MsalNet};
use token_telemetry::credential::{Credential, CredentialKind};

use crate::credential::TelemetryCredential;

/// Options of a [`TelemetryCredential`]; see [`TelemetryCredential::builder`].
///
/// # Examples
///
/// A chain of two credentials. The record of a token has the kind of the member that returned it, and
/// the failures of the members before it.
///
/// ```
/// use std::sync::Arc;
/// use azure_core::credentials::TokenCredential;
/// use token_telemetry::credential::CredentialKind;
/// use token_telemetry_azure::TelemetryCredential;
///
/// # type Credential = Arc<dyn TokenCredential>;
/// fn wrap(cli: Credential, azd: Credential, chain: fn([Credential; 2]) -> Credential) -> Credential {
///     let member = |inner, kind| TelemetryCredential::builder(inner).credential(kind).in_chain().build();
///     let cli = member(cli, CredentialKind::AzureCli);
///     let azd = member(azd, CredentialKind::AzureDeveloperCli);
///     TelemetryCredential::builder(chain([cli, azd])).build()
/// }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct TelemetryCredentialBuilder {
    inner: Arc<dyn TokenCredential>,
    telemetry: Option<Telemetry>,
    api: Option<Api>,
    credential: Option<Credential>,
    in_chain: bool,
}

impl TelemetryCredentialBuilder {
    pub(crate) const fn new(inner: Arc<dyn TokenCredential>) -> Self {
        Self {
            inner,
            telemetry: None,
            api: None,
            credential: None,
            in_chain: false,
        }
    }

    /// Reports to this instance instead of [`Telemetry::global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use azure_core::credentials::TokenCredential;
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_azure::TelemetryCredential;
    ///
    /// fn wrap(inner: Arc<dyn TokenCredential>, telemetry: Telemetry) -> Arc<TelemetryCredential> {
    ///     TelemetryCredential::builder(inner).telemetry(telemetry).build()
    /// }
    /// ```
    pub fn telemetry(mut self, telemetry: Telemetry) -> Self {
        self.telemetry = Some(telemetry);
        self
    }

    /// Sets the API id of the calls, instead of the MSAL.NET id for the kind of the credential.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use azure_core::credentials::TokenCredential;
    /// use token_telemetry::api::MsalNet;
    /// use token_telemetry_azure::TelemetryCredential;
    ///
    /// fn wrap(user_assigned: Arc<dyn TokenCredential>) -> Arc<TelemetryCredential> {
    ///     TelemetryCredential::builder(user_assigned)
    ///         .api(MsalNet::AcquireTokenForUserAssignedManagedIdentity)
    ///         .build()
    /// }
    /// ```
    pub fn api(mut self, api: impl Into<Api>) -> Self {
        self.api = Some(api.into());
        self
    }

    /// Sets the kind of the credential, which records show unless the token was in the cache.
    ///
    /// Without a kind, the credential is taken for a chain of wrapped members, which record their own.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use azure_core::credentials::TokenCredential;
    /// use token_telemetry::credential::{Credential, CredentialKind, GrantType};
    /// use token_telemetry_azure::TelemetryCredential;
    ///
    /// fn wrap(inner: Arc<dyn TokenCredential>) -> Arc<TelemetryCredential> {
    ///     let credential = Credential::new(CredentialKind::WorkloadIdentity)
    ///         .with_grant_type(GrantType::ClientCredentials);
    ///     TelemetryCredential::builder(inner).credential(credential).build()
    /// }
    /// ```
    pub fn credential(mut self, credential: impl Into<Credential>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Makes the credential a member of a chain that tries the next member after an error.
    ///
    /// The enclosing acquisition then records each error of the member as a suppressed one.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use azure_core::credentials::TokenCredential;
    /// use token_telemetry_azure::TelemetryCredential;
    ///
    /// fn member(inner: Arc<dyn TokenCredential>) -> Arc<TelemetryCredential> {
    ///     TelemetryCredential::builder(inner).in_chain().build()
    /// }
    /// ```
    pub const fn in_chain(mut self) -> Self {
        self.in_chain = true;
        self
    }

    /// Wraps the credential.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use azure_core::credentials::TokenCredential;
    /// use token_telemetry_azure::TelemetryCredential;
    ///
    /// fn wrap(inner: Arc<dyn TokenCredential>) -> Arc<dyn TokenCredential> {
    ///     TelemetryCredential::builder(inner).build()
    /// }
    /// ```
    #[must_use]
    pub fn build(self) -> Arc<TelemetryCredential> {
        let Self {
            inner,
            telemetry,
            api,
            credential,
            in_chain,
        } = self;
        let kind = credential.as_ref().map(Credential::kind);
        let telemetry = telemetry.unwrap_or_else(Telemetry::global);
        let api = api.unwrap_or_else(|| api_of(kind).into());
        TelemetryCredential::assemble(inner, telemetry, api, credential, in_chain)
    }
}

/// Returns the function of MSAL.NET that acquires a token with this kind of credential.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others belong to an application that acts for itself"
)]
const fn api_of(kind: Option<CredentialKind>) -> MsalNet {
    let Some(kind) = kind else {
        return MsalNet::AcquireTokenForClient;
    };
    match kind {
        CredentialKind::ManagedIdentity(_) => MsalNet::AcquireTokenForSystemAssignedManagedIdentity,
        CredentialKind::DeviceCode => MsalNet::AcquireTokenByDeviceCode,
        CredentialKind::AuthorizationCode => MsalNet::AcquireTokenByAuthorizationCode,
        CredentialKind::OnBehalfOf => MsalNet::AcquireTokenOnBehalfOf,
        CredentialKind::UsernamePassword => MsalNet::AcquireTokenByUsernamePassword,
        // A user has signed in there before.
        CredentialKind::Broker
        | CredentialKind::AzureCli
        | CredentialKind::AzureDeveloperCli
        | CredentialKind::AzurePowerShell
        | CredentialKind::VisualStudio
        | CredentialKind::VisualStudioCode => MsalNet::AcquireTokenSilent,
        _ => MsalNet::AcquireTokenForClient,
    }
}

impl fmt::Debug for TelemetryCredentialBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryCredentialBuilder")
            .field("api", &self.api)
            .field("credential", &self.credential)
            .field("in_chain", &self.in_chain)
            .finish_non_exhaustive()
    }
}

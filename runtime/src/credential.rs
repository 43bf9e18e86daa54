//! Credentials: what proves the identity of the caller of a token endpoint; never a secret.

use crate::wire::named_enum;

named_enum! {
    /// The service that issues tokens to a managed identity; MSAL.NET's names.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::ManagedIdentitySource;
    ///
    /// assert_eq!(ManagedIdentitySource::Imds.name(), "Imds");
    /// ```
    pub enum ManagedIdentitySource {
        /// Azure App Service and Azure Functions.
        AppService = "AppService",
        /// Azure Cloud Shell.
        CloudShell = "CloudShell",
        /// A server that Azure Arc manages.
        AzureArc = "AzureArc",
        /// The instance metadata service of a virtual machine.
        Imds = "Imds",
        /// The second version of the instance metadata service.
        ImdsV2 = "ImdsV2",
        /// Azure Service Fabric.
        ServiceFabric = "ServiceFabric",
        /// Azure Machine Learning.
        MachineLearning = "MachineLearning",
    }
}

named_enum! {
    /// The OAuth `grant_type` of a token request.
    ///
    /// The names are the values on the wire: of RFC 6749, and of the extensions that register a URN.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::GrantType;
    ///
    /// assert_eq!(GrantType::RefreshToken.name(), "refresh_token");
    /// ```
    pub enum GrantType {
        /// An authorization code (RFC 6749, 4.1.3).
        AuthorizationCode = "authorization_code",
        /// The credentials of the client (RFC 6749, 4.4.2).
        ClientCredentials = "client_credentials",
        /// A refresh token (RFC 6749, 6).
        RefreshToken = "refresh_token",
        /// The name and the password of a user (RFC 6749, 4.3.2).
        Password = "password",
        /// A device code (RFC 8628, 3.4).
        DeviceCode = "urn:ietf:params:oauth:grant-type:device_code",
        /// A JWT assertion (RFC 7523, 2.1); Entra's on-behalf-of flow uses it.
        JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        /// A SAML assertion (RFC 7522, 2.1).
        Saml2Bearer = "urn:ietf:params:oauth:grant-type:saml2-bearer",
        /// A token exchange (RFC 8693, 2.1).
        TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange",
    }
}

impl GrantType {
    /// Returns the grant type with this value on the wire, if it is known.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::GrantType;
    ///
    /// assert_eq!(GrantType::from_wire("password"), Some(GrantType::Password));
    /// assert_eq!(GrantType::from_wire("something else"), None);
    /// ```
    #[must_use]
    pub fn from_wire(grant_type: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|known| known.name() == grant_type)
    }
}

named_enum! {
    /// How a client authenticates at the token endpoint.
    ///
    /// The names are those of IANA's registry *OAuth Token Endpoint Authentication Methods*.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::ClientAuthentication;
    ///
    /// assert_eq!(ClientAuthentication::PrivateKeyJwt.name(), "private_key_jwt");
    /// ```
    pub enum ClientAuthentication {
        /// A public client does not authenticate.
        None = "none",
        /// A secret in the `Authorization` header.
        ClientSecretBasic = "client_secret_basic",
        /// A secret in the body.
        ClientSecretPost = "client_secret_post",
        /// An assertion that is signed with a secret.
        ClientSecretJwt = "client_secret_jwt",
        /// An assertion that is signed with a private key.
        PrivateKeyJwt = "private_key_jwt",
        /// A client certificate from a certificate authority.
        TlsClientAuth = "tls_client_auth",
        /// A client certificate that the client has signed itself.
        SelfSignedTlsClientAuth = "self_signed_tls_client_auth",
    }
}

/// What a credential is, independent of the grant for which it is used.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
///
/// let kind = CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds);
/// assert_eq!(kind.name(), "managed_identity");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(variant_size_differences, reason = "a custom kind has a name")]
pub enum CredentialKind {
    /// A secret of the application.
    ClientSecret,
    /// A certificate of the application.
    ClientCertificate,
    /// An assertion that another identity provider has issued.
    FederatedAssertion,
    /// An identity that the platform manages, and the service that issues its tokens.
    ManagedIdentity(ManagedIdentitySource),
    /// The identity of a workload in Kubernetes.
    WorkloadIdentity,
    /// A device code that a user enters on another device.
    DeviceCode,
    /// An authorization code that a user's sign-in returns.
    AuthorizationCode,
    /// The token of a user, exchanged on behalf of that user.
    OnBehalfOf,
    /// The name and the password of a user.
    UsernamePassword,
    /// A broker application on the device.
    Broker,
    /// The Azure CLI, `az`.
    AzureCli,
    /// The Azure Developer CLI, `azd`.
    AzureDeveloperCli,
    /// Azure PowerShell.
    AzurePowerShell,
    /// Visual Studio.
    VisualStudio,
    /// Visual Studio Code.
    VisualStudioCode,
    /// What the environment variables name.
    Environment,
    /// Another kind; see [`custom`](Self::custom).
    Custom(CustomCredential),
}

/// The name of a kind of credential that this crate does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CustomCredential(&'static str);

impl CredentialKind {
    /// The longest name of a custom kind, in bytes.
    pub const MAX_CUSTOM_LEN: usize = 32;

    /// Returns a kind that this crate does not know, by a constant name.
    ///
    /// The name consists of ASCII letters, digits, `.`, `_` and `-`. Any other name, and one longer than
    /// [`MAX_CUSTOM_LEN`](Self::MAX_CUSTOM_LEN), becomes `custom`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::CredentialKind;
    ///
    /// assert_eq!(CredentialKind::custom("gcp_service_account").name(), "gcp_service_account");
    /// ```
    #[must_use]
    pub fn custom(name: &'static str) -> Self {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_name = (1..=Self::MAX_CUSTOM_LEN).contains(&name.len());
        let name = if is_name && name.bytes().all(is_allowed) {
            name
        } else {
            "custom"
        };
        Self::Custom(CustomCredential(name))
    }

    /// Returns the name of the kind, as metrics, spans and serialized records show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::ClientCertificate => "client_certificate",
            Self::FederatedAssertion => "federated_assertion",
            Self::ManagedIdentity(_) => "managed_identity",
            Self::WorkloadIdentity => "workload_identity",
            Self::DeviceCode => "device_code",
            Self::AuthorizationCode => "authorization_code",
            Self::OnBehalfOf => "on_behalf_of",
            Self::UsernamePassword => "username_password",
            Self::Broker => "broker",
            Self::AzureCli => "azure_cli",
            Self::AzureDeveloperCli => "azure_developer_cli",
            Self::AzurePowerShell => "azure_powershell",
            Self::VisualStudio => "visual_studio",
            Self::VisualStudioCode => "visual_studio_code",
            Self::Environment => "environment",
            Self::Custom(CustomCredential(name)) => name,
        }
    }

    /// Returns the service that issues the tokens of a managed identity.
    #[must_use]
    pub const fn managed_identity_source(self) -> Option<ManagedIdentitySource> {
        match self {
            Self::ManagedIdentity(source) => Some(source),
            Self::ClientSecret
            | Self::ClientCertificate
            | Self::FederatedAssertion
            | Self::WorkloadIdentity
            | Self::DeviceCode
            | Self::AuthorizationCode
            | Self::OnBehalfOf
            | Self::UsernamePassword
            | Self::Broker
            | Self::AzureCli
            | Self::AzureDeveloperCli
            | Self::AzurePowerShell
            | Self::VisualStudio
            | Self::VisualStudioCode
            | Self::Environment
            | Self::Custom(_) => None,
        }
    }
}

/// The credential that an acquisition used: its kind, the grant, how the client authenticated.
///
/// It holds no secret, no client id and no user. Record it with
/// [`record_credential`](crate::Acquisition::record_credential).
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, Credential, CredentialKind, GrantType};
///
/// let credential = Credential::new(CredentialKind::ClientSecret)
///     .with_grant_type(GrantType::ClientCredentials)
///     .with_client_authentication(ClientAuthentication::ClientSecretPost);
/// assert_eq!(credential.grant_type(), Some(GrantType::ClientCredentials));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credential {
    kind: CredentialKind,
    grant_type: Option<GrantType>,
    client_authentication: Option<ClientAuthentication>,
}

impl Credential {
    /// Creates a credential of this kind.
    #[must_use]
    pub const fn new(kind: CredentialKind) -> Self {
        Self {
            kind,
            grant_type: None,
            client_authentication: None,
        }
    }

    /// Sets the grant type of the token request.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::{Credential, CredentialKind, GrantType};
    ///
    /// let credential = Credential::new(CredentialKind::AuthorizationCode)
    ///     .with_grant_type(GrantType::RefreshToken);
    /// assert_eq!(credential.grant_type(), Some(GrantType::RefreshToken));
    /// ```
    #[must_use]
    pub const fn with_grant_type(mut self, grant_type: GrantType) -> Self {
        self.grant_type = Some(grant_type);
        self
    }

    /// Sets how the client authenticates at the token endpoint.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::credential::{ClientAuthentication, Credential, CredentialKind};
    ///
    /// let credential = Credential::new(CredentialKind::ClientCertificate)
    ///     .with_client_authentication(ClientAuthentication::PrivateKeyJwt);
    /// assert!(credential.client_authentication().is_some());
    /// ```
    #[must_use]
    pub const fn with_client_authentication(mut self, method: ClientAuthentication) -> Self {
        self.client_authentication = Some(method);
        self
    }

    /// Returns the kind of the credential.
    #[must_use]
    pub const fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// Returns the grant type of the token request, if known.
    #[must_use]
    pub const fn grant_type(&self) -> Option<GrantType> {
        self.grant_type
    }

    /// Returns how the client authenticates, if known.
    #[must_use]
    pub const fn client_authentication(&self) -> Option<ClientAuthentication> {
        self.client_authentication
    }
}

impl From<CredentialKind> for Credential {
    fn from(kind: CredentialKind) -> Self {
        Self::new(kind)
    }
}

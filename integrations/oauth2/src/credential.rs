//! The [`Credential`] of each grant, for [`record_credential`](token_telemetry::Acquisition::record_credential).
//!
//! Call it in the annotated function:
//!
//! ```
//! use oauth2::AuthType;
//! use token_telemetry::Acquisition;
//! use token_telemetry_oauth2::credential;
//!
//! Acquisition::current().record_credential(credential::client_secret(&AuthType::BasicAuth));
//! ```

use oauth2::AuthType;
use token_telemetry::credential::{ClientAuthentication, Credential, CredentialKind, GrantType};

/// Returns how a client with a secret sends it.
///
/// A client without a secret uses [`ClientAuthentication::None`].
///
/// # Examples
///
/// ```
/// use oauth2::AuthType;
/// use token_telemetry::credential::ClientAuthentication;
/// use token_telemetry_oauth2::credential::secret_in;
///
/// let authentication = secret_in(&AuthType::RequestBody);
/// assert_eq!(authentication, ClientAuthentication::ClientSecretPost);
/// ```
#[must_use]
pub const fn secret_in(auth_type: &AuthType) -> ClientAuthentication {
    match auth_type {
        AuthType::RequestBody => ClientAuthentication::ClientSecretPost,
        // A later one is closer to the default of `oauth2` than to a secret in the body.
        AuthType::BasicAuth | _ => ClientAuthentication::ClientSecretBasic,
    }
}

/// Returns the credential of `exchange_client_credentials` with a secret.
///
/// # Examples
///
/// ```
/// use oauth2::AuthType;
/// use token_telemetry::credential::CredentialKind;
/// use token_telemetry_oauth2::credential;
///
/// let credential = credential::client_secret(&AuthType::BasicAuth);
/// assert_eq!(credential.kind(), CredentialKind::ClientSecret);
/// ```
#[must_use]
pub const fn client_secret(auth_type: &AuthType) -> Credential {
    Credential::new(CredentialKind::ClientSecret)
        .with_grant_type(GrantType::ClientCredentials)
        .with_client_authentication(secret_in(auth_type))
}

/// Returns the credential of `exchange_client_credentials` with an assertion.
///
/// `kind` says who signed the assertion: [`CredentialKind::ClientCertificate`] if it was the client,
/// [`CredentialKind::FederatedAssertion`] if another identity provider did.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, CredentialKind};
/// use token_telemetry_oauth2::credential;
///
/// let credential = credential::client_assertion(CredentialKind::ClientCertificate);
/// assert_eq!(credential.client_authentication(), Some(ClientAuthentication::PrivateKeyJwt));
/// ```
#[must_use]
pub const fn client_assertion(kind: CredentialKind) -> Credential {
    Credential::new(kind)
        .with_grant_type(GrantType::ClientCredentials)
        .with_client_authentication(ClientAuthentication::PrivateKeyJwt)
}

/// Returns the credential of `exchange_code`.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, GrantType};
/// use token_telemetry_oauth2::credential;
///
/// let credential = credential::authorization_code(ClientAuthentication::None);
/// assert_eq!(credential.grant_type(), Some(GrantType::AuthorizationCode));
/// ```
#[must_use]
pub const fn authorization_code(authentication: ClientAuthentication) -> Credential {
    Credential::new(CredentialKind::AuthorizationCode)
        .with_grant_type(GrantType::AuthorizationCode)
        .with_client_authentication(authentication)
}

/// Returns the credential of `exchange_refresh_token`.
///
/// `kind` is the credential of the flow that returned the refresh token.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, CredentialKind, GrantType};
/// use token_telemetry_oauth2::credential;
///
/// let credential =
///     credential::refresh_token(CredentialKind::DeviceCode, ClientAuthentication::None);
/// assert_eq!(credential.grant_type(), Some(GrantType::RefreshToken));
/// ```
#[must_use]
pub const fn refresh_token(
    kind: CredentialKind,
    authentication: ClientAuthentication,
) -> Credential {
    Credential::new(kind)
        .with_grant_type(GrantType::RefreshToken)
        .with_client_authentication(authentication)
}

/// Returns the credential of `exchange_device_access_token`.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, CredentialKind};
/// use token_telemetry_oauth2::credential;
///
/// let credential = credential::device_code(ClientAuthentication::None);
/// assert_eq!(credential.kind(), CredentialKind::DeviceCode);
/// ```
#[must_use]
pub const fn device_code(authentication: ClientAuthentication) -> Credential {
    Credential::new(CredentialKind::DeviceCode)
        .with_grant_type(GrantType::DeviceCode)
        .with_client_authentication(authentication)
}

/// Returns the credential of `exchange_password`.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, CredentialKind};
/// use token_telemetry_oauth2::credential;
///
/// let credential = credential::password(ClientAuthentication::None);
/// assert_eq!(credential.kind(), CredentialKind::UsernamePassword);
/// ```
#[must_use]
pub const fn password(authentication: ClientAuthentication) -> Credential {
    Credential::new(CredentialKind::UsernamePassword)
        .with_grant_type(GrantType::Password)
        .with_client_authentication(authentication)
}

/// Returns the credential of Entra's on-behalf-of flow.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, GrantType};
/// use token_telemetry_oauth2::credential;
///
/// let credential = credential::on_behalf_of(ClientAuthentication::PrivateKeyJwt);
/// assert_eq!(credential.grant_type(), Some(GrantType::JwtBearer));
/// ```
#[must_use]
pub const fn on_behalf_of(authentication: ClientAuthentication) -> Credential {
    Credential::new(CredentialKind::OnBehalfOf)
        .with_grant_type(GrantType::JwtBearer)
        .with_client_authentication(authentication)
}

/// Returns the credential of a token exchange.
///
/// `kind` says whose token is exchanged: [`CredentialKind::OnBehalfOf`] for that of a user,
/// [`CredentialKind::FederatedAssertion`] for that of a workload.
///
/// # Examples
///
/// ```
/// use token_telemetry::credential::{ClientAuthentication, CredentialKind, GrantType};
/// use token_telemetry_oauth2::credential;
///
/// let credential = credential::token_exchange(
///     CredentialKind::FederatedAssertion,
///     ClientAuthentication::None,
/// );
/// assert_eq!(credential.grant_type(), Some(GrantType::TokenExchange));
/// ```
#[must_use]
pub const fn token_exchange(
    kind: CredentialKind,
    authentication: ClientAuthentication,
) -> Credential {
    Credential::new(kind)
        .with_grant_type(GrantType::TokenExchange)
        .with_client_authentication(authentication)
}

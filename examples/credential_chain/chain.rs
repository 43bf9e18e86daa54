//! A chain of three credentials behind one function.

use serde_json::Value;
use token_telemetry::credential::{Credential, CredentialKind, GrantType, ManagedIdentitySource};
use token_telemetry::error::ErrorKind;
use token_telemetry::{
    Acquisition, CacheRefreshReason, ErrorInfo, Purpose, Telemetry, acquire_token,
};
use token_telemetry_examples::contoso::ContosoApi;
use token_telemetry_examples::token_endpoint::SECRET;

pub(super) const IMDS: CredentialKind =
    CredentialKind::ManagedIdentity(ManagedIdentitySource::Imds);

/// Why a member of the chain has no token.
pub(super) type MemberError = ErrorInfo;

/// A client whose credentials are tried one after the other.
pub(super) struct Chain {
    pub(super) telemetry: Telemetry,
    pub(super) http: reqwest::Client,
    pub(super) imds_url: String,
    pub(super) token_url: String,
}

impl Chain {
    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, error_info = Clone::clone)]
    pub(super) async fn acquire_token(&self) -> Result<String, MemberError> {
        let current = Acquisition::current();
        current.record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        match Self::environment() {
            Ok(token) => return Ok(token),
            Err(error) => current.record_suppressed_error(error),
        }
        match self.managed_identity().await {
            Ok(token) => return Ok(token),
            Err(error) => current.record_suppressed_error(error),
        }
        self.client_secret().await
    }

    /// Reads the environment of this example, which is empty.
    fn environment() -> Result<String, MemberError> {
        let unavailable = ErrorInfo::new("credential_unavailable");
        Err(unavailable.with_credential(CredentialKind::Environment))
    }

    async fn managed_identity(&self) -> Result<String, MemberError> {
        Acquisition::current().record_credential(IMDS);
        let request = Acquisition::current()
            .token_request(&self.imds_url)
            .purpose(Purpose::InstanceMetadata)
            .send(|headers| self.http.get(&self.imds_url).headers(headers).send());
        read_token(request.await).await.map_err(|error| {
            let error = error.with_kind(ErrorKind::CredentialUnavailable);
            error.with_credential(IMDS)
        })
    }

    async fn client_secret(&self) -> Result<String, MemberError> {
        let credential = Credential::new(CredentialKind::ClientSecret)
            .with_grant_type(GrantType::ClientCredentials);
        Acquisition::current().record_credential(credential);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_secret", SECRET),
        ];
        let request = Acquisition::current()
            .token_request(&self.token_url)
            .send(|headers| {
                let post = self.http.post(&self.token_url).headers(headers);
                post.form(&form).send()
            });
        read_token(request.await).await
    }
}

async fn read_token(
    response: Result<reqwest::Response, reqwest::Error>,
) -> Result<String, MemberError> {
    let Ok(response) = response else {
        // The token request has recorded the transport error.
        return Err(ErrorInfo::unknown());
    };
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap_or_default();
    let text = |key| body.get(key).and_then(Value::as_str);
    match text("access_token") {
        Some(token) => Ok(token.to_owned()),
        None => Err(ErrorInfo::new(text("error").unwrap_or("no_token")).with_status(status)),
    }
}

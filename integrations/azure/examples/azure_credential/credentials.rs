//! The credentials of the example, and the HTTP client that sends their requests to the server.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::Result;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{
    AsyncRawResponse, ClientMethodOptions, ClientOptions, FixedRetryOptions, HttpClient, Request,
    RetryOptions, Transport, Url, new_http_client,
};
use azure_core::time::Duration;
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions,
};
use token_telemetry::credential::{CredentialKind, ManagedIdentitySource};
use token_telemetry_azure::{TelemetryCredential, with_telemetry};

/// Sends each request to the server instead: the credentials insist on an authority with TLS.
#[derive(Debug)]
struct Loopback {
    client: Arc<dyn HttpClient>,
    server: Url,
}

#[async_trait]
impl HttpClient for Loopback {
    async fn execute_request(&self, request: &Request) -> Result<AsyncRawResponse> {
        let mut request = request.clone();
        let mut url = self.server.clone();
        url.set_path(request.url().path());
        url.set_query(request.url().query());
        *request.url_mut() = url;
        self.client.execute_request(&request).await
    }
}

/// An assertion that the server does not check.
#[derive(Debug)]
struct Assertion;

#[async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> Result<String> {
        Ok("assertion".to_owned())
    }
}

/// Makes wrapped credentials.
pub(crate) struct Credentials {
    options: ClientOptions,
}

impl Credentials {
    /// Creates credentials that use the server with this URL.
    pub(crate) fn new(endpoint: &str) -> Result<Self> {
        let client = Loopback {
            client: new_http_client(None),
            server: endpoint.parse()?,
        };
        let options = ClientOptions {
            transport: Some(Transport::new(Arc::new(client))),
            retry: RetryOptions::fixed(FixedRetryOptions {
                delay: Duration::milliseconds(1),
                ..FixedRetryOptions::default()
            }),
            ..ClientOptions::default()
        };
        let options = with_telemetry(options);
        Ok(Self { options })
    }

    pub(crate) fn client_secret(&self, tenant: &str) -> Result<Arc<dyn TokenCredential>> {
        let options = ClientSecretCredentialOptions {
            client_options: self.options.clone(),
        };
        let secret = Secret::new("secret");
        let credential =
            ClientSecretCredential::new(tenant, "client".to_owned(), secret, Some(options))?;
        let kind = CredentialKind::ClientSecret;
        Ok(TelemetryCredential::new(credential, kind))
    }

    pub(crate) fn client_assertion(&self, tenant: &str) -> Result<Arc<dyn TokenCredential>> {
        let options = ClientAssertionCredentialOptions {
            client_options: self.options.clone(),
        };
        let (tenant, client) = (tenant.to_owned(), "client".to_owned());
        let credential = ClientAssertionCredential::new(tenant, client, Assertion, Some(options))?;
        let kind = CredentialKind::FederatedAssertion;
        Ok(TelemetryCredential::new(credential, kind))
    }

    pub(crate) fn managed_identity(&self) -> Result<Arc<dyn TokenCredential>> {
        let options = ManagedIdentityCredentialOptions {
            client_options: self.options.clone(),
            ..ManagedIdentityCredentialOptions::default()
        };
        let credential = ManagedIdentityCredential::new(Some(options))?;
        let kind = CredentialKind::ManagedIdentity(ManagedIdentitySource::AppService);
        Ok(TelemetryCredential::new(credential, kind))
    }
}

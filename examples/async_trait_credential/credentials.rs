//! A trait for credentials, two credentials, and a chain of them.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use token_telemetry::credential::CredentialKind;
use token_telemetry::middleware::SendTokenRequest as _;
use token_telemetry::{
    Acquisition, CacheRefreshReason, ErrorInfo, Telemetry, TokenInfo, TokenType, acquire_token,
};
use token_telemetry_examples::Failure;
use token_telemetry_examples::contoso::ContosoApi;

pub(crate) struct Token {
    pub(crate) secret: String,
    expires_in: Duration,
}

/// The trait of an SDK; its error type, a box, belongs to the standard library.
#[async_trait]
pub(crate) trait TokenCredential: Send + Sync {
    async fn token(&self, scope: &str) -> Result<Token, Failure>;

    fn kind(&self) -> CredentialKind;
}

fn token_info(token: &Token) -> TokenInfo {
    TokenInfo::new()
        .with_token_type(TokenType::Bearer)
        .with_expires_in(token.expires_in)
}

/// Finds the errors that the box may contain, at any depth.
fn describe(error: &Failure) -> ErrorInfo {
    ErrorInfo::from_sources(&**error, |cause| {
        if let Some(rejected) = cause.downcast_ref::<Rejected>() {
            return Some(ErrorInfo::new(&rejected.code).with_status(rejected.status));
        }
        let missing = cause.downcast_ref::<std::io::Error>()?;
        let unavailable = ErrorInfo::new("credential_unavailable");
        (missing.kind() == std::io::ErrorKind::NotFound).then_some(unavailable)
    })
}

/// The token endpoint rejected the request.
#[derive(Debug)]
struct Rejected {
    status: u16,
    code: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token endpoint rejected the request: {}", self.code)
    }
}

impl Error for Rejected {}

/// A credential that reads its token from a file, which exists only in Kubernetes.
pub(crate) struct WorkloadIdentity {
    pub(crate) path: PathBuf,
}

#[async_trait]
impl TokenCredential for WorkloadIdentity {
    async fn token(&self, _: &str) -> Result<Token, Failure> {
        Acquisition::current().record_credential(self.kind());
        let secret = tokio::fs::read_to_string(&self.path).await?;
        Ok(Token {
            secret,
            expires_in: Duration::from_secs(3600),
        })
    }

    fn kind(&self) -> CredentialKind {
        CredentialKind::WorkloadIdentity
    }
}

/// A credential with its own attribute: alone it has a record, in the chain it is part of that one.
pub(crate) struct ClientSecret {
    pub(crate) telemetry: Telemetry,
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) form: &'static str,
}

#[async_trait]
impl TokenCredential for ClientSecret {
    #[acquire_token(
        api = ContosoApi::AcquireTokenForClient,
        telemetry = self.telemetry,
        error_info = describe,
        token_info = token_info,
    )]
    async fn token(&self, scope: &str) -> Result<Token, Failure> {
        let current = Acquisition::current();
        current.record_credential(self.kind());
        current.record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        let request = self.http.post(&self.url);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = format!("{}&scope={scope}", self.form);
        let response = request.body(body).send_token_request().await?;
        let status = response.status().as_u16();
        let body: Value = response.json().await?;
        let text = |key| body.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(secret) = text("access_token") else {
            let code = text("error").unwrap_or_default();
            return Err(Rejected { status, code }.into());
        };
        let seconds = body.get("expires_in").and_then(Value::as_u64);
        Ok(Token {
            secret,
            expires_in: Duration::from_secs(seconds.unwrap_or_default()),
        })
    }

    fn kind(&self) -> CredentialKind {
        CredentialKind::ClientSecret
    }
}

/// Tries the first credential, then the second one.
pub(crate) struct Chain {
    pub(crate) telemetry: Telemetry,
    pub(crate) first: Arc<dyn TokenCredential>,
    pub(crate) second: Arc<dyn TokenCredential>,
}

#[async_trait]
impl TokenCredential for Chain {
    #[acquire_token(
        api = ContosoApi::AcquireTokenForClient,
        telemetry = self.telemetry,
        error_info = describe,
        token_info = token_info,
    )]
    async fn token(&self, scope: &str) -> Result<Token, Failure> {
        let error = match self.first.token(scope).await {
            Ok(token) => return Ok(token),
            Err(error) => describe(&error).with_credential(self.first.kind()),
        };
        Acquisition::current().record_suppressed_error(error);
        self.second.token(scope).await
    }

    fn kind(&self) -> CredentialKind {
        CredentialKind::custom("chain")
    }
}

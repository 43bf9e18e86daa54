//! The OAuth part of an MCP client, which keeps its tokens in a file.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Request;
use serde_json::Value;
use token_telemetry::credential::{ClientAuthentication, Credential, CredentialKind, GrantType};
use token_telemetry::entra::Dialect;
use token_telemetry::middleware::{RejectedTokenLayer, RejectedTokenService};
use token_telemetry::otel::Metrics;
use token_telemetry::{
    Acquisition, ApiId, CacheLevel, CacheRefreshReason, DescribeError, ErrorInfo, Telemetry,
    TokenInfo, acquire_token,
};
use token_telemetry_examples::Failure;
use tower::{ServiceBuilder, ServiceExt as _};

use super::server::Server;

/// The refresh token of the sign-in, before this program started.
const SIGN_IN: &str = "mcp-refresh-0";

/// Owner of the API ids, and of the descriptions of errors.
pub(super) struct Mcp;

#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Mcp)]
enum McpApi {
    AccessToken = 1,
    RefreshedToken = 2,
}

/// Why there is no token.
#[derive(Debug)]
pub(super) enum McpError {
    /// The authorization server refused, with this OAuth error code.
    Rejected {
        code: String,
        status: u16,
    },
    Unreachable(reqwest::Error),
    Store(std::io::Error),
}

impl fmt::Display for McpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected { code, .. } => write!(f, "the authorization server refused: {code}"),
            Self::Unreachable(_) => f.write_str("the authorization server is unreachable"),
            Self::Store(_) => f.write_str("the token file cannot be written"),
        }
    }
}

impl std::error::Error for McpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Rejected { .. } => None,
            Self::Unreachable(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}

impl DescribeError<McpError> for Mcp {
    fn describe(error: &McpError) -> ErrorInfo {
        match error {
            McpError::Rejected { code, status } => ErrorInfo::new(code).with_status(*status),
            McpError::Unreachable(_) => ErrorInfo::unknown(),
            McpError::Store(_) => ErrorInfo::new("token_store_failed"),
        }
    }
}

fn token_info(_: &String) -> TokenInfo {
    TokenInfo::new()
        .with_expires_in(Duration::from_secs(3600))
        .with_refresh_token(true)
}

pub(super) struct McpClient {
    telemetry: Telemetry,
    http: reqwest::Client,
    resource: RejectedTokenService<reqwest::Client>,
    url: String,
    store: PathBuf,
}

impl McpClient {
    pub(super) fn new(server: &Server, store: PathBuf) -> Result<Self, Failure> {
        let credential = Credential::new(CredentialKind::AuthorizationCode)
            .with_grant_type(GrantType::RefreshToken)
            .with_client_authentication(ClientAuthentication::None);
        let telemetry = Telemetry::builder()
            .sdk("mcp-client", "0.1.0")
            .dialect(Dialect::default().without_headers())
            .metrics(Metrics::off_msal().semantic_conventions())
            .default_credential(credential)
            .build()?;
        let http = reqwest::Client::new();
        let resource = ServiceBuilder::new()
            .layer(RejectedTokenLayer::new(telemetry.clone()))
            .service(http.clone());
        Ok(Self {
            telemetry,
            http,
            resource,
            url: server.url(),
            store,
        })
    }

    pub(super) const fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// Returns the token in the file, or else a new one.
    #[acquire_token(api = McpApi::AccessToken, telemetry = self.telemetry, token_info = token_info)]
    pub(super) async fn access_token(&self) -> Result<String, McpError> {
        if let Some(token) = self.cached() {
            Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
            return Ok(token);
        }
        Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        self.refresh().await
    }

    /// Returns a token other than the rejected one, which another process may have stored already.
    #[acquire_token(api = McpApi::RefreshedToken, telemetry = self.telemetry, token_info = token_info)]
    pub(super) async fn refreshed_token(&self, rejected: &str) -> Result<String, McpError> {
        if let Some(token) = self.cached().filter(|token| token != rejected) {
            Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
            return Ok(token);
        }
        self.refresh().await
    }

    /// Calls the resource with a token, and returns the status of its response.
    pub(super) async fn call_resource(&self, token: &str) -> Result<u16, Failure> {
        let url = format!("{}/mcp", self.url);
        let request: Request = self.http.get(url).bearer_auth(token).build()?;
        let response = self.resource.clone().oneshot(request).await?;
        Ok(response.status().as_u16())
    }

    /// Looks the access token up in the file.
    fn cached(&self) -> Option<String> {
        let lookup = Acquisition::current().time_cache_lookup(CacheLevel::L2Cache);
        let token = self.stored("access_token");
        if token.is_some() {
            lookup.hit();
        } else {
            lookup.miss();
        }
        token
    }

    fn stored(&self, key: &str) -> Option<String> {
        let text = std::fs::read_to_string(&self.store).ok()?;
        let tokens: Value = serde_json::from_str(&text).ok()?;
        Some(tokens.get(key)?.as_str()?.to_owned())
    }

    async fn refresh(&self) -> Result<String, McpError> {
        let url = format!("{}/token", self.url);
        let refresh_token = self.stored("refresh_token");
        let refresh_token = refresh_token.as_deref().unwrap_or(SIGN_IN);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        let response = Acquisition::current()
            .token_request(&url)
            .send(|headers| self.http.post(&url).headers(headers).form(&form).send())
            .await
            .map_err(McpError::Unreachable)?;
        let status = response.status().as_u16();
        let body: Value = response.json().await.map_err(McpError::Unreachable)?;
        let text = |key| body.get(key).and_then(Value::as_str);
        let Some(token) = text("access_token") else {
            let code = text("error").unwrap_or("no_token").to_owned();
            return Err(McpError::Rejected { code, status });
        };
        std::fs::write(&self.store, body.to_string()).map_err(McpError::Store)?;
        Ok(token.to_owned())
    }
}

//! Annotated functions as an SDK would write them.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use token_telemetry::{
    Acquisition, ApiId, CacheLevel, CacheRefreshReason, DescribeError, ErrorInfo, Status,
    Telemetry, TokenInfo, TokenType, acquire_token,
};

pub const TOKEN_URL: &str = "https://login.example/common/oauth2/v2.0/token";

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
    AcquireTokenSilent = 1007,
}

#[derive(Debug)]
pub struct AuthError;

impl std::fmt::Display for AuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no token")
    }
}

impl std::error::Error for AuthError {}

impl DescribeError<AuthError> for Contoso {
    fn describe(_: &AuthError) -> ErrorInfo {
        ErrorInfo::new("invalid_client")
    }
}

#[derive(Clone)]
pub struct Token(#[expect(dead_code, reason = "only cloned, never read")] Arc<str>);

pub struct Client {
    pub telemetry: Telemetry,
    pub cached: Option<Token>,
}

fn info(_: &Token) -> TokenInfo {
    TokenInfo::new()
        .with_token_type(TokenType::Bearer)
        .with_expires_in(Duration::from_secs(3_000))
}

impl Client {
    pub fn new(telemetry: Telemetry) -> Self {
        let cached = Some(Token("secret".into()));
        Self { telemetry, cached }
    }

    /// The plain function, which every row includes.
    pub async fn bare_hit(&self) -> Result<Token, AuthError> {
        self.cached.clone().ok_or(AuthError)
    }

    #[acquire_token(api = ContosoApi::AcquireTokenSilent, telemetry = self.telemetry, token_info = info)]
    pub async fn hit(&self) -> Result<Token, AuthError> {
        let token = self.cached.clone().ok_or(AuthError)?;
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        Ok(token)
    }

    pub async fn bare_fetch(&self) -> Result<Token, AuthError> {
        ready(self.cached.clone().ok_or(AuthError)).await
    }

    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, token_info = info)]
    pub async fn fetch(&self) -> Result<Token, AuthError> {
        Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        let Status {
            response: token, ..
        } = Acquisition::current()
            .token_request(TOKEN_URL)
            .send(|_headers| {
                ready(
                    self.cached
                        .clone()
                        .ok_or(AuthError)
                        .map(|t| Status::new(200, t)),
                )
            })
            .await?;
        Ok(token)
    }
}

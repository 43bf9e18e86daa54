//! A small auth SDK with a cache and a retry; each public function has one attribute.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use token_telemetry::{
    Acquisition, ApiId, CacheLevel, CacheRefreshReason, DescribeError, ErrorInfo, Telemetry,
    TokenInfo, TokenType, acquire_token,
};

mod silent;

/// Owner of Contoso's API ids and of its error descriptions.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Contoso;

/// Public functions of the Contoso SDK.
#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Contoso)]
#[non_exhaustive]
pub enum ContosoApi {
    /// Acquires a token for the application itself.
    AcquireTokenForClient = 1004,
    /// Acquires a token for a user who signed in before.
    AcquireTokenSilent = 1007,
}

/// A token and its expiry.
#[derive(Clone)]
pub struct AccessToken {
    secret: String,
    expires_at: Instant,
}

impl AccessToken {
    /// Returns the token itself, for the `Authorization` header.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    fn remaining(&self) -> Duration {
        self.expires_at.saturating_duration_since(now())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").finish_non_exhaustive()
    }
}

/// The error of a failed acquisition.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuthError {
    /// The token endpoint rejected the request.
    Rejected {
        /// Status of the response.
        status: u16,
        /// OAuth error code.
        code: String,
        /// `AADSTS` codes.
        sts_codes: Vec<u32>,
    },
    /// The token endpoint was unreachable.
    Unreachable(reqwest::Error),
    /// The token endpoint sent an invalid response.
    BadResponse(reqwest::Error),
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected { status, code, .. } => write!(
                f,
                "the token endpoint rejected the request with status {status}: {code}"
            ),
            Self::Unreachable(_) => f.write_str("the token endpoint is unreachable"),
            Self::BadResponse(_) => f.write_str("the token endpoint sent an invalid response"),
        }
    }
}

impl std::error::Error for AuthError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Rejected { .. } => None,
            Self::Unreachable(error) | Self::BadResponse(error) => Some(error),
        }
    }
}

impl DescribeError<AuthError> for Contoso {
    fn describe(error: &AuthError) -> ErrorInfo {
        match error {
            AuthError::Rejected {
                status,
                code,
                sts_codes,
            } => ErrorInfo::new(code.clone())
                .with_status(*status)
                .with_sts_codes(sts_codes.iter().copied()),
            // The transport error recorded by the token request is more specific.
            AuthError::Unreachable(_) => ErrorInfo::unknown(),
            AuthError::BadResponse(_) => ErrorInfo::new("bad_token_response"),
        }
    }
}

fn token_info(token: &AccessToken) -> TokenInfo {
    TokenInfo::new()
        .with_token_type(TokenType::Bearer)
        .with_expires_in(token.remaining())
}

/// A client of the Contoso SDK.
#[derive(Debug)]
pub struct ContosoClient {
    telemetry: Telemetry,
    http: reqwest::Client,
    token_url: String,
    secret: Mutex<String>,
    cache: TokenCache,
    shared: TokenCache,
}

/// Tokens by scope.
type TokenCache = Mutex<HashMap<String, AccessToken>>;

impl ContosoClient {
    /// Creates a client of the token endpoint at `token_url`.
    #[must_use]
    pub fn new(telemetry: Telemetry, token_url: String, secret: &str) -> Self {
        Self {
            telemetry,
            http: reqwest::Client::new(),
            token_url,
            secret: Mutex::new(secret.to_owned()),
            cache: Mutex::default(),
            shared: Mutex::default(),
        }
    }

    /// Acquires a token for the application itself, from the cache if possible.
    ///
    /// # Errors
    ///
    /// Fails if the token endpoint rejects the request, is unreachable or sends an invalid response.
    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, token_info = token_info)]
    pub async fn acquire_token_for_client(&self, scope: &str) -> Result<AccessToken, AuthError> {
        match self.cached(scope) {
            Ok(token) => {
                Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
                Ok(token)
            }
            Err(reason) => self.refresh(scope, reason).await,
        }
    }

    /// Acquires a new token for the application itself, whatever the cache holds.
    ///
    /// # Errors
    ///
    /// Fails if the token endpoint rejects the request, is unreachable or sends an invalid response.
    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, token_info = token_info)]
    pub async fn force_token_for_client(&self, scope: &str) -> Result<AccessToken, AuthError> {
        self.refresh(scope, CacheRefreshReason::ForceRefreshOrClaims)
            .await
    }

    /// Acquires a new token in the background while the cached one is still valid.
    ///
    /// # Errors
    ///
    /// Fails if the token endpoint rejects the request, is unreachable or sends an invalid response.
    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, token_info = token_info, background)]
    pub async fn refresh_ahead(&self, scope: &str) -> Result<AccessToken, AuthError> {
        self.refresh(scope, CacheRefreshReason::ProactivelyRefreshed)
            .await
    }

    /// Changes the client secret.
    pub fn set_secret(&self, secret: &str) {
        secret.clone_into(&mut lock(&self.secret));
    }

    /// Expires all cached tokens.
    pub fn expire_cached_tokens(&self) {
        let now = now();
        for token in lock(&self.cache).values_mut() {
            token.expires_at = now;
        }
    }

    /// Brings the expiry of all cached tokens closer by `time`.
    pub fn pass_time(&self, time: Duration) {
        let now = now();
        for token in lock(&self.cache).values_mut() {
            token.expires_at = token.expires_at.checked_sub(time).unwrap_or(now);
        }
    }

    fn cached(&self, scope: &str) -> Result<AccessToken, CacheRefreshReason> {
        let cache = lock(&self.cache);
        let token = cache
            .get(scope)
            .ok_or(CacheRefreshReason::NoCachedAccessToken)?;
        if token.remaining().is_zero() {
            return Err(CacheRefreshReason::Expired);
        }
        Ok(token.clone())
    }

    async fn refresh(
        &self,
        scope: &str,
        reason: CacheRefreshReason,
    ) -> Result<AccessToken, AuthError> {
        Acquisition::current().record_refresh_reason(reason);
        let response = match self.post(scope).await? {
            response if response.status().is_server_error() => self.post(scope).await?,
            response => response,
        };
        let token = read_token(response).await?;
        lock(&self.cache).insert(scope.to_owned(), token.clone());
        Ok(token)
    }

    /// Sends one attempt, without knowing which public function was called.
    async fn post(&self, scope: &str) -> Result<reqwest::Response, AuthError> {
        let secret = lock(&self.secret).clone();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "contoso-sample"),
            ("client_secret", secret.as_str()),
            ("scope", scope),
        ];
        Acquisition::current()
            .token_request(&self.token_url)
            .send(|headers| {
                self.http
                    .post(&self.token_url)
                    .headers(headers)
                    .form(&form)
                    .send()
            })
            .await
            .map_err(AuthError::Unreachable)
    }
}

async fn read_token(response: reqwest::Response) -> Result<AccessToken, AuthError> {
    let status = response.status();
    let body: Value = response.json().await.map_err(AuthError::BadResponse)?;
    let text = |key: &str| {
        body.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    if !status.is_success() {
        let codes = body
            .get("error_codes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let sts_codes = codes
            .filter_map(|code| u32::try_from(code.as_u64()?).ok())
            .collect();
        return Err(AuthError::Rejected {
            status: status.as_u16(),
            code: text("error"),
            sts_codes,
        });
    }
    let seconds = body.get("expires_in").and_then(Value::as_u64).unwrap_or(0);
    let expires_at = now() + Duration::from_secs(seconds);
    Ok(AccessToken {
        secret: text("access_token"),
        expires_at,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the SDK's own clock, for token expiry"
)]
fn now() -> Instant {
    Instant::now()
}

//! A small auth SDK: a cache, a retry, a token endpoint, and one attribute per public function.

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

/// A token, and for how long it is good.
#[derive(Clone)]
pub struct AccessToken {
    secret: String,
    expires_at: Instant,
}

impl AccessToken {
    /// The token itself, for the `Authorization` header.
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

/// Why no token could be acquired.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuthError {
    /// The token endpoint refused.
    Refused {
        /// Status of the answer.
        status: u16,
        /// OAuth error code.
        code: String,
        /// `AADSTS` numbers.
        sts_codes: Vec<u32>,
    },
    /// The token endpoint could not be reached.
    Unreachable(reqwest::Error),
    /// The answer of the token endpoint made no sense.
    BadAnswer(reqwest::Error),
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, code, .. } => write!(f, "refused with {status}: {code}"),
            Self::Unreachable(_) => f.write_str("the token endpoint cannot be reached"),
            Self::BadAnswer(_) => f.write_str("the token endpoint's answer makes no sense"),
        }
    }
}

impl std::error::Error for AuthError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused { .. } => None,
            Self::Unreachable(error) | Self::BadAnswer(error) => Some(error),
        }
    }
}

impl DescribeError<AuthError> for Contoso {
    fn describe(error: &AuthError) -> ErrorInfo {
        match error {
            AuthError::Refused {
                status,
                code,
                sts_codes,
            } => ErrorInfo::new(code.clone())
                .with_status(*status)
                .with_sts_codes(sts_codes.iter().copied()),
            // The HTTP facts of the acquisition say more about it.
            AuthError::Unreachable(_) => ErrorInfo::unknown(),
            AuthError::BadAnswer(_) => ErrorInfo::new("bad_token_response"),
        }
    }
}

fn token_info(token: &AccessToken) -> TokenInfo {
    TokenInfo::new()
        .with_token_type(TokenType::Bearer)
        .with_expires_in(token.remaining())
}

/// Client of the Contoso SDK.
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
    /// A client of the token endpoint at `token_url`.
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

    /// Acquires a token for the application itself, from the cache if it can.
    ///
    /// # Errors
    ///
    /// When the token endpoint refuses, cannot be reached, or answers nonsense.
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
    /// When the token endpoint refuses, cannot be reached, or answers nonsense.
    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, token_info = token_info)]
    pub async fn force_token_for_client(&self, scope: &str) -> Result<AccessToken, AuthError> {
        self.refresh(scope, CacheRefreshReason::ForceRefreshOrClaims)
            .await
    }

    /// Acquires a new token while the cached one is still good; no caller waits for it.
    ///
    /// # Errors
    ///
    /// When the token endpoint refuses, cannot be reached, or answers nonsense.
    #[acquire_token(api = ContosoApi::AcquireTokenForClient, telemetry = self.telemetry, token_info = token_info, background)]
    pub async fn refresh_ahead(&self, scope: &str) -> Result<AccessToken, AuthError> {
        self.refresh(scope, CacheRefreshReason::ProactivelyRefreshed)
            .await
    }

    /// Changes the client secret.
    pub fn set_secret(&self, secret: &str) {
        secret.clone_into(&mut lock(&self.secret));
    }

    /// Lets every cached token expire.
    pub fn expire_cached_tokens(&self) {
        let now = now();
        for token in lock(&self.cache).values_mut() {
            token.expires_at = now;
        }
    }

    /// Lets time pass for every cached token.
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
        let answer = match self.post(scope).await? {
            answer if answer.status().is_server_error() => self.post(scope).await?,
            answer => answer,
        };
        let token = read_answer(answer).await?;
        lock(&self.cache).insert(scope.to_owned(), token.clone());
        Ok(token)
    }

    /// One HTTP try; it knows nothing of the function that was called.
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

async fn read_answer(answer: reqwest::Response) -> Result<AccessToken, AuthError> {
    let status = answer.status();
    let body: Value = answer.json().await.map_err(AuthError::BadAnswer)?;
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
        return Err(AuthError::Refused {
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
    reason = "the SDK's own clock, for the life of its tokens"
)]
fn now() -> Instant {
    Instant::now()
}

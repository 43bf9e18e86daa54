//! Tokens of a signed-in user, kept across restarts in a cache outside the process.

use std::time::Duration;

use token_telemetry::{Acquisition, CacheLevel, CacheRefreshReason, acquire_token};

use super::{AccessToken, AuthError, ContosoApi, ContosoClient, lock, token_info};

/// Latency of the cache outside the process.
const LATENCY: Duration = Duration::from_millis(2);

impl ContosoClient {
    /// Returns the `Authorization` header for a signed-in user, from a cache if possible.
    ///
    /// # Errors
    ///
    /// Fails if the token endpoint rejects the request, is unreachable or sends an invalid response.
    pub async fn authorize_silently(&self, scope: &str) -> Result<String, AuthError> {
        self.acquire_token_silent(scope)
            .await
            .map(|(_, header)| header)
    }

    #[acquire_token(api = ContosoApi::AcquireTokenSilent, telemetry = self.telemetry, token_info = silent_token_info)]
    async fn acquire_token_silent(&self, scope: &str) -> Result<(AccessToken, String), AuthError> {
        let token = self.token_of_user(&format!("user {scope}")).await?;
        let header = {
            let _timer = Acquisition::current().time_in_extension();
            format!("Bearer {}", token.secret())
        };
        Ok((token, header))
    }

    async fn token_of_user(&self, key: &str) -> Result<AccessToken, AuthError> {
        if let Ok(token) = self.cached(key) {
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            return Ok(token);
        }
        if let Some(token) = self.shared(key).await {
            Acquisition::current().record_cache_hit(CacheLevel::L2Cache);
            lock(&self.cache).insert(key.to_owned(), token.clone());
            return Ok(token);
        }
        let token = self
            .refresh(key, CacheRefreshReason::NoCachedAccessToken)
            .await?;
        lock(&self.shared).insert(key.to_owned(), token.clone());
        Ok(token)
    }

    /// Looks up a token in the cache outside the process.
    async fn shared(&self, key: &str) -> Option<AccessToken> {
        let _timer = Acquisition::current().time_in_cache();
        tokio::time::sleep(LATENCY).await;
        lock(&self.shared).get(key).cloned()
    }

    /// Clears the in-memory cache, as a restart does.
    pub fn restart(&self) {
        lock(&self.cache).clear();
    }

    /// Clears both caches.
    pub fn forget(&self) {
        self.restart();
        lock(&self.shared).clear();
    }
}

fn silent_token_info((token, _): &(AccessToken, String)) -> token_telemetry::TokenInfo {
    token_info(token)
}

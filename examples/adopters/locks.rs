//! A cache behind two locks: of three concurrent callers, one refreshes.

use std::time::Duration;

use token_telemetry::{Acquisition, CacheLevel, CacheRefreshReason, Telemetry, acquire_token};
use tokio::sync::{Mutex, RwLock};

use crate::sdk::{Pattern, Recorded, SdkApi, SdkError, TOKEN_URL};

struct Client {
    telemetry: Telemetry,
    token: RwLock<Option<u32>>,
    refreshing: Mutex<()>,
}

impl Client {
    #[acquire_token(api = SdkApi::GetToken, telemetry = self.telemetry)]
    async fn get_token(&self) -> Result<u32, SdkError> {
        let current = Acquisition::current();
        if let Some(token) = *current.waiting(self.token.read()).await {
            current.record_cache_hit(CacheLevel::L1Cache);
            return Ok(token);
        }
        let _refreshing = current.waiting(self.refreshing.lock()).await;
        let mut token = current.waiting(self.token.write()).await;
        if let Some(token) = *token {
            current.record_cache_hit(CacheLevel::L1Cache);
            return Ok(token);
        }
        current.record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        let request = current.token_request(TOKEN_URL);
        tokio::time::sleep(Duration::from_millis(10)).await;
        request.responded(200);
        Ok(*token.insert(7))
    }
}

pub(crate) async fn run() -> Pattern {
    let recorded = Recorded::new();
    let client = Client {
        telemetry: recorded.telemetry.clone(),
        token: RwLock::new(None),
        refreshing: Mutex::new(()),
    };
    let (first, second, third) =
        tokio::join!(client.get_token(), client.get_token(), client.get_token());
    drop((first, second, third, client.get_token().await));
    recorded.pattern(
        "A cache behind two locks",
        &[
            "GetToken ok, IdentityProvider, NoCachedAccessToken, 1 attempts, HTTP 200",
            "GetToken ok, Cache, L1Cache, NotApplicable, waited true",
            "GetToken ok, Cache, L1Cache, NotApplicable, waited true",
            "GetToken ok, Cache, L1Cache, NotApplicable",
            "3 hits, 1 issued, 0 pending, 0 failed, 0 unknown",
        ],
    )
}

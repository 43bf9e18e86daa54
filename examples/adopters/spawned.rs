//! A token close to expiry: the caller gets it, and a spawned task refreshes it.

use std::sync::Arc;

use token_telemetry::{Acquisition, CacheLevel, Telemetry, acquire_token};

use crate::sdk::{Pattern, Recorded, SdkApi, SdkError, TOKEN_URL};

struct Client {
    telemetry: Telemetry,
}

impl Client {
    #[acquire_token(api = SdkApi::GetToken, telemetry = self.telemetry)]
    async fn get_token(self: &Arc<Self>) -> Result<tokio::task::AbortHandle, SdkError> {
        Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
        Ok(tokio::spawn(Arc::clone(self).refresh()).abort_handle())
    }

    /// Always has its own record, because no caller waits for it.
    #[acquire_token(api = SdkApi::GetToken, telemetry = self.telemetry, background)]
    async fn refresh(self: Arc<Self>) -> Result<(), SdkError> {
        Acquisition::current()
            .token_request(TOKEN_URL)
            .responded(200);
        Ok(())
    }
}

pub(crate) async fn run() -> Pattern {
    let recorded = Recorded::new();
    let client = Arc::new(Client {
        telemetry: recorded.telemetry.clone(),
    });
    if let Ok(refresh) = client.get_token().await {
        while !refresh.is_finished() {
            tokio::task::yield_now().await;
        }
    }
    recorded.pattern(
        "A refresh in a spawned task",
        &[
            "GetToken ok, Cache, L1Cache, NotApplicable",
            "GetToken ok, IdentityProvider, ProactivelyRefreshed, background, 1 attempts, HTTP 200",
            "1 hits, 1 issued, 0 pending, 0 failed, 0 unknown",
        ],
    )
}

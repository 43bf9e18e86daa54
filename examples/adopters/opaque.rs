//! A wrapper around somebody else's credential, which hides its cache.

use std::time::{Duration, SystemTime};

use token_telemetry::acquisition::SeenTokens;
use token_telemetry::{Acquisition, Telemetry, TokenSource, acquire_token};

use crate::sdk::{Recorded, SdkApi, SdkError, Shape};

const WINDOW: Duration = Duration::from_secs(300);

/// The credential of another crate: it returns a token and its expiry, and nothing else.
struct Opaque {
    expires_on: SystemTime,
}

impl Opaque {
    fn get_token(&self) -> impl Future<Output = SystemTime> {
        std::future::ready(self.expires_on)
    }
}

struct Wrapper {
    telemetry: Telemetry,
    inner: Opaque,
    seen: SeenTokens,
}

impl Wrapper {
    #[acquire_token(api = SdkApi::GetToken, telemetry = self.telemetry)]
    async fn get_token(&self, scope: &str) -> Result<SystemTime, SdkError> {
        let lookup = self.seen.lookup(scope, now(), WINDOW);
        let expires_on = self.inner.get_token().await;
        lookup.record_token(expires_on);
        Ok(expires_on)
    }

    /// Knows that this credential never asks anybody itself: what it has comes from a file.
    #[acquire_token(api = SdkApi::GetCachedToken, telemetry = self.telemetry)]
    async fn get_token_of_file(&self) -> Result<SystemTime, SdkError> {
        Acquisition::current().record_default_source(TokenSource::Cache);
        Ok(self.inner.get_token().await)
    }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000)
}

pub(crate) async fn run() -> Shape {
    let observed = Recorded::new();
    let mut wrapper = Wrapper {
        telemetry: observed.telemetry.clone(),
        inner: Opaque {
            expires_on: now() + Duration::from_secs(200),
        },
        seen: SeenTokens::new(),
    };
    drop(wrapper.get_token("scope").await);
    drop(wrapper.get_token("scope").await);
    wrapper.inner.expires_on = now() + Duration::from_secs(3600);
    drop(wrapper.get_token("scope").await);
    drop(wrapper.get_token_of_file().await);
    observed.shape(
        "A wrapper around an opaque credential",
        &[
            "GetToken ok, NoCachedAccessToken",
            "GetToken ok, Cache, Unknown, NotApplicable",
            "GetToken ok, ProactivelyRefreshed",
            "GetCachedToken ok, Cache",
            "2 hits, 0 issued, 0 pending, 0 failed, 2 unknown",
        ],
    )
}

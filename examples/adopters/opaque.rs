//! A wrapper around a third-party credential that hides its cache.

use std::time::{Duration, SystemTime};

use token_telemetry::acquisition::SeenTokens;
use token_telemetry::{Acquisition, Telemetry, TokenSource, acquire_token};

use crate::sdk::{Pattern, Recorded, SdkApi, SdkError};

const WINDOW: Duration = Duration::from_secs(300);

/// A credential of another crate that returns only a token and its expiry.
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

    /// Declares the source, because this credential only ever reads its token from a file.
    #[acquire_token(api = SdkApi::GetCachedToken, telemetry = self.telemetry)]
    async fn get_token_from_file(&self) -> Result<SystemTime, SdkError> {
        Acquisition::current().record_default_source(TokenSource::Cache);
        Ok(self.inner.get_token().await)
    }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000)
}

pub(crate) async fn run() -> Pattern {
    let recorded = Recorded::new();
    let mut wrapper = Wrapper {
        telemetry: recorded.telemetry.clone(),
        inner: Opaque {
            expires_on: now() + Duration::from_secs(200),
        },
        seen: SeenTokens::new(),
    };
    drop(wrapper.get_token("scope").await);
    drop(wrapper.get_token("scope").await);
    wrapper.inner.expires_on = now() + Duration::from_secs(3600);
    drop(wrapper.get_token("scope").await);
    drop(wrapper.get_token_from_file().await);
    recorded.pattern(
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

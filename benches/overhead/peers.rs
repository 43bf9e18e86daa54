//! The same functions with the attributes of other crates.

use autometrics::autometrics;
use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::future::FutureExt;
use fastrace::prelude::Span;
use tracing::instrument;
use tracing_opentelemetry::MetricsLayer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

use crate::ours::{AuthError, Client, Token};

/// Installs a subscriber that turns events into metrics and ignores our own spans.
pub fn subscribe(provider: &opentelemetry_sdk::metrics::SdkMeterProvider) {
    let layer = MetricsLayer::new(provider.clone());
    let others = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("token_telemetry", LevelFilter::OFF);
    let subscriber = tracing_subscriber::registry().with(others).with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is installed");
}

/// Installs a reporter that discards spans, so that only the cost of creating them remains.
pub fn report_spans() {
    struct Nowhere;
    impl Reporter for Nowhere {
        fn report(&mut self, _: Vec<SpanRecord>) {}
    }
    fastrace::set_reporter(Nowhere, Config::default());
}

/// Emits one event with all five metrics and the union of their attributes.
macro_rules! metrics_event {
    ($api:literal, $source:literal, $level:literal, $reason:literal, $special:literal) => {
        tracing::info!(
            monotonic_counter.MsalSuccess = 1_u64,
            histogram.MsalTotalDuration = std::hint::black_box(1_u64),
            { $special } = std::hint::black_box(1_u64),
            histogram.MsalDurationInExtension = std::hint::black_box(0_u64),
            histogram.MsalRemainingTokenLifetime = std::hint::black_box(3_000_u64),
            MsalVersion = "1.2.3",
            Platform = "Contoso.Auth",
            ApiId = $api,
            CallerSdkId = ",",
            TokenSource = $source,
            CacheRefreshReason = $reason,
            CacheLevel = $level,
            TokenType = 1_i64,
        )
    };
}

impl Client {
    #[instrument(skip_all)]
    pub async fn traced_hit(&self) -> Result<Token, AuthError> {
        let token = self.bare_hit().await;
        metrics_event!(
            "AcquireTokenSilent",
            "Cache",
            "L1Cache",
            "NotApplicable",
            "histogram.MsalDurationInL1Cache"
        );
        token
    }

    #[instrument(skip_all)]
    pub async fn traced_fetch(&self) -> Result<Token, AuthError> {
        let token = self.bare_fetch().await;
        metrics_event!(
            "AcquireTokenForClient",
            "IdentityProvider",
            "None",
            "NoCachedAccessToken",
            "histogram.MsalDurationInHttp"
        );
        token
    }

    pub async fn fastraced_hit(&self) -> Result<Token, AuthError> {
        let root = Span::root("AcquireTokenSilent", SpanContext::random());
        self.fastraced_inner_hit().in_span(root).await
    }

    #[fastrace::trace]
    async fn fastraced_inner_hit(&self) -> Result<Token, AuthError> {
        self.bare_hit().await
    }

    pub async fn fastraced_fetch(&self) -> Result<Token, AuthError> {
        let root = Span::root("AcquireTokenForClient", SpanContext::random());
        self.fastraced_inner_fetch().in_span(root).await
    }

    #[fastrace::trace]
    async fn fastraced_inner_fetch(&self) -> Result<Token, AuthError> {
        self.bare_fetch().await
    }
}

#[autometrics]
pub async fn autometrics_hit(client: &Client) -> Result<Token, AuthError> {
    client.bare_hit().await
}

#[autometrics]
pub async fn autometrics_fetch(client: &Client) -> Result<Token, AuthError> {
    client.bare_fetch().await
}

//! The same instruments, recorded by hand in the obvious way: attribute arrays on the stack.

use std::hint::black_box;
use std::time::{Duration, Instant};

use opentelemetry::metrics::{Counter, Histogram, MeterProvider};
use opentelemetry::{InstrumentationScope, KeyValue};
use token_telemetry::otel::{MSAL_METER, MSAL_METER_VERSION};

pub struct ByHand {
    success: Counter<u64>,
    total: Histogram<u64>,
    l1: Histogram<u64>,
    http: Histogram<u64>,
    extension: Histogram<u64>,
    lifetime: Histogram<u64>,
}

const VERSION: (&str, &str) = ("MsalVersion", "1.2.3");
const PLATFORM: (&str, &str) = ("Platform", "Contoso.Auth");
const BOTH: (&str, &str) = ("MsalVersionPlatform", "1.2.3,Contoso.Auth");

fn tag((key, value): (&'static str, &'static str)) -> KeyValue {
    KeyValue::new(key, value)
}

impl ByHand {
    pub fn new(provider: &impl MeterProvider) -> Self {
        let scope = InstrumentationScope::builder(MSAL_METER).with_version(MSAL_METER_VERSION);
        let meter = provider.meter_with_scope(scope.build());
        Self {
            success: meter.u64_counter("MsalSuccess").build(),
            total: meter.u64_histogram("MsalTotalDuration.1A").build(),
            l1: meter.u64_histogram("MsalDurationInL1CacheInUs.1B").build(),
            http: meter.u64_histogram("MsalDurationInHttp.1A").build(),
            extension: meter
                .u64_histogram("MsalDurationInExtensionInMs.1B")
                .build(),
            lifetime: meter.u64_histogram("MsalRemainingTokenLifetime.1A").build(),
        }
    }

    /// Records the five instruments of a cache hit.
    pub fn hit(&self, total: Duration) {
        let api = tag(("ApiId", "AcquireTokenSilent"));
        let source = tag(("TokenSource", "Cache"));
        let level = tag(("CacheLevel", "L1Cache"));
        let reason = tag(("CacheRefreshReason", "NotApplicable"));
        self.common(
            total,
            [api.clone(), source.clone(), level.clone(), reason.clone()],
        );
        let micros = u64::try_from(total.as_micros()).unwrap_or(u64::MAX);
        self.l1.record(
            micros,
            &[tag(VERSION), tag(PLATFORM), api, source, level, reason],
        );
    }

    /// Records the five instruments of a token from the identity provider.
    pub fn fetch(&self, total: Duration) {
        let api = tag(("ApiId", "AcquireTokenForClient"));
        let source = tag(("TokenSource", "IdentityProvider"));
        let level = tag(("CacheLevel", "None"));
        let reason = tag(("CacheRefreshReason", "NoCachedAccessToken"));
        let bearer = KeyValue::new("TokenType", 1);
        let millis = u64::try_from(total.as_millis()).unwrap_or(u64::MAX);
        self.http
            .record(millis, &[tag(VERSION), tag(PLATFORM), api.clone(), bearer]);
        self.common(total, [api, source, level, reason]);
    }

    fn common(&self, total: Duration, [api, source, level, reason]: [KeyValue; 4]) {
        let bearer = KeyValue::new("TokenType", 1);
        self.success.add(
            1,
            &[
                tag(VERSION),
                tag(PLATFORM),
                api.clone(),
                tag(("CallerSdkId", ",")),
                source.clone(),
                reason.clone(),
                level.clone(),
                bearer.clone(),
            ],
        );
        let millis = u64::try_from(total.as_millis()).unwrap_or(u64::MAX);
        self.total.record(
            millis,
            &[
                tag(VERSION),
                tag(PLATFORM),
                api.clone(),
                source.clone(),
                level.clone(),
                reason.clone(),
                bearer.clone(),
            ],
        );
        self.extension.record(
            black_box(0),
            &[
                tag(VERSION),
                tag(PLATFORM),
                api.clone(),
                source.clone(),
                level.clone(),
                bearer.clone(),
            ],
        );
        self.lifetime.record(
            black_box(3_000),
            &[tag(BOTH), api, source, level, reason, bearer],
        );
    }
}

/// Awaits a future and passes the elapsed time to `record`.
pub async fn timed<T>(future: impl Future<Output = T>, record: impl FnOnce(Duration)) -> T {
    let start = Instant::now();
    let output = future.await;
    record(start.elapsed());
    output
}

//! The MSAL set next to MSAL.NET: the same metrics, and both behind one collector.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says by panicking what is wrong"
)]

mod collector;
mod exposition;
mod reference;
mod scraped;

use std::time::Duration;

use token_telemetry_test_support::prelude::*;

/// Runs acquisitions that record every metric of the MSAL set.
fn record_everything(telemetry: &Telemetry) {
    let lifetime = || TokenInfo::new().with_expires_in(Duration::from_secs(3_599));
    acquire(telemetry, || {
        let current = Acquisition::current();
        current.record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        exchange(TOKEN_URL, 200);
        current.record_token(lifetime());
    });
    acquire(telemetry, || {
        let current = Acquisition::current();
        current.record_caller_sdk("41", "3.1");
        current.record_cache_hit(CacheLevel::L1Cache);
        current.record_token(lifetime());
        drop(current.time_in_extension());
    });
    acquire(telemetry, || {
        let current = Acquisition::current();
        drop(current.time_in_cache());
        current.record_cache_hit(CacheLevel::L2Cache);
    });
    fail(telemetry, "invalid_client", || {
        exchange(TOKEN_URL, 401);
    });
    fail(telemetry, "scopes_required", || {});
}

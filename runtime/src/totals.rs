//! Counts over the life of one `Telemetry`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::cache::TokenSource;

/// Sums over all finished acquisitions of a `Telemetry`, as MSAL.NET's `Metrics` class has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Tokens that the identity provider issued.
    pub identity_provider: u64,
    /// Tokens that a cache held.
    pub cache: u64,
    /// Tokens that a broker handed over.
    pub broker: u64,
    /// Acquisitions that ended in an error or a panic.
    pub failures: u64,
    /// Acquisitions that were cancelled.
    pub cancelled: u64,
    /// Time of all acquisitions that returned a token to a caller.
    pub duration: Duration,
}

/// The counters behind [`Totals`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    identity_provider: AtomicU64,
    cache: AtomicU64,
    broker: AtomicU64,
    failures: AtomicU64,
    cancelled: AtomicU64,
    nanos: AtomicU64,
}

impl Counters {
    pub(crate) fn finished(&self, record: &AcquisitionRecord) {
        match (record.outcome(), record.source()) {
            (Outcome::Ok, source) => self.acquired(source, record),
            (Outcome::Error | Outcome::Panicked, _) => add(&self.failures, 1),
            (Outcome::Cancelled, _) => add(&self.cancelled, 1),
        }
    }

    fn acquired(&self, source: Option<TokenSource>, record: &AcquisitionRecord) {
        match source {
            Some(TokenSource::IdentityProvider) => add(&self.identity_provider, 1),
            Some(TokenSource::Cache) => add(&self.cache, 1),
            Some(TokenSource::Broker) => add(&self.broker, 1),
            None => {}
        }
        if let (false, Some(total)) = (record.is_background(), record.total()) {
            add(&self.nanos, nanos(total));
        }
    }

    pub(crate) fn cache_hits(&self) -> u64 {
        self.cache.load(Ordering::Relaxed)
    }

    pub(crate) fn read(&self) -> Totals {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Totals {
            identity_provider: load(&self.identity_provider),
            cache: load(&self.cache),
            broker: load(&self.broker),
            failures: load(&self.failures),
            cancelled: load(&self.cancelled),
            duration: Duration::from_nanos(load(&self.nanos)),
        }
    }
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

/// Nanoseconds of a duration; 580 years and more count as that.
fn nanos(time: Duration) -> u64 {
    time.as_secs()
        .saturating_mul(1_000_000_000)
        .saturating_add(time.subsec_nanos().into())
}

//! Counters over the life of one `Telemetry`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::cache::TokenSource;

/// Sums over all finished acquisitions of a [`Telemetry`](crate::Telemetry).
///
/// MSAL.NET's class `Metrics` has the same counters.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let totals = Telemetry::global().totals();
/// println!("{} tokens from caches, {} failures", totals.cache, totals.failures);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Tokens that the identity provider issued.
    pub identity_provider: u64,
    /// Tokens that a cache held.
    pub cache: u64,
    /// Tokens that a broker supplied.
    pub broker: u64,
    /// Tokens of unknown source: neither a cache hit nor a token request was recorded.
    pub unknown: u64,
    /// Acquisitions that ended in an error or a panic.
    pub failures: u64,
    /// Acquisitions whose future was dropped before it was ready.
    pub cancelled: u64,
    /// Acquisitions that ended with "not yet": neither a token nor a failure.
    pub pending: u64,
    /// Acquisitions that returned no token and did not fail.
    pub no_token: u64,
    /// Tokens that a resource rejected, as [recorded](crate::Telemetry::record_rejected_token).
    pub rejected_tokens: u64,
    /// Total time of all acquisitions that returned a token to a caller.
    pub duration: Duration,
}

/// Number of shards: groups of threads that count separately.
pub(crate) const SHARDS: usize = 16;

/// The counters behind [`Totals`].
#[derive(Debug, Default)]
pub(crate) struct Counters([ShardCounters; SHARDS]);

/// The counters of one shard, aligned so that shards share no cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
struct ShardCounters {
    identity_provider: AtomicU64,
    cache: AtomicU64,
    broker: AtomicU64,
    unknown: AtomicU64,
    failures: AtomicU64,
    cancelled: AtomicU64,
    pending: AtomicU64,
    no_token: AtomicU64,
    rejected_tokens: AtomicU64,
    nanos: AtomicU64,
}

impl Counters {
    pub(crate) fn export(&self, record: &AcquisitionRecord, shard: usize) {
        let Self(shards) = self;
        if let Some(shard) = shards.get(shard % SHARDS) {
            shard.export(record);
        }
    }

    pub(crate) fn count_rejected_token(&self, shard: usize) {
        let Self(shards) = self;
        if let Some(shard) = shards.get(shard % SHARDS) {
            add(&shard.rejected_tokens, 1);
        }
    }

    pub(crate) fn cache_hits(&self) -> u64 {
        self.sum(|shard| &shard.cache)
    }

    pub(crate) fn read(&self) -> Totals {
        Totals {
            identity_provider: self.sum(|shard| &shard.identity_provider),
            cache: self.sum(|shard| &shard.cache),
            broker: self.sum(|shard| &shard.broker),
            unknown: self.sum(|shard| &shard.unknown),
            failures: self.sum(|shard| &shard.failures),
            cancelled: self.sum(|shard| &shard.cancelled),
            pending: self.sum(|shard| &shard.pending),
            no_token: self.sum(|shard| &shard.no_token),
            rejected_tokens: self.sum(|shard| &shard.rejected_tokens),
            duration: Duration::from_nanos(self.sum(|shard| &shard.nanos)),
        }
    }

    fn sum(&self, counter: impl Fn(&ShardCounters) -> &AtomicU64) -> u64 {
        let Self(shards) = self;
        let counts = shards
            .iter()
            .map(|shard| counter(shard).load(Ordering::Relaxed));
        counts.fold(0, u64::wrapping_add)
    }
}

impl ShardCounters {
    fn export(&self, record: &AcquisitionRecord) {
        match (record.outcome(), record.token_source()) {
            (Outcome::Ok, source) => self.acquired(source, record),
            (Outcome::Error | Outcome::Panicked, _) => add(&self.failures, 1),
            (Outcome::Cancelled, _) => add(&self.cancelled, 1),
            (Outcome::Pending, _) => add(&self.pending, 1),
            (Outcome::NoToken, _) => add(&self.no_token, 1),
        }
    }

    fn acquired(&self, source: Option<TokenSource>, record: &AcquisitionRecord) {
        match source {
            Some(TokenSource::IdentityProvider) => add(&self.identity_provider, 1),
            Some(TokenSource::Cache) => add(&self.cache, 1),
            Some(TokenSource::Broker) => add(&self.broker, 1),
            None => add(&self.unknown, 1),
        }
        if let (false, Some(total)) = (record.is_background(), record.duration_total()) {
            add(&self.nanos, nanos(total));
        }
    }
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

/// Returns the nanoseconds of a duration, saturating at 584 years.
fn nanos(time: Duration) -> u64 {
    time.as_secs()
        .saturating_mul(1_000_000_000)
        .saturating_add(time.subsec_nanos().into())
}

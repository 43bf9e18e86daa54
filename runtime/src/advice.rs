//! Notices how a client is used against its purpose, and logs advice once.
//!
//! Each piece of advice has a section in the guide. Nothing here runs on a cache hit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::acquisition::{AcquisitionRecord, Moment, with_suspended};
use crate::cache::CacheRefreshReason;
use crate::diagnostics::Diagnostic;
use crate::wire::Authority;

/// Tokens from the identity provider after which a single cache hit is expected.
const FETCHES: u32 = 50;

/// Refreshes of which most should not be forced.
const REFRESHES: u32 = 50;

/// Instances of one SDK alive at once that suggest a client per call.
const INSTANCES: u32 = 100;

/// Maximum number of SDKs whose instances are counted.
const MAX_SDKS: usize = 16;

/// Maximum number of authorities whose `Retry-After` is remembered; the oldest makes way.
const MAX_PAUSES: usize = 16;

/// A request that comes this much too early is on time: an HTTP date has whole seconds.
const TOLERANCE: Duration = Duration::from_secs(1);

/// The counts of one `Telemetry` from which advice follows.
#[derive(Debug)]
pub(crate) struct Advice {
    /// Whether the SDK advertises that it honors `Retry-After`, and was not found out yet.
    watches_pauses: AtomicBool,
    counts: Mutex<Counts>,
    pauses: Mutex<Vec<Pause>>,
}

#[derive(Debug, Default)]
struct Counts {
    fetches: u32,
    refreshes: u32,
    forced: u32,
    has_advised_refreshes: bool,
}

/// The time in which an authority wants no requests.
#[derive(Debug)]
struct Pause {
    authority: Authority,
    /// When the request began that was asked to pause.
    since: Moment,
    until: Duration,
}

impl Advice {
    pub(crate) fn new(honors_retry_after: bool) -> Self {
        Self {
            watches_pauses: AtomicBool::new(honors_retry_after),
            counts: Mutex::default(),
            pauses: Mutex::default(),
        }
    }

    /// Counts an acquisition that got a new token; `hits` is the number of cache hits so far.
    pub(crate) fn new_token(&self, record: &AcquisitionRecord, hits: u64) {
        let reason = record.refresh_reason();
        let mut counts = lock(&self.counts);
        let lacks_hits = counts.fetched(reason) && hits == 0;
        let is_forced = counts.refreshed(reason);
        drop(counts);
        if lacks_hits {
            emit(Diagnostic::NoCacheHits);
        }
        if is_forced {
            emit(Diagnostic::ForcedRefreshes);
        }
    }

    /// Remembers the `Retry-After` of a response; `since` is when its request began.
    pub(crate) fn pause(
        &self,
        authority: &Authority,
        since: Option<Moment>,
        duration: Option<Duration>,
        asked: Option<Duration>,
    ) {
        let (Some(since), Some(duration), Some(asked)) = (since, duration, asked) else {
            return;
        };
        if !self.watches_pauses.load(Ordering::Relaxed) {
            return;
        }
        let tolerated = asked.saturating_sub(TOLERANCE.min(asked / 2));
        let mut pauses = lock(&self.pauses);
        pauses.retain(|pause| pause.authority != *authority);
        if pauses.len() >= MAX_PAUSES {
            pauses.remove(0);
        }
        pauses.push(Pause {
            authority: authority.clone(),
            since,
            until: duration.saturating_add(tolerated),
        });
    }

    /// Checks that a request respects the pause its authority asked for.
    pub(crate) fn request(&self, authority: &Authority, now: Option<Moment>) {
        if !self.watches_pauses.load(Ordering::Relaxed) {
            return;
        }
        let Some(now) = now else { return };
        let mut pauses = lock(&self.pauses);
        pauses.retain(|pause| now.since(pause.since) < pause.until);
        let is_early = pauses.iter().any(|pause| pause.authority == *authority);
        drop(pauses);
        if is_early && self.watches_pauses.swap(false, Ordering::Relaxed) {
            emit(Diagnostic::RetryAfterIgnored);
        }
    }
}

impl Counts {
    /// Returns whether this is the token after which there should have been a hit.
    fn fetched(&mut self, reason: Option<CacheRefreshReason>) -> bool {
        // Without a cache there are no hits to miss.
        let counts = reason != Some(CacheRefreshReason::CacheDisabled);
        let was_reached = self.fetches >= FETCHES;
        self.fetches = self.fetches.saturating_add(counts.into());
        !was_reached && self.fetches >= FETCHES
    }

    /// Returns whether most of the last refreshes were forced, once.
    fn refreshed(&mut self, reason: Option<CacheRefreshReason>) -> bool {
        let is_forced = match reason {
            Some(CacheRefreshReason::ForceRefreshOrClaims) => true,
            Some(CacheRefreshReason::Expired | CacheRefreshReason::ProactivelyRefreshed) => false,
            _ => return false,
        };
        self.refreshes += 1;
        self.forced += u32::from(is_forced);
        if self.refreshes < REFRESHES {
            return false;
        }
        let is_most = self.forced * 2 > self.refreshes;
        (self.refreshes, self.forced) = (0, 0);
        is_most && !std::mem::replace(&mut self.has_advised_refreshes, true)
    }
}

/// The instances of one SDK that are alive in this process.
#[derive(Debug)]
struct Instances {
    sku: String,
    alive: u32,
    has_advised: bool,
}

static INSTANCES_BY_SKU: Mutex<Vec<Instances>> = Mutex::new(Vec::new());

/// Counts an instance of an SDK while it is alive.
#[derive(Debug)]
pub(crate) struct AliveInstance {
    /// None if the instance is not counted.
    sku: Option<String>,
}

impl AliveInstance {
    /// Counts an instance, unless its SDK has no name or there are too many SDKs.
    pub(crate) fn new(sku: Option<&str>) -> Self {
        let mut is_too_many = false;
        let counted = sku.filter(|sku| {
            let mut all = lock(&INSTANCES_BY_SKU);
            let Some(instances) = instances_of(sku, &mut all) else {
                return false;
            };
            instances.alive = instances.alive.saturating_add(1);
            let is_reached = instances.alive >= INSTANCES;
            is_too_many = is_reached && !std::mem::replace(&mut instances.has_advised, true);
            true
        });
        if is_too_many {
            emit(Diagnostic::ManyInstances);
        }
        Self {
            sku: counted.map(str::to_owned),
        }
    }
}

impl Drop for AliveInstance {
    fn drop(&mut self) {
        let Some(sku) = &self.sku else { return };
        let mut all = lock(&INSTANCES_BY_SKU);
        if let Some(instances) = all.iter_mut().find(|known| known.sku == *sku) {
            instances.alive = instances.alive.saturating_sub(1);
        }
        // What was said once about an SDK is remembered.
        all.retain(|instances| instances.alive > 0 || instances.has_advised);
    }
}

/// Returns the entry of an SDK, which is new if there is capacity.
fn instances_of<'a>(sku: &str, all: &'a mut Vec<Instances>) -> Option<&'a mut Instances> {
    if !all.iter().any(|known| known.sku == sku) {
        if all.len() >= MAX_SDKS {
            return None;
        }
        all.push(Instances {
            sku: sku.to_owned(),
            alive: 0,
            has_advised: false,
        });
    }
    all.iter_mut().find(|known| known.sku == sku)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Logs advice; the subscriber is foreign code.
fn emit(advice: Diagnostic) {
    with_suspended(|| advice.emit_unthrottled());
}

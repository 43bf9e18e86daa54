//! The table of the acquisitions in flight, in shards.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "otel")]
use std::time::Duration;

use super::{Entry, InFlight};
use crate::acquisition::clock::ClockSource;
use crate::acquisition::clock::Moment;

/// The acquisitions in flight of one `Telemetry`.
pub(crate) struct InFlightTable {
    shards: Vec<Arc<InFlightShard>>,
    clock: ClockSource,
}

/// The acquisitions that began on the threads of one shard.
///
/// Aligned so that shards share no cache line. Its lock is held while an entry is written or copied,
/// and never while foreign code runs.
#[derive(Default)]
#[repr(align(128))]
pub(crate) struct InFlightShard(Mutex<Slots>);

/// Entries at fixed positions; the position of one that ended is used again.
#[derive(Default)]
struct Slots {
    entries: Vec<Option<Entry>>,
    vacant: Vec<u32>,
}

/// The oldest of the acquisitions of one function, and their number.
#[cfg(feature = "otel")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct InFlightOfApi {
    pub(crate) api: &'static str,
    pub(crate) count: u32,
    pub(crate) oldest_age: Option<Duration>,
}

impl InFlightTable {
    pub(crate) fn new(shards: usize, clock: ClockSource) -> Arc<Self> {
        let shards = (0..shards).map(|_| Arc::default()).collect();
        Arc::new(Self { shards, clock })
    }

    /// Returns the clock by which ages count; read it while nothing is locked.
    pub(crate) const fn clock(&self) -> &ClockSource {
        &self.clock
    }

    /// Returns the part for the shard of threads with this index.
    pub(crate) fn shard(&self, index: usize) -> Arc<InFlightShard> {
        self.shards.get(index).map(Arc::clone).unwrap_or_default()
    }

    /// Returns a list of all acquisitions in flight, with their ages at this time.
    pub(crate) fn at(&self, now: Option<Moment>) -> InFlight {
        let mut acquisitions = Vec::new();
        for shard in &self.shards {
            let slots = shard.lock();
            // Reserved at once: of a long list, growing costs more than copying.
            acquisitions.reserve(slots.entries.len());
            acquisitions.extend(slots.entries.iter().flatten().map(|entry| entry.at(now)));
        }
        InFlight::new(acquisitions)
    }

    /// Returns number and oldest age for each function; a name may occur more than once.
    #[cfg(feature = "otel")]
    pub(crate) fn by_api(&self, now: Option<Moment>) -> Vec<InFlightOfApi> {
        let mut groups: Vec<(&'static str, u32, Option<_>)> = Vec::new();
        for shard in &self.shards {
            for entry in shard.lock().entries.iter().flatten() {
                let name = entry.api.name();
                // By address first: the few names of an SDK are compared for each acquisition.
                let known = groups
                    .iter_mut()
                    .find(|(known, ..)| std::ptr::eq(*known, name));
                match known {
                    Some((_, count, oldest)) => {
                        *count = count.saturating_add(1);
                        *oldest = earlier(*oldest, entry.started);
                    }
                    None => groups.push((name, 1, entry.started)),
                }
            }
        }
        let age = |started: Option<_>| now.zip(started).map(|(now, then)| now.since(then));
        let of_api = |(api, count, oldest)| InFlightOfApi {
            api,
            count,
            oldest_age: age(oldest),
        };
        groups.into_iter().map(of_api).collect()
    }
}

/// Returns the earlier of two moments.
#[cfg(feature = "otel")]
fn earlier(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl InFlightShard {
    fn lock(&self) -> MutexGuard<'_, Slots> {
        // Nothing panics while entries are half changed, so poisoning can be ignored.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// Entries whose memory is kept when the last acquisition has ended.
    const KEPT: usize = 64;

    fn insert(&mut self, entry: Entry) -> u32 {
        if let Some(at) = self.vacant.pop() {
            self.set(at, Some(entry));
            return at;
        }
        let at = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(Some(entry));
        at
    }

    fn set(&mut self, at: u32, entry: Option<Entry>) {
        if let Ok(at) = usize::try_from(at)
            && let Some(slot) = self.entries.get_mut(at)
        {
            *slot = entry;
        }
    }

    fn remove(&mut self, at: u32) {
        self.set(at, None);
        self.vacant.push(at);
        if self.vacant.len() == self.entries.len() {
            self.entries.clear();
            self.vacant.clear();
            // The memory of a burst is not kept forever.
            self.entries.shrink_to(Self::KEPT);
            self.vacant.shrink_to(Self::KEPT);
        }
    }
}

/// The entry of one acquisition, which is removed when this is dropped.
///
/// The acquisition owns it, so that no way to end leaves the entry behind: neither a panic, nor the
/// end of a thread or a runtime.
pub(in crate::acquisition) struct Registration {
    shard: Arc<InFlightShard>,
    slot: u32,
}

impl Registration {
    #[cold]
    pub(in crate::acquisition) fn new(shard: &Arc<InFlightShard>, entry: Entry) -> Self {
        Self {
            shard: Arc::clone(shard),
            slot: shard.lock().insert(entry),
        }
    }

    pub(in crate::acquisition) fn update(&self, entry: Entry) {
        self.shard.lock().set(self.slot, Some(entry));
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.shard.lock().remove(self.slot);
    }
}

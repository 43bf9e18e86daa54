//! The instruments in use, which follow a provider that is installed late or replaced.

use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;

use opentelemetry::metrics::MeterProvider;
use opentelemetry::{Context, InstrumentationScope, KeyValue, global};

use super::catalog::METER;
use super::gauge_group::GaugeGroup;
use super::instruments::{self, InstrumentOptions, Instruments};
use super::series_cache::SeriesCache;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::wire::ClientRequestId;

pub(super) type SharedProvider = Arc<dyn MeterProvider + Send + Sync>;

/// Number of epochs that are kept forever; reading one of them takes no lock.
const KEPT: usize = 8;

/// The epochs of all providers so far.
///
/// An application usually installs one or two providers. If there are more, the last one is behind
/// a lock, and those between it and the kept ones are dropped.
pub(super) struct ProviderEpochs {
    kept: [OnceLock<Box<ProviderEpoch>>; KEPT],
    last: RwLock<Option<Arc<ProviderEpoch>>>,
}

/// The period in which one provider was in use.
pub(super) struct ProviderEpoch {
    /// A weak reference lets a replaced provider be dropped, but its address is not reused.
    provider: Weak<dyn MeterProvider + Send + Sync>,
    state: Option<ProviderState>,
}

/// The epoch of the most recently installed provider.
pub(super) enum NewestEpoch<'a> {
    Kept(&'a ProviderEpoch),
    Last(Arc<ProviderEpoch>),
}

/// The instruments of one provider, and the series cached for them.
pub(super) struct ProviderState {
    pub(super) instruments: Instruments,
    pub(super) series: SeriesCache,
    /// Keeps the observed values exported.
    _gauges: Option<Arc<GaugeGroup>>,
}

impl ProviderState {
    fn new(provider: &SharedProvider, options: InstrumentOptions<'_>) -> Self {
        let sources = options.sources.filter(|_| options.config.conventions);
        let join = |sources| GaugeGroup::join(provider, options, sources);
        Self {
            instruments: instruments::create(&**provider, options),
            series: SeriesCache::new(),
            _gauges: sources.map(join),
        }
    }
}

impl ProviderEpochs {
    pub(super) const fn new() -> Self {
        Self {
            kept: [const { OnceLock::new() }; KEPT],
            last: RwLock::new(None),
        }
    }

    /// Returns the newest epoch, if there is one.
    #[inline]
    pub(super) fn newest(&self) -> Option<NewestEpoch<'_>> {
        let mut newest = None;
        for slot in &self.kept {
            match slot.get() {
                Some(epoch) => newest = Some(&**epoch),
                None => return newest.map(NewestEpoch::Kept),
            }
        }
        self.last().or_else(|| newest.map(NewestEpoch::Kept))
    }

    #[cold]
    fn last(&self) -> Option<NewestEpoch<'_>> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        last.clone().map(NewestEpoch::Last)
    }

    /// Adds an epoch after the one that was the newest, unless another thread was faster.
    ///
    /// The epoch was created outside this lock, so no thread waits here for locks of the SDK.
    pub(super) fn add(&self, after: Option<&ProviderEpoch>, next: ProviderEpoch) {
        let mut last = self.last.write().unwrap_or_else(PoisonError::into_inner);
        let kept = || self.kept.iter().rev().find_map(OnceLock::get);
        let newest = last.as_deref().or_else(|| kept().map(|kept| &**kept));
        let is_newest = newest.map(ptr::from_ref) == after.map(ptr::from_ref);
        let free = self.kept.iter().find(|slot| slot.get().is_none());
        let dropped = match free {
            _ if !is_newest => Some(Arc::new(next)),
            Some(slot) => slot.set(Box::new(next)).err().map(|next| Arc::new(*next)),
            None => last.replace(Arc::new(next)),
        };
        drop(last);
        // Outside the lock, since dropping instruments runs foreign code.
        drop(dropped);
    }
}

impl Deref for NewestEpoch<'_> {
    type Target = ProviderEpoch;

    #[inline]
    fn deref(&self) -> &ProviderEpoch {
        match self {
            Self::Kept(epoch) => epoch,
            Self::Last(epoch) => epoch,
        }
    }
}

impl ProviderEpoch {
    pub(super) fn new(provider: &SharedProvider, options: InstrumentOptions<'_>) -> Self {
        Self::from_provider(provider, || Some(ProviderState::new(provider, options)))
    }

    /// Creates an epoch for the global provider, except on a thread that exports or collects metrics.
    ///
    /// On such a thread a callback may run while the SDK holds the lock on its pipeline, and
    /// creating an instrument would wait for that lock forever.
    pub(super) fn from_global(options: InstrumentOptions<'_>) -> Option<Self> {
        if Context::is_current_telemetry_suppressed() {
            return None;
        }
        let provider = global::meter_provider();
        Some(Self::from_provider(&provider, || {
            let is_installed = !is_noop(&*provider);
            is_installed.then(|| ProviderState::new(&provider, options))
        }))
    }

    /// Does not ask a provider that panics again, since every acquisition would pay for a panic.
    fn from_provider(
        provider: &SharedProvider,
        make: impl FnOnce() -> Option<ProviderState>,
    ) -> Self {
        let state = contained(make);
        if state.is_none() {
            Diagnostic::ProviderPanicked.emit();
        }
        Self {
            provider: Arc::downgrade(provider),
            state: state.flatten(),
        }
    }

    /// Returns the state, or `None` if the provider discards everything.
    pub(super) fn state(&self) -> Option<&ProviderState> {
        self.state.as_ref()
    }

    /// Returns whether another provider has become global since.
    pub(super) fn is_outdated(&self) -> bool {
        let current = global::meter_provider();
        !ptr::addr_eq(Arc::as_ptr(&current), Weak::as_ptr(&self.provider))
    }

    /// Releases all bound instruments to the SDK; those still in use are bound again.
    #[cfg(feature = "otel-bound")]
    pub(super) fn release(&self) {
        let cached = self.state.iter().flat_map(|state| state.series.series());
        cached.for_each(|series| series.bound.release());
    }
}

/// Returns whether the global provider is the initial one, which discards everything.
///
/// The API offers no way to ask. But the initial provider has no state and thus nowhere to keep the
/// scope of a meter, which every provider that forwards its data must keep.
pub(super) fn is_noop(provider: &(dyn MeterProvider + Send + Sync)) -> bool {
    if size_of_val(provider) > 0 {
        return false;
    }
    !keeps_scope(provider, &ClientRequestId::new().to_string())
}

/// Returns whether both are handles to the same provider, such as clones of it.
///
/// The API offers no way to ask this either. A provider has one meter for equal scopes, so if the
/// first handle leaves a new scope behind and the second one finds it, the provider is the same.
/// That costs the provider the memory of an unused meter each time.
pub(super) fn is_same_provider(
    one: &(dyn MeterProvider + Send + Sync),
    other: &(dyn MeterProvider + Send + Sync),
) -> bool {
    // A provider that keeps no scopes at all would seem to know them all.
    if size_of_val(one) != size_of_val(other) {
        return false;
    }
    let token = ClientRequestId::new().to_string();
    keeps_scope(one, &token) && !keeps_scope(other, &token)
}

/// Returns whether a provider keeps a scope with this token; it does not if it has an equal one.
fn keeps_scope(provider: &(dyn MeterProvider + Send + Sync), token: &str) -> bool {
    let text: Arc<str> = token.into();
    let probe = KeyValue::new("token_telemetry.probe", Arc::clone(&text));
    let scope = InstrumentationScope::builder(METER).with_attributes([probe]);
    let meter = provider.meter_with_scope(scope.build());
    let is_kept = Arc::strong_count(&text) > 1;
    drop(meter);
    is_kept
}

/// An interval that elapses for one of the threads that ask.
pub(super) struct Interval {
    period: u64,
    next: AtomicU64,
}

impl Interval {
    pub(super) fn new(period: Duration) -> Self {
        Self {
            period: u64::try_from(period.as_nanos()).unwrap_or(u64::MAX),
            next: AtomicU64::new(0),
        }
    }

    /// Returns whether the interval has elapsed, and if so, starts the next one.
    pub(super) fn is_due(&self, now: u64) -> bool {
        let next = self.next.load(Ordering::Relaxed);
        let later = now.saturating_add(self.period);
        let set = |next| {
            let order = Ordering::Relaxed;
            self.next.compare_exchange(next, later, order, order)
        };
        now >= next && set(next).is_ok()
    }
}

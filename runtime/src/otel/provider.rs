//! The instruments in use, and how a provider that is installed late or replaced gets its own.

use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;

use opentelemetry::metrics::MeterProvider;
use opentelemetry::{Context, InstrumentationScope, KeyValue, global};

use super::attribute_builder::AttributeBuilder;
#[cfg(feature = "otel-bound")]
use super::bound::Binding;
use super::catalog::METER;
use super::instruments::Instruments;
use super::metrics::MetricsConfig;
use super::series_cache::SeriesCache;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;
use crate::wire::ClientRequestId;

type SharedProvider = Arc<dyn MeterProvider + Send + Sync>;

/// How many epochs stay for good; reading one of them takes no lock.
const KEPT: usize = 8;

/// What was made from the providers so far.
///
/// An application installs a provider or two. Where there are more the last one lies behind a lock,
/// and those between it and the first ones are dropped.
pub(super) struct ProviderEpochs {
    kept: [OnceLock<Box<ProviderEpoch>>; KEPT],
    last: RwLock<Option<Arc<ProviderEpoch>>>,
}

/// What was made from one provider.
pub(super) struct ProviderEpoch {
    /// Not owned: a provider that was replaced may go, yet its address is not used again.
    provider: Weak<dyn MeterProvider + Send + Sync>,
    state: Option<ProviderState>,
}

/// The epoch of the provider that was installed last.
pub(super) enum Newest<'a> {
    Kept(&'a ProviderEpoch),
    Last(Arc<ProviderEpoch>),
}

/// The instruments of one provider, and what was prepared for them.
pub(super) struct ProviderState {
    pub(super) instruments: Instruments,
    pub(super) table: SeriesCache,
    #[cfg(feature = "otel-bound")]
    pub(super) binding: Binding,
}

impl ProviderState {
    fn new(provider: &dyn MeterProvider, sets: MetricsConfig, values: &AttributeBuilder) -> Self {
        Self {
            instruments: Instruments::new(provider, sets, values),
            table: SeriesCache::new(),
            #[cfg(feature = "otel-bound")]
            binding: Binding::new(sets),
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

    /// The newest epoch; none before the first.
    #[inline]
    pub(super) fn newest(&self) -> Option<Newest<'_>> {
        let mut newest = None;
        for slot in &self.kept {
            match slot.get() {
                Some(epoch) => newest = Some(&**epoch),
                None => return newest.map(Newest::Kept),
            }
        }
        self.last().or_else(|| newest.map(Newest::Kept))
    }

    #[cold]
    fn last(&self) -> Option<Newest<'_>> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        last.clone().map(Newest::Last)
    }

    /// Adds a epoch after the one that was the newest, unless another thread was faster.
    ///
    /// It was made before and outside of any lock: nobody waits here for locks of the SDK.
    pub(super) fn add(&self, after: Option<&ProviderEpoch>, next: ProviderEpoch) {
        let is_after = |slot: &OnceLock<Box<ProviderEpoch>>| {
            let kept = slot.get().map(|kept| &raw const **kept);
            kept == after.map(ptr::from_ref)
        };
        let known = after.map_or(Some(0), |_| Some(1 + self.kept.iter().position(is_after)?));
        if let Some(slot) = known.and_then(|at| self.kept.get(at)) {
            let _faster = slot.set(Box::new(next));
            return;
        }
        let next = Arc::new(next);
        let mut last = self.last.write().unwrap_or_else(PoisonError::into_inner);
        let newest = last
            .as_deref()
            .or_else(|| self.kept.last()?.get().map(|kept| &**kept));
        let is_newest = newest.map(ptr::from_ref) == after.map(ptr::from_ref);
        let dropped = if is_newest {
            last.replace(next)
        } else {
            Some(next)
        };
        drop(last);
        // Outside of the lock, since instruments are code of others.
        drop(dropped);
    }
}

impl Deref for Newest<'_> {
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
    pub(super) fn new(
        provider: &SharedProvider,
        sets: MetricsConfig,
        values: &AttributeBuilder,
    ) -> Self {
        Self::made_by(provider, || {
            Some(ProviderState::new(&**provider, sets, values))
        })
    }

    /// From the provider that is global now; none on a thread that exports or collects metrics.
    ///
    /// There a callback may run inside the SDK's lock on its pipeline, for which making an
    /// instrument would wait forever.
    pub(super) fn from_global(sets: MetricsConfig, values: &AttributeBuilder) -> Option<Self> {
        if Context::is_current_telemetry_suppressed() {
            return None;
        }
        let provider = global::meter_provider();
        Some(Self::made_by(&provider, || {
            let is_heard = !is_silent(&*provider);
            is_heard.then(|| ProviderState::new(&*provider, sets, values))
        }))
    }

    /// A provider that panics is not asked again: that would cost each acquisition a panic.
    fn made_by(provider: &SharedProvider, make: impl FnOnce() -> Option<ProviderState>) -> Self {
        let state = contained(make);
        if state.is_none() {
            Diagnostic::ProviderPanicked.emit();
        }
        Self {
            provider: Arc::downgrade(provider),
            state: state.flatten(),
        }
    }

    /// Nothing if nobody listens.
    pub(super) fn state(&self) -> Option<&ProviderState> {
        self.state.as_ref()
    }

    /// Whether another provider is global by now.
    pub(super) fn is_outdated(&self) -> bool {
        let current = global::meter_provider();
        !ptr::addr_eq(Arc::as_ptr(&current), Weak::as_ptr(&self.provider))
    }

    /// Gives all bound handles back to the SDK; the ones still in use are bound anew.
    #[cfg(feature = "otel-bound")]
    pub(super) fn release(&self) {
        let entries = self.state.iter().flat_map(|state| state.table.entries());
        entries.for_each(|entry| entry.handles.release());
    }
}

/// Whether the global provider is the one that is there before the application installs its own.
///
/// That one cannot be asked for its name. But it has no state, and so no place to keep the scope of
/// a meter, which every provider that hands its data on must keep.
fn is_silent(provider: &(dyn MeterProvider + Send + Sync)) -> bool {
    if size_of_val(provider) > 0 {
        return false;
    }
    // New each time: a provider that knows the scope already would not keep this copy of it.
    let text: Arc<str> = ClientRequestId::new().to_string().into();
    let traced = KeyValue::new("token_telemetry.probe", Arc::clone(&text));
    let scope = InstrumentationScope::builder(METER).with_attributes([traced]);
    let meter = provider.meter_with_scope(scope.build());
    let is_kept = Arc::strong_count(&text) > 1;
    drop(meter);
    !is_kept
}

/// Comes due once per period, for one of the threads that ask.
pub(super) struct Timer {
    period: u64,
    next: AtomicU64,
}

impl Timer {
    pub(super) fn new(period: Duration) -> Self {
        Self {
            period: u64::try_from(period.as_nanos()).unwrap_or(u64::MAX),
            next: AtomicU64::new(0),
        }
    }

    /// Whether it is due at this moment, which is then the start of a period.
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

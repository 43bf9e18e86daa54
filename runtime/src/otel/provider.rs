//! The instruments in use, and how a provider that is installed late or replaced gets its own.

use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use opentelemetry::metrics::MeterProvider;
use opentelemetry::{Context, InstrumentationScope, KeyValue, global};

#[cfg(feature = "otel-bound")]
use super::bound::Binding;
use super::catalog::METER;
use super::instruments::Instruments;
use super::metrics::Sets;
use super::table::Table;
use super::values::Values;
use crate::wire::ClientRequestId;

type SharedProvider = Arc<dyn MeterProvider + Send + Sync>;

/// What was made from one provider; the one that replaced it comes next.
///
/// Generations are never taken apart, so that reading the newest needs no lock. There are as many
/// as the application installed providers.
pub(super) struct Generation {
    /// Not owned: a provider that was replaced may go, yet its address is not used again.
    provider: Weak<dyn MeterProvider + Send + Sync>,
    kit: Option<Kit>,
    next: OnceLock<Box<Self>>,
}

/// The instruments of one provider, and what was prepared for them.
pub(super) struct Kit {
    pub(super) instruments: Instruments,
    pub(super) table: Table,
    #[cfg(feature = "otel-bound")]
    pub(super) binding: Binding,
}

impl Kit {
    fn new(provider: &dyn MeterProvider, sets: Sets, values: &Values) -> Self {
        Self {
            instruments: Instruments::new(provider, sets, values),
            table: Table::new(),
            #[cfg(feature = "otel-bound")]
            binding: Binding::new(sets),
        }
    }
}

impl Generation {
    pub(super) fn new(provider: &SharedProvider, sets: Sets, values: &Values) -> Self {
        Self {
            provider: Arc::downgrade(provider),
            kit: Some(Kit::new(&**provider, sets, values)),
            next: OnceLock::new(),
        }
    }

    /// From the provider that is global now; none on a thread that exports or collects metrics.
    ///
    /// There a callback may run inside the SDK's lock on its pipeline, for which making an
    /// instrument would wait forever.
    pub(super) fn from_global(sets: Sets, values: &Values) -> Option<Self> {
        if Context::is_current_telemetry_suppressed() {
            return None;
        }
        let provider = global::meter_provider();
        if is_silent(&*provider) {
            return Some(Self {
                provider: Arc::downgrade(&provider),
                kit: None,
                next: OnceLock::new(),
            });
        }
        Some(Self::new(&provider, sets, values))
    }

    /// Nothing if nobody listens.
    pub(super) fn kit(&self) -> Option<&Kit> {
        self.kit.as_ref()
    }

    pub(super) fn newest(&self) -> &Self {
        let mut newest = self;
        while let Some(next) = newest.next.get() {
            newest = next;
        }
        newest
    }

    /// Whether another provider is global by now.
    pub(super) fn is_outdated(&self) -> bool {
        let current = global::meter_provider();
        !ptr::addr_eq(Arc::as_ptr(&current), Weak::as_ptr(&self.provider))
    }

    /// Adds a generation, unless another thread was faster, and hands out the newest.
    pub(super) fn replace_by(&self, next: Self) -> &Self {
        // Made before and outside the cell: nobody waits here for locks of the SDK.
        let _lost = self.next.set(Box::new(next));
        #[cfg(feature = "otel-bound")]
        self.release();
        self.newest()
    }

    /// Gives all bound handles back to the SDK; the ones still in use are bound anew.
    #[cfg(feature = "otel-bound")]
    pub(super) fn release(&self) {
        let entries = self.kit.iter().flat_map(|kit| kit.table.entries());
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

//! Bound instruments: attribute sets resolved once, for a tenth of the cost of each recording.
//!
//! This module works around three pitfalls of the SDK:
//!
//! * Binding alone creates a point without a value, so a set is always recorded before it is bound.
//!   (The SDK itself may export such points, bound or not, if several threads record while deltas are
//!   collected.)
//! * The SDK cannot evict a set that is bound. Bound instruments are released once a minute, so that
//!   idle sets can go.
//! * A set that was bound at the overflow point stays there. After the release it gets its own point
//!   as soon as there is capacity.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram};

use super::catalog::{MetricId, PerMetric, Scale};
use super::instruments::{Instrument, Instruments};

/// Maximum age of bound instruments while acquisitions go on.
pub(super) const REBIND_INTERVAL: Duration = Duration::from_secs(60);

/// An instrument bound to one attribute set.
pub(super) enum BoundInstrument {
    Counter(BoundCounter<u64>),
    Whole(Scale, BoundHistogram<u64>),
    Fractional(BoundHistogram<f64>),
}

impl BoundInstrument {
    fn new(instrument: &Instrument, attributes: &[KeyValue]) -> Self {
        match instrument {
            Instrument::Counter(counter) => Self::Counter(counter.bind(attributes)),
            Instrument::Whole(scale, histogram) => Self::Whole(*scale, histogram.bind(attributes)),
            Instrument::Fractional(histogram) => Self::Fractional(histogram.bind(attributes)),
        }
    }

    #[inline]
    pub(super) fn record(&self, time: Duration) {
        match self {
            Self::Counter(counter) => counter.add(1),
            Self::Whole(scale, histogram) => histogram.record(scale.whole(time)),
            Self::Fractional(histogram) => histogram.record(time.as_secs_f64()),
        }
    }
}

type Slots = PerMetric<Option<BoundInstrument>>;

/// The bound instruments of one series.
pub(super) struct BoundInstruments(RwLock<Slots>);

impl BoundInstruments {
    pub(super) fn new() -> Self {
        Self(RwLock::new(PerMetric::new(|_| None)))
    }

    /// Locks the bound instruments, which keeps them from being released.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Slots> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Binds a set that has already been recorded.
    pub(super) fn bind(&self, id: MetricId, instruments: &Instruments, attributes: &[KeyValue]) {
        let mut bound = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let (slot @ None, Some(instrument)) = (bound.get_mut(id), instruments.get(id)) {
            *slot = Some(BoundInstrument::new(instrument, attributes));
        }
    }

    pub(super) fn release(&self) {
        let mut bound = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let released = std::mem::replace(&mut *bound, PerMetric::new(|_| None));
        drop(bound);
        // Outside the lock, since dropping instruments runs foreign code.
        drop(released);
    }
}

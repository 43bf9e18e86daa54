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

use super::catalog::{COUNT, MetricId, Unit};
use super::instruments::{Instrument, Instruments};

/// Maximum age of bound instruments while acquisitions go on.
pub(super) const REBIND_INTERVAL: Duration = Duration::from_secs(60);

/// An instrument bound to one attribute set.
enum BoundInstrument {
    Counter(BoundCounter<u64>),
    Whole(Unit, BoundHistogram<u64>),
    Fractional(BoundHistogram<f64>),
}

impl BoundInstrument {
    fn new(instrument: &Instrument, attributes: &[KeyValue]) -> Self {
        match instrument {
            Instrument::Counter(counter) => Self::Counter(counter.bind(attributes)),
            Instrument::Whole(unit, histogram) => Self::Whole(*unit, histogram.bind(attributes)),
            Instrument::Fractional(histogram) => Self::Fractional(histogram.bind(attributes)),
        }
    }

    fn record(&self, time: Duration) {
        match self {
            Self::Counter(counter) => counter.add(1),
            Self::Whole(unit, histogram) => histogram.record(unit.whole(time)),
            Self::Fractional(histogram) => histogram.record(time.as_secs_f64()),
        }
    }
}

/// The bound instruments of one series, by metric.
pub(super) struct BoundInstruments(RwLock<[Option<BoundInstrument>; COUNT]>);

impl BoundInstruments {
    pub(super) fn new() -> Self {
        Self(RwLock::new([const { None }; COUNT]))
    }

    pub(super) fn read(&self) -> BoundInstrumentsGuard<'_> {
        BoundInstrumentsGuard(self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Binds a set that has already been recorded.
    pub(super) fn bind(&self, id: MetricId, instruments: &Instruments, attributes: &[KeyValue]) {
        let mut bound = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let (Some(slot @ None), Some(instrument)) =
            (bound.get_mut(id.index()), instruments.get(id))
        {
            *slot = Some(BoundInstrument::new(instrument, attributes));
        }
    }

    pub(super) fn release(&self) {
        let mut bound = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let released = std::mem::replace(&mut *bound, [const { None }; COUNT]);
        drop(bound);
        drop(released);
    }
}

/// A lock on bound instruments, which keeps them from being released.
pub(super) struct BoundInstrumentsGuard<'a>(RwLockReadGuard<'a, [Option<BoundInstrument>; COUNT]>);

impl BoundInstrumentsGuard<'_> {
    /// Records through the bound instrument of the metric; returns false if there is none.
    pub(super) fn record(&self, id: MetricId, time: Duration) -> bool {
        let instrument = self.0.get(id.index()).and_then(Option::as_ref);
        instrument
            .inspect(|instrument| instrument.record(time))
            .is_some()
    }
}

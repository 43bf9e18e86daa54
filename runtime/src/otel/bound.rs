//! Bound instruments: attribute sets resolved once, for a tenth of the cost of each recording.
//!
//! This module works around four pitfalls of the SDK:
//!
//! * Binding alone creates a point without a value, so a set is always recorded before it is bound.
//!   (The SDK itself may export such points, bound or not, if several threads record while deltas are
//!   collected.)
//! * A provider may only pretend to bind. It is detected before any data is lost.
//! * The SDK cannot evict a set that is bound. Bound instruments are released once a minute, so that
//!   idle sets can go.
//! * A set that was bound at the overflow point stays there. After the release it gets its own point
//!   as soon as there is capacity.

use std::any::TypeId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use opentelemetry::metrics::{BoundCounter, BoundHistogram};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::catalog::{COUNT, Metric, MetricId, MetricKind, Unit};
use super::instruments::{Instrument, Instruments};
use super::metrics::MetricsConfig;

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

/// Tracks whether the instruments of one provider really bind.
pub(super) struct Binding {
    wanted: bool,
    trusted: AtomicBool,
    any_metric_proves: bool,
}

impl Binding {
    pub(super) fn new(config: MetricsConfig) -> Self {
        Self {
            wanted: !config.unbound,
            trusted: AtomicBool::new(config.known_to_bind && !config.unbound),
            any_metric_proves: !config.msal(),
        }
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.trusted.load(Ordering::Relaxed)
    }

    /// Records one value through a new bound instrument, if the provider proves that it binds.
    ///
    /// An instrument that does not support `bind` inherits a default that silently drops
    /// everything. One that binds keeps the attributes of a new set, which shows in the reference
    /// counts of their texts. Without that proof nothing was recorded, and the caller uses the stable
    /// API.
    pub(super) fn prove(
        &self,
        id: MetricId,
        (instruments, time): (&Instruments, Duration),
        attributes: &[KeyValue],
    ) -> bool {
        if !self.wanted || self.is_trusted() || !self.proves(id) {
            return false;
        }
        let Some(instrument) = instruments.get(id) else {
            return false;
        };
        let (copies, texts) = traced(attributes);
        let instrument = BoundInstrument::new(instrument, &copies);
        drop(copies);
        let kept = texts.iter().any(|text| Arc::strong_count(text) > 1);
        if kept {
            instrument.record(time);
            self.trusted.store(true, Ordering::Relaxed);
        }
        kept
    }

    /// Returns whether the metric may serve as proof: a counter, if there is one.
    ///
    /// If a collection happens between binding and recording, the point of a counter is 0, while
    /// that of a histogram would have a meaningless minimum.
    fn proves(&self, id: MetricId) -> bool {
        let metric = Metric::ALL.get(id.index());
        self.any_metric_proves || metric.is_some_and(|metric| metric.kind() == MetricKind::Counter)
    }
}

/// Returns the attributes with their texts in new allocations, and those allocations.
fn traced(attributes: &[KeyValue]) -> (Vec<KeyValue>, Vec<Arc<str>>) {
    let mut texts = Vec::with_capacity(attributes.len());
    let trace = |attribute: &KeyValue| {
        let Value::String(text) = &attribute.value else {
            return attribute.clone();
        };
        let text: Arc<str> = text.as_str().into();
        texts.push(Arc::clone(&text));
        KeyValue::new(attribute.key.clone(), text)
    };
    let copies = attributes.iter().map(trace).collect();
    (copies, texts)
}

/// Returns whether this type of provider is known to bind: the feature enables it in the SDK.
pub(super) fn knows_to_bind<P: 'static>() -> bool {
    TypeId::of::<P>() == TypeId::of::<SdkMeterProvider>()
}

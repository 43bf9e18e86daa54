//! Bound instruments: attribute sets resolved once, for a tenth of the cost of each recording.
//!
//! Four traps of the SDK are kept away from the data. A set is always recorded before it is
//! bound, because binding alone makes a point without a value. (The SDK itself may export such
//! points, bound or not, where several threads record while deltas are collected.) A provider that
//! only pretends to bind is found out before anything is lost. Handles go back once a minute, so
//! that the SDK can evict idle sets, and a set that was bound into the overflow point gets its own
//! once there is room.

use std::any::TypeId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use opentelemetry::metrics::{BoundCounter, BoundHistogram};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::catalog::{COUNT, Id, Metric, MetricKind, Unit};
use super::instruments::{Instrument, Instruments};
use super::metrics::MetricsConfig;

/// How long handles are kept at most while acquisitions go on.
pub(super) const REBIND_INTERVAL: Duration = Duration::from_secs(60);

/// One attribute set of one instrument, resolved.
enum Handle {
    Counter(BoundCounter<u64>),
    Whole(Unit, BoundHistogram<u64>),
    Fractional(BoundHistogram<f64>),
}

impl Handle {
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

/// Handles of one kind of acquisition, by metric.
pub(super) struct Handles(RwLock<[Option<Handle>; COUNT]>);

impl Handles {
    pub(super) fn new() -> Self {
        Self(RwLock::new([const { None }; COUNT]))
    }

    pub(super) fn read(&self) -> ReadHandles<'_> {
        ReadHandles(self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Binds a set that was recorded already.
    pub(super) fn bind(&self, id: Id, instruments: &Instruments, attributes: &[KeyValue]) {
        let mut handles = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let (Some(slot @ None), Some(instrument)) =
            (handles.get_mut(id.index()), instruments.get(id))
        {
            *slot = Some(Handle::new(instrument, attributes));
        }
    }

    pub(super) fn release(&self) {
        let mut handles = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let released = std::mem::replace(&mut *handles, [const { None }; COUNT]);
        drop(handles);
        drop(released);
    }
}

/// Handles that nobody takes back meanwhile.
pub(super) struct ReadHandles<'a>(RwLockReadGuard<'a, [Option<Handle>; COUNT]>);

impl ReadHandles<'_> {
    /// Records through the handle of the metric, if there is one.
    pub(super) fn record(&self, id: Id, time: Duration) -> bool {
        let handle = self.0.get(id.index()).and_then(Option::as_ref);
        handle.inspect(|handle| handle.record(time)).is_some()
    }
}

/// Whether the instruments of one provider really bind.
pub(super) struct Binding {
    wanted: bool,
    trusted: AtomicBool,
    any_metric_proves: bool,
}

impl Binding {
    pub(super) fn new(sets: MetricsConfig) -> Self {
        Self {
            wanted: !sets.unbound,
            trusted: AtomicBool::new(sets.known_to_bind && !sets.unbound),
            any_metric_proves: !sets.msal(),
        }
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.trusted.load(Ordering::Relaxed)
    }

    /// Records one value through a new handle if that shows that the provider binds.
    ///
    /// An instrument whose `bind` is the API's default drops everything in silence. One that binds
    /// keeps the attributes of a new set, which shows in the reference counts of their texts. If
    /// it does not show, nothing was recorded and the stable API is the way.
    pub(super) fn prove(
        &self,
        id: Id,
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
        let handle = Handle::new(instrument, &copies);
        drop(copies);
        let kept = texts.iter().any(|text| Arc::strong_count(text) > 1);
        if kept {
            handle.record(time);
            self.trusted.store(true, Ordering::Relaxed);
        }
        kept
    }

    /// A counter, where there is one: should a collection come between binding and recording,
    /// its point says 0, while one of a histogram would have a senseless minimum.
    fn proves(&self, id: Id) -> bool {
        let metric = Metric::ALL.get(id.index());
        self.any_metric_proves || metric.is_some_and(|metric| metric.kind() == MetricKind::Counter)
    }
}

/// The attributes with their texts in fresh allocations, and those allocations.
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

/// Whether this type of provider binds for certain: the feature switches it on in the SDK.
pub(super) fn knows_to_bind<P: 'static>() -> bool {
    TypeId::of::<P>() == TypeId::of::<SdkMeterProvider>()
}

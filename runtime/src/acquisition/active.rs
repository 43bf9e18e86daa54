//! An active acquisition: its future owns the record, or shares it once something else needs it.

use std::mem;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::backend::{Backend, OpenSpan};
use super::clock::{ClockSource, Moment};
use super::collector::Collector;
use super::id::AcquisitionId;
use super::in_flight::{Entry, Registration};
use super::record::{AcquisitionRecord, Outcome};
use super::state::State;
use crate::contained::contained;

/// An active acquisition under one `Telemetry`.
pub(crate) struct ActiveAcquisition {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) record: Keeper,
    /// Not shared: a handle makes the acquisition current without its span.
    pub(super) listeners: Option<Box<Listeners>>,
    /// Drawn when first needed.
    identity: Option<AcquisitionId>,
    /// Its entry in the list of acquisitions in flight, unless it is shared.
    registration: Option<Registration>,
    /// Whether foreign code is not notified, because that would begin another acquisition, and so on.
    pub(super) is_quiet: bool,
    /// How the acquisition ends, while its future is being dropped.
    pub(super) drop_outcome: Option<Outcome>,
}

/// Who keeps the record of an acquisition.
pub(super) enum Keeper {
    Own(AcquisitionRecord),
    /// Something outlives or leaves the future, such as a handle or a token request.
    Shared(Arc<Shared>),
}

/// The listeners of one acquisition; most have none.
pub(super) struct Listeners {
    span: Option<Arc<dyn OpenSpan>>,
    collector: Option<Arc<Collector>>,
}

impl Listeners {
    /// Returns the listeners in a box, if there are any.
    #[inline]
    pub(super) fn of(
        span: Option<Arc<dyn OpenSpan>>,
        collector: Option<Arc<Collector>>,
    ) -> Option<Box<Self>> {
        let is_listening = span.is_some() || collector.is_some();
        is_listening.then(|| Box::new(Self { span, collector }))
    }

    fn weak_span(&self) -> Option<Weak<dyn OpenSpan>> {
        self.span.as_ref().map(Arc::downgrade)
    }

    /// Publishes the record to the span and the collector.
    pub(super) fn publish(self, record: &AcquisitionRecord) {
        let Self { span, collector } = self;
        if let Some(span) = span {
            contained(|| span.export(record));
            contained(|| drop(span));
        }
        if let Some(collector) = collector {
            collector.keep(record);
        }
    }
}

/// An acquisition that a handle or a token request refers to.
pub(crate) struct Shared {
    pub(crate) backend: Arc<dyn Backend>,
    collector: Option<Arc<Collector>>,
    /// Weak, because the span closes when the acquisition ends, whatever still refers to that.
    span: Option<Weak<dyn OpenSpan>>,
    /// The identity that the acquisition had before it was shared.
    identity: AcquisitionId,
    /// Whether foreign code is not notified.
    pub(super) is_quiet: bool,
    state: Mutex<SharedState>,
}

struct SharedState {
    record: AcquisitionRecord,
    is_complete: bool,
    registration: Option<Registration>,
}

impl ActiveAcquisition {
    #[inline]
    pub(super) fn new(
        backend: Arc<dyn Backend>,
        state: State,
        listeners: Option<Box<Listeners>>,
        identity: Option<AcquisitionId>,
        is_quiet: bool,
    ) -> Self {
        Self {
            backend,
            record: Keeper::Own(AcquisitionRecord::unfinished(state)),
            listeners,
            identity,
            registration: None,
            is_quiet,
            drop_outcome: None,
        }
    }

    /// Creates a reference to a shared acquisition, for a handle.
    pub(super) fn of_shared(shared: &Arc<Shared>) -> Self {
        Self {
            backend: Arc::clone(&shared.backend),
            record: Keeper::Shared(Arc::clone(shared)),
            listeners: None,
            identity: None,
            registration: None,
            is_quiet: false,
            drop_outcome: None,
        }
    }

    fn shared(&self) -> Option<&Arc<Shared>> {
        match &self.record {
            Keeper::Own(_) => None,
            Keeper::Shared(shared) => Some(shared),
        }
    }

    /// Returns whether a call under this `Telemetry` is merged into the acquisition.
    ///
    /// A finished acquisition ignores updates, so that a merged call would vanish.
    pub(super) fn absorbs(&self, backend: &dyn Backend) -> bool {
        ptr::eq(self.backend.instance(), backend.instance()) && !self.is_finished()
    }

    /// Returns the identity, if [`identify`](Self::identify) has drawn one.
    pub(super) fn identity(&self) -> Option<AcquisitionId> {
        self.shared()
            .map(|shared| shared.identity)
            .or(self.identity)
    }

    pub(super) fn identify(&mut self) -> AcquisitionId {
        let known = self.shared().map(|shared| shared.identity);
        known.unwrap_or_else(|| *self.identity.get_or_insert_with(AcquisitionId::draw))
    }

    /// Returns whether the record is complete; only a handle keeps such an acquisition current.
    pub(super) fn is_finished(&self) -> bool {
        self.shared()
            .is_some_and(|shared| shared.lock().is_complete)
    }

    pub(super) fn collector(&self) -> Option<&Arc<Collector>> {
        match (&self.listeners, &self.record) {
            (Some(listeners), _) => listeners.collector.as_ref(),
            (None, Keeper::Shared(shared)) => shared.collector.as_ref(),
            (None, Keeper::Own(_)) => None,
        }
    }

    #[inline]
    pub(super) fn span(&self) -> Option<&dyn OpenSpan> {
        self.listeners.as_ref()?.span.as_deref()
    }

    /// Updates the state; does nothing once the record is complete.
    pub(super) fn update(&mut self, update: impl FnOnce(&mut State)) {
        match &mut self.record {
            Keeper::Own(record) => update(record.state_mut()),
            Keeper::Shared(shared) => _ = shared.update(update),
        }
    }

    /// Updates the state by the current time, which is read before anything is locked.
    ///
    /// Returns the clock instead if it is foreign code, which must not run here.
    pub(super) fn update_timed(
        &mut self,
        update: impl FnOnce(&mut State, Option<Moment>),
    ) -> Option<ClockSource> {
        let clock = self.backend.clock();
        if clock.is_custom() {
            return Some(clock.clone());
        }
        let now = clock.read();
        self.update(|state| update(state, now));
        None
    }

    /// Reads the state; unlike an update, this works after the record is complete.
    pub(super) fn read<T>(&mut self, read: impl FnOnce(&mut State) -> T) -> T {
        match &mut self.record {
            Keeper::Own(record) => read(record.state_mut()),
            Keeper::Shared(shared) => shared.read(read),
        }
    }

    /// Lists the acquisition as in flight, with its state as of now; returns whether it is new there.
    #[cold]
    pub(super) fn list_in_flight(&mut self) -> bool {
        let id = self.identify();
        match &self.record {
            Keeper::Own(record) => {
                let entry = Entry::of(id, record.state());
                list(&mut self.registration, &*self.backend, entry)
            }
            Keeper::Shared(shared) => shared.list_in_flight(),
        }
    }

    /// Removes the acquisition from the list of those in flight.
    #[inline]
    pub(super) fn leave_flight(&mut self) {
        self.registration = None;
    }

    /// Returns the acquisition in a form that may leave its task, moving the record on first use.
    pub(super) fn share(&mut self) -> Arc<Shared> {
        let identity = self.identify();
        let record = match &mut self.record {
            Keeper::Shared(shared) => return Arc::clone(shared),
            Keeper::Own(record) => {
                let left = AcquisitionRecord::unfinished(State::new(record.state().api));
                mem::replace(record, left)
            }
        };
        let shared = Arc::new(Shared {
            backend: Arc::clone(&self.backend),
            collector: self.collector().cloned(),
            span: self.listeners.as_deref().and_then(Listeners::weak_span),
            identity,
            is_quiet: self.is_quiet,
            state: Mutex::new(SharedState {
                record,
                is_complete: false,
                registration: self.registration.take(),
            }),
        });
        self.record = Keeper::Shared(Arc::clone(&shared));
        shared
    }
}

/// Adds an entry to the list of acquisitions in flight, or updates it; returns whether it is new.
fn list(registration: &mut Option<Registration>, backend: &dyn Backend, entry: Entry) -> bool {
    if let Some(listed) = registration {
        listed.update(entry);
        return false;
    }
    *registration = Some(Registration::new(backend.in_flight(), entry));
    true
}

impl SharedState {
    /// Updates the entry in the list of acquisitions in flight, if there is one.
    fn refresh(&self, id: AcquisitionId) {
        if let Some(listed) = &self.registration {
            listed.update(Entry::of(id, self.record.state()));
        }
    }
}

impl Shared {
    pub(super) const fn identity(&self) -> AcquisitionId {
        self.identity
    }

    fn lock(&self) -> MutexGuard<'_, SharedState> {
        // An update cannot leave the state half changed, so poisoning can be ignored.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the span of the acquisition while it is open.
    pub(super) fn span(&self) -> Option<Arc<dyn OpenSpan>> {
        self.span.as_ref()?.upgrade()
    }

    /// Completes the record, so that later updates do nothing, and returns a copy.
    pub(super) fn complete(&self) -> AcquisitionRecord {
        let mut state = self.lock();
        state.is_complete = true;
        state.registration = None;
        // Code that still refers to the acquisition must see the same id as its record.
        state.record.state_mut().correlation_id();
        state.record.clone()
    }

    /// Updates the state; returns `false`, and does nothing, once the record is complete.
    pub(crate) fn update(&self, update: impl FnOnce(&mut State)) -> bool {
        let mut state = self.lock();
        if !state.is_complete {
            update(state.record.state_mut());
            state.refresh(self.identity);
        }
        !state.is_complete
    }

    /// Lists the acquisition as in flight; returns whether it is new there.
    pub(super) fn list_in_flight(&self) -> bool {
        let mut state = self.lock();
        let SharedState {
            record,
            is_complete,
            registration,
        } = &mut *state;
        let entry = Entry::of(self.identity, record.state());
        !*is_complete && list(registration, &*self.backend, entry)
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(self.lock().record.state_mut())
    }
}

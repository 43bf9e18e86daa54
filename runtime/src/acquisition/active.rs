//! An active acquisition: owned by its future, or shared once something else refers to it.

use std::cell::Cell;
use std::mem;
use std::num::NonZeroU64;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::backend::{Backend, OpenSpan};
use super::capture::Collector;
use super::clock::{ClockSource, Moment};
use super::context::with_suspended;
use super::record::{AcquisitionRecord, Outcome};
use super::state::State;
use crate::api::Api;
use crate::contained::contained;

/// The id of an empty box.
const UNNAMED: Api = Api::new(0, "");

/// An active acquisition under one `Telemetry`.
///
/// It stays in its box: each poll moves a pointer between the future and the thread's stack, not the
/// state. When it has ended, the box is emptied and reused by the next acquisition on the thread.
pub(crate) struct ActiveAcquisition {
    /// None in an empty box.
    backend: Option<Arc<dyn Backend>>,
    record: AcquisitionRecord,
    /// Owns the record once something must outlive or leave the future.
    shared: Option<Arc<Shared>>,
    /// Not shared: a handle makes the acquisition current without its span.
    listeners: Option<Box<Listeners>>,
    /// Drawn when first needed.
    identity: Option<Identity>,
    /// Whether foreign code is not notified, because that would begin another acquisition, and so on.
    is_quiet: bool,
    /// How the acquisition ends, while its future is being dropped.
    pub(crate) drop_outcome: Option<Outcome>,
}

impl Default for ActiveAcquisition {
    fn default() -> Self {
        Self {
            backend: None,
            record: AcquisitionRecord::unfinished(State::new(UNNAMED)),
            shared: None,
            listeners: None,
            identity: None,
            is_quiet: false,
            drop_outcome: None,
        }
    }
}

/// The listeners of one acquisition; most have none.
#[derive(Default)]
pub(crate) struct Listeners {
    span: Option<Box<dyn OpenSpan>>,
    collector: Option<Arc<Collector>>,
}

impl Listeners {
    /// Publishes the record to the span and the collector.
    pub(crate) fn publish(self, record: &AcquisitionRecord) {
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
    /// The identity that the acquisition had before it was shared.
    identity: Identity,
    state: Mutex<SharedState>,
}

/// Distinguishes an acquisition from all others in the process, including finished ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity(NonZeroU64);

impl Identity {
    /// Numbers that a thread draws at once, so that threads rarely contend for the counter.
    const BLOCK: u64 = 1024;

    fn draw() -> Self {
        static BLOCKS: AtomicU64 = AtomicU64::new(0);
        thread_local! {
            static LAST: Cell<u64> = const { Cell::new(0) };
        }
        LAST.with(|last| {
            let number = match last.get() {
                drawn if drawn % Self::BLOCK == 0 => {
                    BLOCKS.fetch_add(Self::BLOCK, Ordering::Relaxed)
                }
                drawn => drawn,
            };
            let identity = NonZeroU64::MIN.saturating_add(number);
            last.set(identity.get());
            Self(identity)
        })
    }
}

/// An acquisition at its end, for the code that completes and publishes its record.
pub(crate) struct Completing<'a> {
    pub(crate) backend: &'a dyn Backend,
    pub(crate) record: &'a mut AcquisitionRecord,
    pub(crate) listeners: Option<Box<Listeners>>,
    /// Whether foreign code is not notified.
    pub(crate) is_quiet: bool,
}

struct SharedState {
    record: AcquisitionRecord,
    is_complete: bool,
}

impl ActiveAcquisition {
    /// Starts the clock and sets the listeners.
    ///
    /// The state is written field by field in place: a whole one would be copied several times.
    pub(crate) fn begin(
        &mut self,
        backend: Arc<dyn Backend>,
        (collector, is_quiet): (Option<Arc<Collector>>, bool),
        update: impl FnOnce(&mut State),
    ) {
        update(self.record.state_mut());
        self.is_quiet = is_quiet;
        let backend = self.backend.insert(backend);
        let span = backend.begin(self.record.state_mut(), is_quiet);
        if span.is_some() || collector.is_some() {
            self.listeners = Some(Box::new(Listeners { span, collector }));
        }
    }

    /// Turns this into a reference to a shared acquisition, for a handle.
    pub(crate) fn borrow(&mut self, shared: &Arc<Shared>) {
        self.backend = Some(Arc::clone(&shared.backend));
        self.shared = Some(Arc::clone(shared));
    }

    /// Returns whether a call under this `Telemetry` is merged into the acquisition.
    ///
    /// A finished acquisition ignores updates, so that a merged call would vanish.
    pub(crate) fn absorbs(&self, backend: &dyn Backend) -> bool {
        let own = self.backend.as_deref();
        own.is_some_and(|own| ptr::eq(own.instance(), backend.instance())) && !self.is_finished()
    }

    /// Returns the identity, if [`identify`](Self::identify) has drawn one.
    pub(crate) fn identity(&self) -> Option<Identity> {
        let shared = self.shared.as_ref();
        shared.map(|shared| shared.identity).or(self.identity)
    }

    pub(crate) fn identify(&mut self) -> Identity {
        let shared = self.shared.as_ref();
        let known = shared.map(|shared| shared.identity);
        known.unwrap_or_else(|| *self.identity.get_or_insert_with(Identity::draw))
    }

    /// Returns whether the record is complete; only a handle keeps such an acquisition current.
    pub(crate) fn is_finished(&self) -> bool {
        let shared = self.shared.as_ref();
        shared.is_some_and(|shared| shared.lock().is_complete)
    }

    pub(crate) fn collector(&self) -> Option<&Arc<Collector>> {
        match (&self.listeners, &self.shared) {
            (Some(listeners), _) => listeners.collector.as_ref(),
            (None, Some(shared)) => shared.collector.as_ref(),
            (None, None) => None,
        }
    }

    /// Updates the state; does nothing once the record is complete.
    pub(crate) fn update(&mut self, update: impl FnOnce(&mut State)) {
        match &self.shared {
            None => update(self.record.state_mut()),
            Some(shared) => _ = shared.update(update),
        }
    }

    /// Updates the state by the current time, which is read before anything is locked.
    ///
    /// Returns the clock instead if it is foreign code, which must not run here.
    pub(crate) fn update_timed(
        &mut self,
        update: impl FnOnce(&mut State, Option<Moment>),
    ) -> Option<ClockSource> {
        let clock = self.backend.as_deref()?.clock();
        if clock.is_custom() {
            return Some(clock.clone());
        }
        let now = clock.now();
        self.update(|state| update(state, now));
        None
    }

    /// Reads the state; unlike an update, this works after the record is complete.
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&mut State) -> T) -> T {
        match &self.shared {
            None => read(self.record.state_mut()),
            Some(shared) => shared.read(read),
        }
    }

    /// Returns the acquisition in a form that may leave its task, moving the record on first use.
    pub(crate) fn share(&mut self) -> Option<Arc<Shared>> {
        if self.shared.is_none() {
            let placeholder = AcquisitionRecord::unfinished(State::new(UNNAMED));
            let state = SharedState {
                record: mem::replace(&mut self.record, placeholder),
                is_complete: false,
            };
            let identity = self.identify();
            let listeners = self.listeners.as_ref();
            self.shared = Some(Arc::new(Shared {
                identity,
                backend: Arc::clone(self.backend.as_ref()?),
                collector: listeners.and_then(|all| all.collector.clone()),
                state: Mutex::new(state),
            }));
        }
        self.shared.clone()
    }

    pub(crate) fn enter_span(&self) {
        if let Some(span) = self.span() {
            with_suspended(|| span.enter());
        }
    }

    pub(crate) fn exit_span(&self) {
        if let Some(span) = self.span() {
            with_suspended(|| span.exit());
        }
    }

    fn span(&self) -> Option<&dyn OpenSpan> {
        self.listeners.as_ref()?.span.as_deref()
    }

    /// Ends the acquisition and passes its record to `publish`; later updates do nothing.
    pub(crate) fn complete(&mut self, publish: impl FnOnce(Completing<'_>)) {
        let listeners = self.listeners.take();
        let Some(backend) = self.backend.as_deref() else {
            return;
        };
        let mut shared;
        let record = match &self.shared {
            None => &mut self.record,
            Some(own) => {
                shared = own.complete();
                &mut shared
            }
        };
        publish(Completing {
            backend,
            record,
            listeners,
            is_quiet: self.is_quiet,
        });
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, SharedState> {
        // An update cannot leave the state half changed, so poisoning can be ignored.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn complete(&self) -> AcquisitionRecord {
        let mut state = self.lock();
        state.is_complete = true;
        // Code that still refers to the acquisition must see the same id as its record.
        state.record.state_mut().correlation_id();
        state.record.clone()
    }

    /// Updates the state; returns `false`, and does nothing, once the record is complete.
    pub(crate) fn update(&self, update: impl FnOnce(&mut State)) -> bool {
        let mut state = self.lock();
        if !state.is_complete {
            update(state.record.state_mut());
        }
        !state.is_complete
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(self.lock().record.state_mut())
    }
}

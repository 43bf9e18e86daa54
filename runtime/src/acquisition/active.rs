//! An acquisition while it runs: in the box of its future, or shared once something refers to it.

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

/// Stands where no acquisition is named yet.
const UNNAMED: Api = Api::new(0, "");

/// An acquisition under way, on behalf of one `Telemetry`.
///
/// It stays in its box: on each poll a pointer moves between the future and the thread's slot, and
/// not the facts. Once it is over the box is emptied, and the next one on the thread begins in it.
pub(crate) struct ActiveAcquisition {
    /// None in an empty box.
    backend: Option<Arc<dyn Backend>>,
    record: AcquisitionRecord,
    /// Who has the record, once something must outlive or leave the future.
    shared: Option<Arc<Shared>>,
    /// They stay with the future: a handle makes the acquisition current without its span.
    listeners: Option<Box<Listeners>>,
    /// Drawn on first need.
    identity: Option<Identity>,
    /// Whether code of others is not told of it: there it would begin another one, and so on.
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

/// Who follows one acquisition; most have nobody.
#[derive(Default)]
pub(crate) struct Listeners {
    span: Option<Box<dyn OpenSpan>>,
    collector: Option<Arc<Collector>>,
}

impl Listeners {
    /// Tells whoever follows the acquisition that it is over.
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
    /// What the acquisition went by before it was shared.
    identity: Identity,
    state: Mutex<SharedState>,
}

/// Tells one acquisition from all others in the process, also from those that are over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity(NonZeroU64);

impl Identity {
    /// How many a thread draws at once, so that threads rarely write to the same place.
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

/// An acquisition at its end, as those see it who make and hand out its record.
pub(crate) struct Completing<'a> {
    pub(crate) backend: &'a dyn Backend,
    pub(crate) record: &'a mut AcquisitionRecord,
    pub(crate) listeners: Option<Box<Listeners>>,
    /// Whether code of others is not told.
    pub(crate) is_quiet: bool,
}

struct SharedState {
    record: AcquisitionRecord,
    is_complete: bool,
}

impl ActiveAcquisition {
    /// Starts the clock and calls those who follow the acquisition.
    ///
    /// Facts are written one by one to where they stay: whole ones would be copied several times.
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

    /// Makes this what a handle makes current: the same acquisition, owned elsewhere.
    pub(crate) fn borrow(&mut self, shared: &Arc<Shared>) {
        self.backend = Some(Arc::clone(&shared.backend));
        self.shared = Some(Arc::clone(shared));
    }

    /// Whether a call under this `Telemetry` is part of the acquisition.
    ///
    /// What is over takes no notes, so that a call in its name would vanish.
    pub(crate) fn absorbs(&self, backend: &dyn Backend) -> bool {
        let own = self.backend.as_deref();
        own.is_some_and(|own| ptr::eq(own.instance(), backend.instance())) && !self.is_finished()
    }

    /// None if nobody has asked for it with [`identify`](Self::identify).
    pub(crate) fn identity(&self) -> Option<Identity> {
        let shared = self.shared.as_ref();
        shared.map(|shared| shared.identity).or(self.identity)
    }

    pub(crate) fn identify(&mut self) -> Identity {
        let shared = self.shared.as_ref();
        let known = shared.map(|shared| shared.identity);
        known.unwrap_or_else(|| *self.identity.get_or_insert_with(Identity::draw))
    }

    /// Whether the record is made; only a handle keeps such an acquisition current.
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

    /// Changes the facts; nothing happens once the record is made.
    pub(crate) fn update(&mut self, update: impl FnOnce(&mut State)) {
        match &self.shared {
            None => update(self.record.state_mut()),
            Some(shared) => _ = shared.update(update),
        }
    }

    /// Changes the facts by the present moment, which is read before anything is locked.
    ///
    /// The clock is handed out instead if it is code of others, which must not run here.
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

    /// Reads the facts; unlike a note it also works after the record is made.
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&mut State) -> T) -> T {
        match &self.shared {
            None => read(self.record.state_mut()),
            Some(shared) => shared.read(read),
        }
    }

    /// The acquisition in a form that may leave its task, moved there on first need.
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

    /// Lets `complete` make the record; later notes change nothing.
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
        // A note cannot leave the facts half changed, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn complete(&self) -> AcquisitionRecord {
        let mut state = self.lock();
        state.is_complete = true;
        // Whoever still refers to the acquisition must find the id that its record names.
        state.record.state_mut().correlation_id();
        state.record.clone()
    }

    /// Changes the facts; returns `false`, and changes nothing, once the record is made.
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

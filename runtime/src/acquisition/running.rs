//! An acquisition while it runs: in the box of its future, or shared once something refers to it.

use std::mem;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::backend::{Backend, OpenSpan};
use super::clock::Moment;
use super::facts::Facts;
use super::observe::Collector;
use super::record::{AcquisitionRecord, Outcome};
use crate::api::Api;

/// Stands where no acquisition is named yet.
const UNNAMED: Api = Api::new(0, "");

/// An acquisition under way, on behalf of one `Telemetry`.
///
/// It stays in its box: on each poll a pointer moves between the future and the thread's slot, and
/// not the facts. Once it is over the box is emptied, and the next one on the thread begins in it.
pub(crate) struct Running {
    /// None in an empty box.
    backend: Option<Arc<dyn Backend>>,
    record: AcquisitionRecord,
    /// Who has the record, once something must outlive or leave the future.
    shared: Option<Arc<Shared>>,
    /// They stay with the future: a handle makes the acquisition current without its span.
    listeners: Option<Box<Listeners>>,
    /// How the acquisition ends, while its future is being dropped.
    pub(crate) dropping: Option<Outcome>,
}

impl Default for Running {
    fn default() -> Self {
        Self {
            backend: None,
            record: AcquisitionRecord::unfinished(Facts::new(UNNAMED)),
            shared: None,
            listeners: None,
            dropping: None,
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
    pub(crate) fn finished(self, record: &AcquisitionRecord) {
        let Self { span, collector } = self;
        if let Some(span) = span {
            span.finished(record);
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

/// Tells one acquisition from the others that are under way: the address of its box.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity(usize);

struct SharedState {
    record: AcquisitionRecord,
    finished: bool,
}

impl Running {
    /// Starts the clock and calls those who follow the acquisition.
    ///
    /// Facts are written one by one to where they stay: whole ones would be copied several times.
    pub(crate) fn begin(
        &mut self,
        backend: Arc<dyn Backend>,
        collector: Option<Arc<Collector>>,
        note: impl FnOnce(&mut Facts),
    ) {
        note(self.record.facts_mut());
        let backend = self.backend.insert(backend);
        let span = backend.begin(self.record.facts_mut());
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
    pub(crate) fn takes_in(&self, backend: &dyn Backend) -> bool {
        let own = self.backend.as_deref();
        own.is_some_and(|own| ptr::eq(own.instance(), backend.instance())) && !self.is_over()
    }

    pub(crate) fn identity(&self) -> Identity {
        let own = || Identity(ptr::from_ref(self).addr());
        self.shared
            .as_ref()
            .map_or_else(own, |shared| shared.identity)
    }

    /// Whether the record is made; only a handle keeps such an acquisition current.
    fn is_over(&self) -> bool {
        let shared = self.shared.as_ref();
        shared.is_some_and(|shared| shared.lock().finished)
    }

    pub(crate) fn collector(&self) -> Option<&Arc<Collector>> {
        match (&self.listeners, &self.shared) {
            (Some(listeners), _) => listeners.collector.as_ref(),
            (None, Some(shared)) => shared.collector.as_ref(),
            (None, None) => None,
        }
    }

    /// Changes the facts; nothing happens once the record is made.
    pub(crate) fn note(&mut self, note: impl FnOnce(&mut Facts)) {
        match &self.shared {
            None => note(self.record.facts_mut()),
            Some(shared) => shared.note(note),
        }
    }

    /// Changes the facts by the present moment, which is read before anything is locked.
    pub(crate) fn note_timed(&mut self, note: impl FnOnce(&mut Facts, Option<Moment>)) {
        let now = self.backend.as_deref().and_then(|own| own.clock().now());
        self.note(|facts| note(facts, now));
    }

    /// Reads the facts; unlike a note it also works after the record is made.
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&mut Facts) -> T) -> T {
        match &self.shared {
            None => read(self.record.facts_mut()),
            Some(shared) => shared.read(read),
        }
    }

    /// The acquisition in a form that may leave its task, moved there on first need.
    pub(crate) fn share(&mut self) -> Option<Arc<Shared>> {
        if self.shared.is_none() {
            let placeholder = AcquisitionRecord::unfinished(Facts::new(UNNAMED));
            let state = SharedState {
                record: mem::replace(&mut self.record, placeholder),
                finished: false,
            };
            let listeners = self.listeners.as_ref();
            self.shared = Some(Arc::new(Shared {
                identity: self.identity(),
                backend: Arc::clone(self.backend.as_ref()?),
                collector: listeners.and_then(|all| all.collector.clone()),
                state: Mutex::new(state),
            }));
        }
        self.shared.clone()
    }

    pub(crate) fn enter_span(&self) {
        if let Some(span) = self.span() {
            span.enter();
        }
    }

    pub(crate) fn exit_span(&self) {
        if let Some(span) = self.span() {
            span.exit();
        }
    }

    fn span(&self) -> Option<&dyn OpenSpan> {
        self.listeners.as_ref()?.span.as_deref()
    }

    /// Lets `complete` make the record; later notes change nothing.
    pub(crate) fn finish(
        &mut self,
        complete: impl FnOnce(&dyn Backend, &mut AcquisitionRecord, Option<Box<Listeners>>),
    ) {
        let listeners = self.listeners.take();
        let Some(backend) = self.backend.as_deref() else {
            return;
        };
        match &self.shared {
            None => complete(backend, &mut self.record, listeners),
            Some(shared) => complete(backend, &mut shared.finish(), listeners),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, SharedState> {
        // A note cannot leave the facts half changed, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self) -> AcquisitionRecord {
        let mut state = self.lock();
        state.finished = true;
        // Whoever still refers to the acquisition must find the id that its record names.
        state.record.facts_mut().correlation_id();
        state.record.clone()
    }

    pub(crate) fn note(&self, note: impl FnOnce(&mut Facts)) {
        let mut state = self.lock();
        if !state.finished {
            note(state.record.facts_mut());
        }
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&mut Facts) -> T) -> T {
        read(self.lock().record.facts_mut())
    }
}

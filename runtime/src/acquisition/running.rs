//! An acquisition while it runs: in its future's seat, or shared once something refers to it.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::backend::{Backend, OpenSpan};
use super::facts::Facts;
use super::observe::Collector;
use super::record::{AcquisitionRecord, Outcome};

/// Room for one running acquisition; the next one on the thread uses it again.
///
/// A pointer moves between the future and the thread's slot on each poll, and not the facts.
#[derive(Default)]
pub(crate) struct Seat(Box<Option<Running>>);

impl Seat {
    pub(crate) fn take_place(&mut self, running: Running) {
        *self.0 = Some(running);
    }

    pub(crate) fn clear(&mut self) {
        *self.0 = None;
    }

    pub(crate) fn running(&self) -> Option<&Running> {
        self.0.as_ref().as_ref()
    }

    pub(crate) fn running_mut(&mut self) -> Option<&mut Running> {
        self.0.as_mut().as_mut()
    }
}

/// An acquisition under way, on behalf of one `Telemetry`.
pub(crate) struct Running {
    pub(crate) backend: Arc<dyn Backend>,
    store: Store,
    /// They stay with the future: a handle makes the acquisition current without its span.
    listeners: Option<Box<Listeners>>,
    /// How the acquisition ends, while its future is being dropped.
    pub(crate) dropping: Option<Outcome>,
}

/// Where the record grows: in the seat, until something must outlive or leave the future.
enum Store {
    Inline(AcquisitionRecord),
    Shared(Arc<Shared>),
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
    state: Mutex<SharedState>,
}

struct SharedState {
    record: AcquisitionRecord,
    finished: bool,
}

impl Running {
    /// Starts the clock and calls those who follow the acquisition.
    pub(crate) fn begin(
        backend: Arc<dyn Backend>,
        mut facts: Facts,
        collector: Option<Arc<Collector>>,
    ) -> Self {
        let span = backend.begin(&mut facts);
        let followed = span.is_some() || collector.is_some();
        let listeners = followed.then(|| Box::new(Listeners { span, collector }));
        Self {
            backend,
            store: Store::Inline(AcquisitionRecord::unfinished(facts)),
            listeners,
            dropping: None,
        }
    }

    /// What a handle makes current: the same acquisition, owned elsewhere.
    pub(crate) fn borrowed(shared: &Arc<Shared>) -> Self {
        Self {
            backend: Arc::clone(&shared.backend),
            store: Store::Shared(Arc::clone(shared)),
            listeners: None,
            dropping: None,
        }
    }

    /// Whether the record is made; only a handle keeps such an acquisition current.
    pub(crate) fn is_over(&self) -> bool {
        match &self.store {
            Store::Inline(_) => false,
            Store::Shared(shared) => shared.lock().finished,
        }
    }

    pub(crate) fn collector(&self) -> Option<&Arc<Collector>> {
        match (&self.listeners, &self.store) {
            (Some(listeners), _) => listeners.collector.as_ref(),
            (None, Store::Shared(shared)) => shared.collector.as_ref(),
            (None, Store::Inline(_)) => None,
        }
    }

    /// Changes the facts; nothing happens once the record is made.
    pub(crate) fn note(&mut self, note: impl FnOnce(&mut Facts)) {
        match &mut self.store {
            Store::Inline(record) => note(record.facts_mut()),
            Store::Shared(shared) => shared.note(note),
        }
    }

    /// Reads the facts; unlike a note it also works after the record is made.
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&mut Facts) -> T) -> T {
        match &mut self.store {
            Store::Inline(record) => read(record.facts_mut()),
            Store::Shared(shared) => shared.read(read),
        }
    }

    /// The acquisition in a form that may leave its task, moved there on first need.
    pub(crate) fn share(&mut self) -> Arc<Shared> {
        match &mut self.store {
            Store::Shared(shared) => Arc::clone(shared),
            Store::Inline(record) => {
                let placeholder = AcquisitionRecord::unfinished(Facts::new(record.api()));
                let state = SharedState {
                    record: mem::replace(record, placeholder),
                    finished: false,
                };
                let listeners = self.listeners.as_ref();
                let shared = Arc::new(Shared {
                    backend: Arc::clone(&self.backend),
                    collector: listeners.and_then(|all| all.collector.clone()),
                    state: Mutex::new(state),
                });
                self.store = Store::Shared(Arc::clone(&shared));
                shared
            }
        }
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
        match &mut self.store {
            Store::Inline(record) => complete(&*self.backend, record, listeners),
            Store::Shared(shared) => complete(&*self.backend, &mut shared.finish(), listeners),
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

//! An acquisition while it runs: in its future's seat, or shared once something refers to it.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::backend::{Backend, OpenSpan};
use super::facts::Facts;
use super::observe::Collector;
use super::record::AcquisitionRecord;

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
    /// Whether the future of the acquisition put it here, and not a handle.
    owned: bool,
    /// Whether the future of the acquisition is being dropped.
    pub(crate) dropping: bool,
}

/// Where the record grows: in the seat, until something must outlive or leave the future.
enum Store {
    Inline(Growing),
    Shared(Arc<Shared>),
}

/// A record that is not finished, and who is told when it is.
pub(crate) struct Growing {
    pub(crate) record: AcquisitionRecord,
    pub(crate) listeners: Option<Box<Listeners>>,
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
    span: Option<Box<dyn OpenSpan>>,
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
        let record = AcquisitionRecord::unfinished(facts);
        Self {
            backend,
            store: Store::Inline(Growing { record, listeners }),
            owned: true,
            dropping: false,
        }
    }

    /// What a handle makes current: the same acquisition, owned elsewhere.
    pub(crate) fn borrowed(shared: &Arc<Shared>) -> Self {
        Self {
            backend: Arc::clone(&shared.backend),
            store: Store::Shared(Arc::clone(shared)),
            owned: false,
            dropping: false,
        }
    }

    /// Whether a handle to this acquisition put it here.
    pub(crate) fn borrows(&self, shared: &Arc<Shared>) -> bool {
        !self.owned && matches!(&self.store, Store::Shared(own) if Arc::ptr_eq(own, shared))
    }

    pub(crate) fn collector(&self) -> Option<&Arc<Collector>> {
        match &self.store {
            Store::Inline(growing) => growing.listeners.as_ref()?.collector.as_ref(),
            Store::Shared(shared) => shared.collector.as_ref(),
        }
    }

    /// Changes the facts; nothing happens once the record is made.
    pub(crate) fn note(&mut self, note: impl FnOnce(&mut Facts)) {
        match &mut self.store {
            Store::Inline(growing) => note(growing.record.facts_mut()),
            Store::Shared(shared) => shared.note(note),
        }
    }

    /// Reads the facts; unlike a note it also works after the record is made.
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&mut Facts) -> T) -> T {
        match &mut self.store {
            Store::Inline(growing) => read(growing.record.facts_mut()),
            Store::Shared(shared) => shared.read(read),
        }
    }

    /// The acquisition in a form that may leave its task, moved there on first need.
    pub(crate) fn share(&mut self) -> Arc<Shared> {
        match &mut self.store {
            Store::Shared(shared) => Arc::clone(shared),
            Store::Inline(growing) => {
                let shared = Arc::new(growing.share(&self.backend));
                self.store = Store::Shared(Arc::clone(&shared));
                shared
            }
        }
    }

    pub(crate) fn enter_span(&self) {
        self.with_span(|span| span.enter());
    }

    pub(crate) fn exit_span(&self) {
        self.with_span(|span| span.exit());
    }

    fn with_span(&self, act: impl FnOnce(&dyn OpenSpan)) {
        match &self.store {
            Store::Inline(Growing {
                listeners: None, ..
            }) => {}
            Store::Inline(Growing {
                listeners: Some(all),
                ..
            }) => {
                if let Some(span) = &all.span {
                    act(&**span);
                }
            }
            Store::Shared(shared) => {
                if let Some(span) = &shared.lock().span {
                    act(&**span);
                }
            }
        }
    }

    /// Lets `complete` make the record; later notes change nothing.
    pub(crate) fn finish(&mut self, complete: impl FnOnce(&dyn Backend, &mut Growing)) {
        match &mut self.store {
            Store::Inline(growing) => complete(&*self.backend, growing),
            Store::Shared(shared) => complete(&*self.backend, &mut shared.finish()),
        }
    }
}

impl Growing {
    fn share(&mut self, backend: &Arc<dyn Backend>) -> Shared {
        let placeholder = AcquisitionRecord::unfinished(Facts::new(self.record.api()));
        let record = mem::replace(&mut self.record, placeholder);
        let listeners = self.listeners.take().map(|all| *all);
        let Listeners { span, collector } = listeners.unwrap_or_default();
        let state = Mutex::new(SharedState {
            record,
            span,
            finished: false,
        });
        Shared {
            backend: Arc::clone(backend),
            collector,
            state,
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, SharedState> {
        // A note cannot leave the facts half changed, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self) -> Growing {
        let mut state = self.lock();
        state.finished = true;
        let listeners = Listeners {
            span: state.span.take(),
            collector: self.collector.clone(),
        };
        Growing {
            record: state.record.clone(),
            listeners: Some(Box::new(listeners)),
        }
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

//! What is known of an acquisition while it runs.

use std::borrow::Cow;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::backend::{Backend, OpenSpan};
use super::clock::Moment;
use super::observe::Collector;
use super::record::AcquisitionRecord;
use crate::api::Api;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::error::{ErrorInfo, TransportError};
use crate::region::Region;
use crate::token::{TokenInfo, TokenType};
use crate::wire::{ClientRequestId, bounded_text};

/// Longest caller SDK id in bytes; MSAL.NET keeps as many UTF-16 units.
pub const MAX_CALLER_SDK_ID_LEN: usize = 10;

/// Longest caller SDK version in bytes; MSAL.NET keeps as many UTF-16 units.
pub const MAX_CALLER_SDK_VERSION_LEN: usize = 20;

/// Most swallowed failures that one acquisition keeps.
const MAX_SUB_FAILURES: usize = 8;

/// Facts of one acquisition; the ones that every cache hit needs lie in it, the others in a box.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) api: Api,
    pub(crate) started: Option<Moment>,
    pub(crate) correlation_id: Option<ClientRequestId>,
    pub(crate) source: Option<TokenSource>,
    pub(crate) level: Option<CacheLevel>,
    pub(crate) refresh_reason: Option<CacheRefreshReason>,
    pub(crate) token_type: Option<TokenType>,
    pub(crate) in_cache: Option<Duration>,
    pub(crate) remaining_lifetime: Option<Duration>,
    pub(crate) stale: bool,
    pub(crate) background: bool,
    pub(crate) rare: Option<Box<RareFacts>>,
}

/// Facts that few acquisitions have.
#[derive(Clone, Debug, Default)]
pub(crate) struct RareFacts {
    pub(crate) parent: Option<ClientRequestId>,
    pub(crate) region: Option<Region>,
    pub(crate) caller_sdk: Option<CallerSdk>,
    pub(crate) wrapper: Option<Wrapper>,
    pub(crate) broker_error: Option<Cow<'static, str>>,
    pub(crate) cache_serialized: Option<bool>,
    pub(crate) legacy_cache: Option<bool>,
    pub(crate) managed_certificate: Option<bool>,
    pub(crate) waited: Option<Duration>,
    pub(crate) cached_token_count: Option<u64>,
    pub(crate) in_extension: Option<Duration>,
    pub(crate) refresh_on: Option<SystemTime>,
    pub(crate) error: ErrorInfo,
    pub(crate) sub_failures: Vec<ErrorInfo>,
    pub(crate) http: HttpFacts,
}

/// Facts of the token requests of one acquisition, summed over the tries.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpFacts {
    pub(crate) host: Option<Arc<str>>,
    pub(crate) duration: Option<Duration>,
    pub(crate) attempts: u32,
    pub(crate) pending_polls: u32,
    pub(crate) answered: bool,
    pub(crate) status: Option<u16>,
    pub(crate) transport: Option<TransportError>,
    pub(crate) retry_after: Option<Duration>,
}

/// SDK on whose behalf the acquiring SDK works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallerSdk {
    pub(crate) id: Cow<'static, str>,
    pub(crate) version: Cow<'static, str>,
}

impl CallerSdk {
    pub(crate) fn new(id: Cow<'static, str>, version: Cow<'static, str>) -> Self {
        Self {
            id: bounded_text(id, MAX_CALLER_SDK_ID_LEN),
            version: bounded_text(version, MAX_CALLER_SDK_VERSION_LEN),
        }
    }
}

/// Library that wraps the acquiring SDK, as the JavaScript dialect names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrapper {
    pub(crate) sku: Cow<'static, str>,
    pub(crate) version: Cow<'static, str>,
}

impl Facts {
    pub(crate) fn new(api: Api) -> Self {
        Self {
            api,
            started: None,
            correlation_id: None,
            source: None,
            level: None,
            refresh_reason: None,
            token_type: None,
            in_cache: None,
            remaining_lifetime: None,
            stale: false,
            background: false,
            rare: None,
        }
    }

    /// The rare facts, with room made for them if there was none.
    pub(crate) fn rare_mut(&mut self) -> &mut RareFacts {
        self.rare.get_or_insert_default()
    }

    /// Names the acquisition this one is for, unless it is known already.
    pub(crate) fn parent_or(&mut self, parent: ClientRequestId) {
        self.rare_mut().parent.get_or_insert(parent);
    }

    /// The id of this acquisition, made now if nothing needed it before.
    pub(crate) fn correlation_id(&mut self) -> ClientRequestId {
        *self.correlation_id.get_or_insert_with(ClientRequestId::new)
    }

    pub(crate) fn add_waited(&mut self, time: Duration) {
        add(&mut self.rare_mut().waited, time);
    }

    pub(crate) fn add_in_cache(&mut self, time: Duration) {
        add(&mut self.in_cache, time);
    }

    pub(crate) fn add_in_extension(&mut self, time: Duration) {
        add(&mut self.rare_mut().in_extension, time);
    }

    /// Takes over what is known of the token, without forgetting what was noted before.
    pub(crate) fn token(&mut self, info: &TokenInfo) {
        self.token_type = info.scheme().or(self.token_type);
        self.remaining_lifetime = info.remaining_lifetime().or(self.remaining_lifetime);
        if let Some(moment) = info.refresh_moment() {
            self.rare_mut().refresh_on = Some(moment);
        }
    }

    pub(crate) fn sub_failure(&mut self, info: ErrorInfo) {
        let failures = &mut self.rare_mut().sub_failures;
        if failures.len() < MAX_SUB_FAILURES {
            failures.push(info);
        }
    }
}

impl HttpFacts {
    pub(crate) fn add_try(&mut self, duration: Option<Duration>) {
        self.attempts = self.attempts.saturating_add(1);
        if let Some(duration) = duration {
            add(&mut self.duration, duration);
        }
    }
}

fn add(sum: &mut Option<Duration>, time: Duration) {
    *sum = Some(sum.unwrap_or_default().saturating_add(time));
}

/// An acquisition under way, on behalf of one `Telemetry`.
pub(crate) struct Running {
    pub(crate) backend: Arc<dyn Backend>,
    store: Store,
    /// Whether the future of the acquisition put it here, and not a handle.
    pub(crate) owned: bool,
    /// Whether the future of the acquisition is being dropped.
    pub(crate) dropping: bool,
}

/// Where the facts lie: in the future, until something must outlive or leave it.
enum Store {
    Inline(Attached),
    Shared(Arc<Shared>),
}

/// Facts and what hangs on the acquisition beside them.
pub(crate) struct Attached {
    pub(crate) facts: Facts,
    pub(crate) listeners: Option<Box<Listeners>>,
}

/// Who follows one acquisition; most have nobody.
#[derive(Default)]
pub(crate) struct Listeners {
    pub(crate) span: Option<Box<dyn OpenSpan>>,
    pub(crate) collector: Option<Arc<Collector>>,
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
    pub(crate) collector: Option<Arc<Collector>>,
    state: Mutex<SharedState>,
}

struct SharedState {
    facts: Facts,
    span: Option<Box<dyn OpenSpan>>,
    finished: bool,
}

impl Running {
    pub(crate) fn new(backend: Arc<dyn Backend>, facts: Facts) -> Self {
        let attached = Attached {
            facts,
            listeners: None,
        };
        Self {
            backend,
            store: Store::Inline(attached),
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

    /// Starts the clock and calls those who follow the acquisition.
    pub(crate) fn begin(&mut self, background: bool, collector: Option<Arc<Collector>>) {
        let Store::Inline(Attached { facts, listeners }) = &mut self.store else {
            return;
        };
        facts.background = background;
        let span = self.backend.open_span(facts);
        if span.is_some() || collector.is_some() {
            *listeners = Some(Box::new(Listeners { span, collector }));
        }
        facts.started = self.backend.clock().now();
    }

    pub(crate) fn collector(&self) -> Option<&Arc<Collector>> {
        match &self.store {
            Store::Inline(attached) => attached.listeners.as_ref()?.collector.as_ref(),
            Store::Shared(shared) => shared.collector.as_ref(),
        }
    }

    /// Changes the facts; nothing happens once the record is made.
    pub(crate) fn note(&mut self, note: impl FnOnce(&mut Facts)) {
        match &mut self.store {
            Store::Inline(attached) => note(&mut attached.facts),
            Store::Shared(shared) => shared.note(note),
        }
    }

    /// Reads the facts; unlike a note it also works after the record is made.
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&mut Facts) -> T) -> T {
        match &mut self.store {
            Store::Inline(attached) => read(&mut attached.facts),
            Store::Shared(shared) => shared.read(read),
        }
    }

    /// The acquisition in a form that may leave its task, moved there on first need.
    pub(crate) fn share(&mut self) -> Arc<Shared> {
        match &mut self.store {
            Store::Shared(shared) => Arc::clone(shared),
            Store::Inline(attached) => {
                let placeholder = Facts::new(attached.facts.api);
                let facts = mem::replace(&mut attached.facts, placeholder);
                let Listeners { span, collector } = attached
                    .listeners
                    .take()
                    .map(|all| *all)
                    .unwrap_or_default();
                let state = Mutex::new(SharedState {
                    facts,
                    span,
                    finished: false,
                });
                let backend = Arc::clone(&self.backend);
                let shared = Arc::new(Shared {
                    backend,
                    collector,
                    state,
                });
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
            Store::Inline(attached) => {
                if let Some(span) = attached
                    .listeners
                    .as_ref()
                    .and_then(|all| all.span.as_ref())
                {
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

    /// The facts at the end and who is told of them; later notes change nothing.
    pub(crate) fn finish(self) -> (Arc<dyn Backend>, Attached) {
        let attached = match self.store {
            Store::Inline(attached) => attached,
            Store::Shared(shared) => shared.finish(),
        };
        (self.backend, attached)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, SharedState> {
        // A note cannot leave the facts half changed, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self) -> Attached {
        let mut state = self.lock();
        state.finished = true;
        let listeners = Listeners {
            span: state.span.take(),
            collector: self.collector.clone(),
        };
        Attached {
            facts: state.facts.clone(),
            listeners: Some(Box::new(listeners)),
        }
    }

    pub(crate) fn note(&self, note: impl FnOnce(&mut Facts)) {
        let mut state = self.lock();
        if !state.finished {
            note(&mut state.facts);
        }
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&mut Facts) -> T) -> T {
        read(&mut self.lock().facts)
    }
}

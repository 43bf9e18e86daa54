//! What belongs to one request over all its attempts: its id and its features.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use http::{Extensions, HeaderMap};
use pin_project_lite::pin_project;

use super::feature_usage::FeatureUsage;
use super::headers::{Applied, id_in};
use crate::stack::{ExitPolicy, Ticket, TicketStack};
use crate::wire::ClientRequestId;

thread_local! {
    /// The contexts that are entered on this thread.
    static ENTERED: RefCell<TicketStack<RequestContext>> =
        const { RefCell::new(TicketStack::new()) };
}

/// One request to Graph over all its attempts, or the work that makes several.
///
/// It is found where the headers are applied: in the request's [`http::Extensions`] first,
/// else as the current one of the task, inside [`scope`](Self::scope). The layers give every
/// request a context of its own, a [`child`](Self::child) of the current one, and keep it over
/// retries and redirects. Cloning shares it.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{FeatureUsage, RequestContext, feature_used};
///
/// let context = RequestContext::new();
/// let current = context.enter(); // around futures: context.scope(future).await
/// feature_used(FeatureUsage::FILE_UPLOAD_TASK);
/// drop(current);
/// assert_eq!(context.features(), FeatureUsage::FILE_UPLOAD_TASK);
/// ```
#[derive(Clone, Default)]
pub struct RequestContext {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    outer: Outer,
    given_id: Option<ClientRequestId>,
    made_id: OnceLock<ClientRequestId>,
    features: AtomicU64,
    applied: Mutex<Option<Applied>>,
    /// Whether this is one request and not a piece of work that may make several.
    is_request: bool,
    /// Whether a layer made it, for the request that passed there and for no other.
    is_of_layer: bool,
}

/// Context in whose scope a request is made.
#[derive(Default)]
struct Outer(Option<RequestContext>);

impl Drop for Outer {
    /// One after the other: each may be the last owner of the next, and the stack would overflow.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut last) = next.and_then(|context| Arc::into_inner(context.shared)) {
            next = last.outer.0.take();
        }
    }
}

/// Says that the current request is made with a feature; outside a scope it does nothing.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{FeatureUsage, feature_used};
///
/// async fn next_page() {
///     feature_used(FeatureUsage::PAGE_ITERATOR_TASK);
///     // … send the request
/// }
/// ```
pub fn feature_used(features: FeatureUsage) {
    if let Some(context) = RequestContext::current() {
        context.feature_used(features);
    }
}

impl RequestContext {
    /// A request or a piece of work without an id yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A request with this id, which the requests in its scope have too.
    #[must_use]
    pub fn with_client_request_id(id: ClientRequestId) -> Self {
        Self {
            shared: Arc::new(Shared {
                given_id: Some(id),
                ..Shared::default()
            }),
        }
    }

    /// The request in whose scope the caller runs.
    #[must_use]
    pub fn current() -> Option<Self> {
        with_entered(|entered| entered.top().cloned()).flatten()
    }

    /// A request of its own in this work: same features and given id, no made one.
    #[must_use]
    pub fn child(&self) -> Self {
        self.request(false)
    }

    fn request(&self, is_of_layer: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                outer: Outer(Some(self.clone())),
                given_id: self.shared.given_id,
                is_request: true,
                is_of_layer,
                ..Shared::default()
            }),
        }
    }

    /// The context of a request with these extensions, for layers.
    ///
    /// An attempt of a request that has one keeps it; else the request is new, and the layer
    /// puts the context into its extensions. A request that is made while another one is sent is
    /// new, too: it belongs to the same work, and has an id of its own unless the work has one.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        Self::of_attempt(extensions, &HeaderMap::new())
    }

    /// The context of a request with these extensions and headers.
    pub(crate) fn of_attempt(extensions: &Extensions, headers: &HeaderMap) -> Self {
        let current = || match Self::current() {
            Some(current) if current.shared.is_request => current.or_sibling(headers),
            current => current.unwrap_or_default().request(true),
        };
        extensions.get().cloned().unwrap_or_else(current)
    }

    /// The context that headers are applied for by hand.
    pub(super) fn of_headers(headers: &HeaderMap) -> Self {
        match Self::current() {
            Some(current) if current.shared.is_of_layer => current.or_sibling(headers),
            current => current.unwrap_or_default(),
        }
    }

    /// This context, or one for another request of the same work.
    ///
    /// A redirect may lose the extensions of a request, but not its headers: an attempt has the id
    /// that an earlier one has written. Without it this is a request that a handler makes meanwhile.
    fn or_sibling(self, headers: &HeaderMap) -> Self {
        let sent = self.applied().and_then(|applied| applied.client_request_id);
        if sent.is_none() || sent == id_in(headers) {
            return self;
        }
        let mut work = self.shared.outer.0.as_ref();
        while let Some(request) = work.filter(|outer| outer.shared.is_request) {
            work = request.shared.outer.0.as_ref();
        }
        work.cloned().unwrap_or_default().request(true)
    }

    /// Says that the request is made with a feature.
    pub fn feature_used(&self, features: FeatureUsage) {
        self.shared
            .features
            .fetch_or(features.bits(), Ordering::Relaxed);
    }

    /// Features of the request, and of the requests in whose scope it is made.
    #[must_use]
    pub fn features(&self) -> FeatureUsage {
        self.and_outer()
            .map(|shared| FeatureUsage::from_bits(shared.features.load(Ordering::Relaxed)))
            .fold(FeatureUsage::NONE, FeatureUsage::union)
    }

    /// Id of the request: the given one, else the one made when it was first sent.
    #[must_use]
    pub fn client_request_id(&self) -> Option<ClientRequestId> {
        let made = || self.shared.made_id.get().copied();
        self.shared.given_id.or_else(made)
    }

    /// Id of the request, which is made now if it has none.
    pub(super) fn client_request_id_or_make(&self) -> ClientRequestId {
        let Shared {
            given_id, made_id, ..
        } = &*self.shared;
        given_id.unwrap_or_else(|| *made_id.get_or_init(ClientRequestId::new))
    }

    /// What was done to the headers up to the last attempt, also of requests made in the scope.
    #[must_use]
    pub fn applied(&self) -> Option<Applied> {
        *self.shared.applied()
    }

    pub(super) fn set_applied(&self, applied: Applied) {
        for shared in self.and_outer() {
            *shared.applied() = Some(applied);
        }
    }

    fn and_outer(&self) -> impl Iterator<Item = &Shared> {
        std::iter::successors(Some(&*self.shared), |shared| {
            shared.outer.0.as_ref().map(|outer| &*outer.shared)
        })
    }

    /// Makes the request current whenever the future is polled.
    pub fn scope<F: IntoFuture>(&self, future: F) -> InRequest<F::IntoFuture> {
        InRequest {
            context: self.clone(),
            inner: future.into_future(),
        }
    }

    /// Makes the request current on this thread until the guard is dropped.
    ///
    /// Do not hold the guard over an await; use [`scope`](Self::scope) there.
    pub fn enter(&self) -> EnteredRequest {
        EnteredRequest::new(self, ExitPolicy::Own)
    }
}

impl Shared {
    fn applied(&self) -> std::sync::MutexGuard<'_, Option<Applied>> {
        self.applied.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("features", &self.features())
            .field("client_request_id", &self.client_request_id())
            .finish_non_exhaustive()
    }
}

/// Guard of [`RequestContext::enter`]; guards may be dropped in any order.
#[must_use = "the request is current only while the guard lives"]
pub struct EnteredRequest {
    ticket: Option<Ticket>,
    policy: ExitPolicy,
    /// The guard belongs to the thread whose stack it changed.
    not_send: PhantomData<*const ()>,
}

impl EnteredRequest {
    fn new(context: &RequestContext, policy: ExitPolicy) -> Self {
        Self {
            ticket: with_entered(|entered| entered.push(context.clone())),
            policy,
            not_send: PhantomData,
        }
    }
}

impl Drop for EnteredRequest {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            drop(with_entered(|entered| entered.leave(ticket, self.policy)));
        }
    }
}

/// Runs `act` on the contexts of the thread; `None` while the thread ends, when none is current.
fn with_entered<T>(act: impl FnOnce(&mut TicketStack<RequestContext>) -> T) -> Option<T> {
    ENTERED
        .try_with(|entered| act(&mut entered.borrow_mut()))
        .ok()
}

impl fmt::Debug for EnteredRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnteredRequest").finish_non_exhaustive()
    }
}

pin_project! {
    /// Future of [`RequestContext::scope`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct InRequest<F> {
        context: RequestContext,
        #[pin]
        inner: F,
    }
}

impl<F: Future> Future for InRequest<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let _entered = EnteredRequest::new(this.context, ExitPolicy::UnwindTo);
        this.inner.poll(cx)
    }
}

impl<F> fmt::Debug for InRequest<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InRequest")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

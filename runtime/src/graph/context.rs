//! The id and the features of one request, across all its attempts.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use http::{Extensions, HeaderMap};
use pin_project_lite::pin_project;

use super::applied::Applied;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
use super::attempts::Attempts;
use super::feature_usage::FeatureUsage;
use super::host::GraphHost;
use crate::stack::{ExitPolicy, Ticket, TicketStack};
use crate::wire::ClientRequestId;

thread_local! {
    /// The contexts entered on this thread.
    static ENTERED: RefCell<TicketStack<RequestContext>> =
        const { RefCell::new(TicketStack::new()) };
}

/// One request to Graph across all its attempts, or a task that makes several requests.
///
/// Applying the headers looks for a context in the request's [`http::Extensions`], then for the
/// current one inside [`scope`](Self::scope). The layers create a context for each request, a
/// [`child`](Self::child) of the current one, and keep it across retries and redirects. Clones share
/// the same state.
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
    /// The host of the first attempt at Graph.
    host: OnceLock<GraphHost>,
    #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
    attempts: Attempts,
    kind: Kind,
}

/// What a context is the context of.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// A task that may make several requests.
    #[default]
    Task,
    /// One request.
    Request,
    /// The request that passed through the layer which created the context, and no other.
    LayerRequest,
}

/// The context in whose scope a request is made.
#[derive(Default)]
struct Outer(Option<RequestContext>);

impl Drop for Outer {
    /// Drops the chain in a loop: a recursive drop of a long chain would overflow the stack.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut last) = next.and_then(|context| Arc::into_inner(context.shared)) {
            next = last.outer.0.take();
        }
    }
}

/// Records that the current request uses a feature.
///
/// Does nothing outside the scope of a [`RequestContext`].
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
    /// Creates the context of a request or a task, without an id yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::RequestContext;
    ///
    /// assert_eq!(RequestContext::new().client_request_id(), None);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a context with this id, which all requests in its scope share.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{ClientRequestId, graph::RequestContext};
    ///
    /// let id = ClientRequestId::new();
    /// let context = RequestContext::with_client_request_id(id);
    /// assert_eq!(context.child().client_request_id(), Some(id));
    /// ```
    #[must_use]
    pub fn with_client_request_id(id: ClientRequestId) -> Self {
        Self {
            shared: Arc::new(Shared {
                given_id: Some(id),
                ..Shared::default()
            }),
        }
    }

    /// Returns the context in whose scope the caller runs.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::RequestContext;
    ///
    /// assert!(RequestContext::current().is_none());
    /// let context = RequestContext::new();
    /// let _entered = context.enter();
    /// assert!(RequestContext::current().is_some());
    /// ```
    #[must_use]
    pub fn current() -> Option<Self> {
        with_entered(|entered| entered.top().cloned()).flatten()
    }

    /// Creates the context of a new request in this task.
    ///
    /// The request has the features of the task. It shares an id that was set explicitly, but not one
    /// that was generated.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{FeatureUsage, RequestContext};
    ///
    /// let task = RequestContext::new();
    /// task.feature_used(FeatureUsage::PAGE_ITERATOR_TASK);
    /// assert_eq!(task.child().features(), FeatureUsage::PAGE_ITERATOR_TASK);
    /// ```
    #[must_use]
    pub fn child(&self) -> Self {
        self.request(Kind::Request)
    }

    fn request(&self, kind: Kind) -> Self {
        Self {
            shared: Arc::new(Shared {
                outer: Outer(Some(self.clone())),
                given_id: self.shared.given_id,
                kind,
                ..Shared::default()
            }),
        }
    }

    /// Returns the context of a request with these extensions, for use in layers.
    ///
    /// If the extensions have a context, this is another attempt of the same request. Otherwise the
    /// request is new, and the layer must insert the context into its extensions. A request made while
    /// another one is being sent is new, too: it belongs to the same task, and has its own id unless
    /// the task has one.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Extensions;
    /// use token_telemetry::graph::{FeatureUsage, RequestContext};
    ///
    /// let mut extensions = Extensions::new();
    /// let context = RequestContext::of(&extensions);
    /// extensions.insert(context.clone());
    ///
    /// RequestContext::of(&extensions).feature_used(FeatureUsage::RETRY_HANDLER);
    /// assert_eq!(context.features(), FeatureUsage::RETRY_HANDLER);
    /// ```
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        Self::of_attempt(extensions, &HeaderMap::new())
    }

    /// Returns the context of a request with these extensions and headers.
    pub(crate) fn of_attempt(extensions: &Extensions, headers: &HeaderMap) -> Self {
        let current = || match Self::current() {
            Some(current) if current.shared.kind != Kind::Task => current.or_sibling(headers),
            current => current.unwrap_or_default().request(Kind::LayerRequest),
        };
        extensions.get().cloned().unwrap_or_else(current)
    }

    /// Returns the context for headers that are applied by hand.
    pub(super) fn of_headers(headers: &HeaderMap) -> Self {
        match Self::current() {
            Some(current) if current.shared.kind == Kind::LayerRequest => {
                current.or_sibling(headers)
            }
            current => current.unwrap_or_default(),
        }
    }

    /// Returns this context, or a new one for another request of the same task.
    ///
    /// A redirect may lose the extensions of a request, but not its headers: a further attempt still
    /// has the id that an earlier one has written. Without that id, a handler is making a new request
    /// while this one is being sent.
    fn or_sibling(self, headers: &HeaderMap) -> Self {
        let sent = self.applied().and_then(|applied| applied.client_request_id);
        if sent.is_none() || sent == ClientRequestId::in_headers(headers) {
            return self;
        }
        let mut task = self.shared.outer.0.as_ref();
        while let Some(request) = task.filter(|outer| outer.shared.kind != Kind::Task) {
            task = request.shared.outer.0.as_ref();
        }
        task.cloned()
            .unwrap_or_default()
            .request(Kind::LayerRequest)
    }

    /// Records that the request uses a feature.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{FeatureUsage, RequestContext};
    ///
    /// let context = RequestContext::new();
    /// context.feature_used(FeatureUsage::BATCH_REQUEST_CONTENT);
    /// assert!(context.features().contains(FeatureUsage::BATCH_REQUEST_CONTENT));
    /// ```
    pub fn feature_used(&self, features: FeatureUsage) {
        self.shared
            .features
            .fetch_or(features.bits(), Ordering::Relaxed);
    }

    /// Returns the features of the request, including those of the enclosing contexts.
    #[must_use]
    pub fn features(&self) -> FeatureUsage {
        self.and_outer()
            .map(|shared| FeatureUsage::from_bits(shared.features.load(Ordering::Relaxed)))
            .fold(FeatureUsage::NONE, FeatureUsage::union)
    }

    /// Returns the id of the request: the explicit one, or the one generated when it was first sent.
    #[must_use]
    pub fn client_request_id(&self) -> Option<ClientRequestId> {
        let made = || self.shared.made_id.get().copied();
        self.shared.given_id.or_else(made)
    }

    /// Returns the id of the request, generating it if necessary.
    pub(super) fn client_request_id_or_make(&self) -> ClientRequestId {
        let Shared {
            given_id, made_id, ..
        } = &*self.shared;
        given_id.unwrap_or_else(|| *made_id.get_or_init(ClientRequestId::new))
    }

    /// Returns what was last done to the headers, of this request or one made in its scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Headers, Product, RequestContext, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// # let headers = Headers::new(SdkVersion::builder().core(core).build()?);
    /// let context = RequestContext::new();
    /// let mut map = http::HeaderMap::new();
    /// headers.apply_for(&context, &"https://graph.microsoft.com/v1.0/me".parse()?, &mut map);
    /// assert!(context.applied().is_some_and(|applied| applied.is_written));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn applied(&self) -> Option<Applied> {
        *self.shared.applied()
    }

    pub(super) fn set_applied(&self, applied: Applied) {
        for shared in self.and_outer() {
            *shared.applied() = Some(applied);
        }
    }

    pub(super) fn set_host(&self, host: GraphHost) {
        self.shared.host.get_or_init(|| host);
    }

    fn and_outer(&self) -> impl Iterator<Item = &Shared> {
        std::iter::successors(Some(&*self.shared), |shared| {
            shared.outer.0.as_ref().map(|outer| &*outer.shared)
        })
    }

    /// Makes the context current whenever the future is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{FeatureUsage, RequestContext, feature_used};
    ///
    /// # futures::executor::block_on(async {
    /// let context = RequestContext::new();
    /// context.scope(async { feature_used(FeatureUsage::PAGE_ITERATOR_TASK) }).await;
    /// assert_eq!(context.features(), FeatureUsage::PAGE_ITERATOR_TASK);
    /// # });
    /// ```
    pub fn scope<F: IntoFuture>(&self, future: F) -> RequestFuture<F::IntoFuture> {
        RequestFuture {
            context: self.clone(),
            inner: future.into_future(),
        }
    }

    /// Makes the context current on this thread until the guard is dropped.
    ///
    /// Do not hold the guard across an `.await`; use [`scope`](Self::scope) there.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{FeatureUsage, RequestContext, feature_used};
    ///
    /// let context = RequestContext::new();
    /// let entered = context.enter();
    /// feature_used(FeatureUsage::FILE_UPLOAD_TASK);
    /// drop(entered);
    /// assert!(!context.features().is_empty());
    /// ```
    pub fn enter(&self) -> RequestGuard {
        RequestGuard::new(self, ExitPolicy::Own)
    }
}

/// What the layers need to observe a request.
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
impl RequestContext {
    /// Returns the host of the first attempt at Graph, if there was one.
    pub(crate) fn host(&self) -> Option<GraphHost> {
        self.shared.host.get().copied()
    }

    pub(crate) fn attempts(&self) -> &Attempts {
        &self.shared.attempts
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

/// A guard returned by [`RequestContext::enter`]; guards may be dropped in any order.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{RequestGuard, RequestContext};
///
/// let entered: RequestGuard = RequestContext::new().enter();
/// drop(entered);
/// assert!(RequestContext::current().is_none());
/// ```
#[must_use = "the context is current only while the guard lives"]
pub struct RequestGuard {
    ticket: Option<Ticket>,
    policy: ExitPolicy,
    /// The guard belongs to the thread whose stack it changed.
    not_send: PhantomData<*const ()>,
}

impl RequestGuard {
    fn new(context: &RequestContext, policy: ExitPolicy) -> Self {
        Self {
            ticket: with_entered(|entered| entered.push(context.clone())),
            policy,
            not_send: PhantomData,
        }
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            drop(with_entered(|entered| entered.leave(ticket, self.policy)));
        }
    }
}

/// Runs `act` on the thread's contexts; returns `None` while the thread shuts down.
fn with_entered<T>(act: impl FnOnce(&mut TicketStack<RequestContext>) -> T) -> Option<T> {
    ENTERED
        .try_with(|entered| act(&mut entered.borrow_mut()))
        .ok()
}

impl fmt::Debug for RequestGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestGuard").finish_non_exhaustive()
    }
}

pin_project! {
    /// The future returned by [`RequestContext::scope`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{RequestFuture, RequestContext};
    ///
    /// let future: RequestFuture<_> = RequestContext::new().scope(async { 1 });
    /// assert_eq!(futures::executor::block_on(future), 1);
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct RequestFuture<F> {
        context: RequestContext,
        #[pin]
        inner: F,
    }
}

impl<F: Future> Future for RequestFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let _entered = RequestGuard::new(this.context, ExitPolicy::UnwindTo);
        this.inner.poll(cx)
    }
}

impl<F> fmt::Debug for RequestFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestFuture")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

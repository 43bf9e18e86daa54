//! Handles take an acquisition to spawned tasks, thread pools and blocking code.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::active::Shared;
use super::capture::polled_after_completion;
use super::collector::Collector;
use super::context::{self, EnteredShared};
use super::token_request::TokenRequest;
use crate::stack::ExitPolicy;

/// An acquisition that can leave its task, returned by [`handle`](crate::Acquisition::handle).
///
/// Put it into [`http::Extensions`] for layers behind a queue.
///
/// # Examples
///
/// ```
/// use token_telemetry::Acquisition;
///
/// let handle = Acquisition::current().handle();
/// let worker = std::thread::spawn(move || {
///     let _entered = handle.enter();
///     Acquisition::current().record_stale_token();
/// });
/// # worker.join().unwrap();
/// ```
#[derive(Clone)]
pub struct Handle {
    shared: Option<Arc<Shared>>,
    collector: Option<Arc<Collector>>,
}

impl Handle {
    /// Returns a handle to the current acquisition and `capture`.
    pub(super) fn current() -> Self {
        Self {
            shared: context::share_current(),
            collector: context::enclosing_collector(),
        }
    }

    /// Begins a request that a layer sees, for the handle in it or else for the current acquisition.
    #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
    pub(crate) fn seen_request(handle: Option<&Self>, url: &str) -> TokenRequest {
        let shared = handle.map_or_else(context::share_current, |handle| handle.shared.clone());
        TokenRequest::seen(shared, url)
    }

    /// Makes the acquisition current whenever the future is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let handle = Acquisition::current().handle();
    /// let task = handle.scope(async {
    ///     Acquisition::current().record_cached_token_count(3);
    /// });
    /// // `tokio::spawn(task)` runs it elsewhere.
    /// # futures::executor::block_on(task);
    /// ```
    pub fn scope<F: IntoFuture>(&self, future: F) -> ScopeFuture<F::IntoFuture> {
        ScopeFuture {
            handle: self.clone(),
            inner: Some(future.into_future()),
        }
    }

    /// Makes the acquisition current on this thread until the guard is dropped.
    ///
    /// Do not hold the guard across an await; use [`scope`](Self::scope) there. Guards may be dropped
    /// in any order. Once the acquisition has ended, it is the parent of later ones only inside a
    /// `scope`, because a guard may have been leaked.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let handle = Acquisition::current().handle();
    /// std::thread::scope(|threads| {
    ///     threads.spawn(|| {
    ///         let _guard = handle.enter();
    ///         Acquisition::current().record_cached_token_count(3);
    ///     });
    /// });
    /// ```
    pub fn enter(&self) -> HandleGuard {
        HandleGuard {
            _entered: self.entered(ExitPolicy::Own),
            in_acquisition: self.shared.is_some(),
            not_send: PhantomData,
        }
    }

    fn entered(&self, policy: ExitPolicy) -> EnteredShared {
        EnteredShared::new(self.shared.as_ref(), self.collector.as_ref(), policy)
    }

    /// Begins one HTTP attempt of a token request for the acquisition.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Acquisition;
    ///
    /// let handle = Acquisition::current().handle();
    /// let mut request = handle.token_request("https://login.microsoftonline.com/t/token");
    /// let headers = request.take_headers();
    /// request.responded(200);
    /// ```
    pub fn token_request(&self, url: impl AsRef<str>) -> TokenRequest {
        TokenRequest::new(self.shared.clone(), url.as_ref())
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("in_acquisition", &self.shared.is_some())
            .finish_non_exhaustive()
    }
}

/// The guard returned by [`Handle::enter`].
///
/// # Examples
///
/// ```
/// use token_telemetry::Acquisition;
///
/// let guard = Acquisition::current().handle().enter();
/// Acquisition::current().record_cached_token_count(3);
/// drop(guard);
/// ```
#[must_use = "the acquisition is current only while the guard lives"]
pub struct HandleGuard {
    _entered: EnteredShared,
    in_acquisition: bool,
    /// The guard belongs to the thread whose context it changed.
    not_send: PhantomData<*const ()>,
}

impl fmt::Debug for HandleGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandleGuard")
            .field("in_acquisition", &self.in_acquisition)
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Handle::scope`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct ScopeFuture<F> {
        handle: Handle,
        #[pin]
        inner: Option<F>,
    }

    impl<F> PinnedDrop for ScopeFuture<F> {
        /// Drops the future inside the acquisition, so that its destructors can still record data.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.inner.is_some() {
                let _entered = this.handle.entered(ExitPolicy::UnwindTo);
                this.inner.set(None);
            }
        }
    }
}

impl<F: Future> Future for ScopeFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let _entered = this.handle.entered(ExitPolicy::UnwindTo);
        let Some(inner) = this.inner.as_mut().as_pin_mut() else {
            polled_after_completion("ScopeFuture");
        };
        let output = std::task::ready!(inner.poll(cx));
        // Destructors of what the future still holds run inside the acquisition, too.
        this.inner.set(None);
        Poll::Ready(output)
    }
}

impl<F> fmt::Debug for ScopeFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeFuture")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

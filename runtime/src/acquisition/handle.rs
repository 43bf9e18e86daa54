//! A way to take an acquisition along: to spawned tasks, pools and blocking code.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::active::Shared;
use super::capture::{Collector, polled_after_completion};
use super::context::EnteredShared;
use super::token_request::TokenRequest;
use crate::stack::ExitPolicy;

/// An acquisition that can leave its task; made by [`handle`](crate::Acquisition::handle).
///
/// It travels in [`http::Extensions`] too, for layers behind a queue.
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
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) collector: Option<Arc<Collector>>,
}

impl Handle {
    /// Makes the acquisition current whenever the future is polled.
    pub fn scope<F: IntoFuture>(&self, future: F) -> ScopeFuture<F::IntoFuture> {
        ScopeFuture {
            handle: self.clone(),
            inner: Some(future.into_future()),
        }
    }

    /// Makes the acquisition current on this thread until the guard is dropped.
    ///
    /// Do not hold the guard over an await; use [`scope`](Self::scope) there. Guards may be dropped in
    /// any order. Once the acquisition is over, it is the parent of later ones only inside a `scope`:
    /// a guard may be leaked.
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

    /// One HTTP try of a token request, on behalf of the acquisition.
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

/// Guard of [`Handle::enter`].
#[must_use = "the acquisition is current only while the guard lives"]
pub struct HandleGuard {
    _entered: EnteredShared,
    in_acquisition: bool,
    /// The guard belongs to the thread whose slot it changed.
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
    /// Future of [`Handle::scope`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct ScopeFuture<F> {
        handle: Handle,
        #[pin]
        inner: Option<F>,
    }

    impl<F> PinnedDrop for ScopeFuture<F> {
        /// The future is dropped inside the acquisition, so that its values can still note facts.
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
        // What the future still holds goes inside the acquisition too.
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

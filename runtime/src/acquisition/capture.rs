//! Captures the records of the acquisitions inside a future.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::context::{self, EnteredShared};
use super::record::AcquisitionRecord;
use crate::stack::ExitPolicy;

/// Awaits a future and captures the records of its acquisitions.
///
/// An enclosing `capture` receives them, too. Spawned tasks are included only through a
/// [`Handle`](crate::Handle); acquisitions inside other acquisitions are not included. Call a
/// blocking function in an async block: `capture(async { client.acquire_token() })`.
///
/// # Examples
///
/// ```
/// # use token_telemetry::{Acquisition, ApiId, CacheLevel, DescribeError, ErrorInfo, TokenSource, acquire_token, capture};
/// # pub struct Contoso;
/// # #[derive(ApiId, Clone, Copy)]
/// # #[repr(u32)]
/// # #[api_id(owner = Contoso)]
/// # pub enum ContosoApi { AcquireTokenSilent = 1007 }
/// # impl DescribeError<std::io::Error> for Contoso {
/// #     fn describe(_: &std::io::Error) -> ErrorInfo { ErrorInfo::new("io_error") }
/// # }
/// #[acquire_token(api = ContosoApi::AcquireTokenSilent)]
/// async fn acquire_token_silent() -> Result<String, std::io::Error> {
///     Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
///     Ok("token".to_owned())
/// }
///
/// # futures::executor::block_on(async {
/// let captured = capture(acquire_token_silent()).await;
/// assert_eq!(captured.last().and_then(|record| record.token_source()), Some(TokenSource::Cache));
/// assert_eq!(captured.output?, "token");
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
pub fn capture<F: IntoFuture>(future: F) -> Capture<F::IntoFuture> {
    Capture {
        collector: None,
        inner: Some(future.into_future()),
    }
}

pin_project! {
    /// The future of [`capture`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct Capture<F> {
        // Created by the first poll, which knows the enclosing `capture`.
        collector: Option<Arc<Collector>>,
        #[pin]
        inner: Option<F>,
    }

    impl<F> PinnedDrop for Capture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // An enclosing `capture` also receives what the drop cancels or begins.
            let _collecting = this.collector.as_ref().map(collecting);
            this.inner.set(None);
            if let Some(collector) = this.collector {
                let _unread = collector.close();
            }
        }
    }
}

impl<F: Future> Future for Capture<F> {
    type Output = Captured<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let collector = this.collector.get_or_insert_with(Collector::new);
        let output = {
            let _collecting = collecting(collector);
            let Some(inner) = this.inner.as_mut().as_pin_mut() else {
                polled_after_completion("Capture");
            };
            let output = std::task::ready!(inner.poll(cx));
            // A combinator such as a timeout cancels its inner futures only now.
            this.inner.set(None);
            output
        };
        let (records, dropped) = collector.close();
        Poll::Ready(Captured {
            output,
            records,
            dropped,
        })
    }
}

impl<F> fmt::Debug for Capture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").finish_non_exhaustive()
    }
}

/// Makes a collector the innermost one for one poll.
fn collecting(collector: &Arc<Collector>) -> EnteredShared {
    EnteredShared::new(None, Some(collector), ExitPolicy::UnwindTo)
}

/// The output of a future and the records of its acquisitions.
///
/// # Examples
///
/// ```
/// use std::io;
/// use token_telemetry::{Captured, Telemetry, api::MsalNet, capture};
///
/// # futures::executor::block_on(async {
/// let call = Telemetry::global().background(MsalNet::AcquireTokenSilent, async {
///     Ok::<_, io::Error>("token")
/// });
/// let Captured { output, records, .. } = capture(call).await;
/// assert_eq!((output?, records.len()), ("token", 1));
/// # Ok::<(), io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Captured<T> {
    /// What the future returned.
    pub output: T,
    /// The records, in the order in which the acquisitions finished.
    pub records: Vec<AcquisitionRecord>,
    /// The number of records dropped beyond [`AcquisitionRecord::MAX_CAPTURED`].
    pub dropped: usize,
}

impl<T> Captured<T> {
    /// Returns the record of the acquisition that finished last.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::capture;
    ///
    /// let captured = futures::executor::block_on(capture(async { "no acquisition" }));
    /// assert!(captured.last().is_none());
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<&AcquisitionRecord> {
        self.records.last()
    }
}

/// Omits the output, which may be a token.
impl<T> fmt::Debug for Captured<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured")
            .field("records", &self.records)
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}

/// Panics, as the futures of the standard library do if polled after completion.
#[cold]
#[track_caller]
#[expect(clippy::panic, reason = "a future that never wakes would hide the bug")]
pub(super) fn polled_after_completion(future: &str) -> ! {
    panic!("`{future}` polled after completion")
}

/// Collects the records of one `capture`.
pub(crate) struct Collector {
    outer: Outer,
    kept: Mutex<Kept>,
}

/// The enclosing `capture`.
struct Outer(Option<Arc<Collector>>);

impl Drop for Outer {
    /// Drops a chain in a loop: each may be the last owner of the next, and recursion would overflow
    /// the stack.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut last) = next.and_then(Arc::into_inner) {
            next = last.outer.0.take();
        }
    }
}

#[derive(Default)]
struct Kept {
    records: Vec<AcquisitionRecord>,
    dropped: usize,
    /// Whether the `capture` has ended, so that later records are dropped.
    is_closed: bool,
}

impl Collector {
    fn new() -> Arc<Self> {
        let mut outer = context::enclosing_collector();
        // A handle may bring a collector that has ended, whose outer one has ended, too, and so on.
        while let Some(ended) = outer.take_if(|outer| outer.lock().is_closed) {
            outer.clone_from(&ended.outer.0);
        }
        Arc::new(Self {
            outer: Outer(outer),
            kept: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a record here and in every enclosing `capture`.
    pub(crate) fn keep(&self, record: &AcquisitionRecord) {
        let mut collector = Some(self);
        while let Some(this) = collector {
            this.lock().keep(record);
            collector = this.outer.0.as_deref();
        }
    }

    /// Takes the records and the number of dropped ones at the end of the `capture`.
    fn close(&self) -> (Vec<AcquisitionRecord>, usize) {
        let mut kept = self.lock();
        kept.is_closed = true;
        (mem::take(&mut kept.records), kept.dropped)
    }
}

impl Kept {
    fn keep(&mut self, record: &AcquisitionRecord) {
        if self.is_closed {
            return;
        }
        if self.records.len() < AcquisitionRecord::MAX_CAPTURED {
            self.records.push(record.clone());
        } else {
            self.dropped += 1;
        }
    }
}

//! Records of the acquisitions that a future makes, for whoever awaits it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::record::AcquisitionRecord;
use super::scope::{self, EnteredShared, Reach};

/// Most records that one [`observe`] keeps.
pub const MAX_OBSERVED: usize = 16;

/// Awaits a future and collects the records of the acquisitions in it.
///
/// An enclosing `observe` gets them too. Spawned tasks are seen only through a
/// [`Handle`](crate::Handle); acquisitions inside other acquisitions are theirs, not ours. A function
/// that blocks is called in an async block: `observe(async { client.acquire_token() })`.
///
/// # Examples
///
/// ```
/// # use token_telemetry::{Acquisition, ApiId, CacheLevel, DescribeError, ErrorInfo, TokenSource, acquire_token, observe};
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
///     Acquisition::current().cache_hit(CacheLevel::L1Cache);
///     Ok("token".to_owned())
/// }
///
/// # futures::executor::block_on(async {
/// let observed = observe(acquire_token_silent()).await;
/// assert_eq!(observed.last().and_then(|record| record.source()), Some(TokenSource::Cache));
/// assert_eq!(observed.output?, "token");
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
pub fn observe<F: IntoFuture>(future: F) -> Observe<F::IntoFuture> {
    Observe {
        collector: None,
        inner: Some(future.into_future()),
    }
}

pin_project! {
    /// Future of [`observe`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct Observe<F> {
        // Made by the first poll, which shows what is around.
        collector: Option<Arc<Collector>>,
        #[pin]
        inner: Option<F>,
    }

    impl<F> PinnedDrop for Observe<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // An enclosing `observe` also gets what the drop cancels or begins.
            let _collecting = this.collector.as_ref().map(collecting);
            this.inner.set(None);
        }
    }
}

impl<F: Future> Future for Observe<F> {
    type Output = Observed<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let collector = this.collector.get_or_insert_with(Collector::new);
        let output = {
            let _collecting = collecting(collector);
            let Some(inner) = this.inner.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            let output = std::task::ready!(inner.poll(cx));
            // A combinator such as a timeout cancels what it holds only now.
            this.inner.set(None);
            output
        };
        let Kept { records, dropped } = collector.take();
        Poll::Ready(Observed {
            output,
            records,
            dropped,
        })
    }
}

impl<F> fmt::Debug for Observe<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observe").finish_non_exhaustive()
    }
}

/// Makes a collector the innermost one until the end of a poll.
fn collecting(collector: &Arc<Collector>) -> EnteredShared {
    EnteredShared::new(None, Some(collector), Reach::Poll)
}

/// Output of a future and the records of its acquisitions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Observed<T> {
    /// What the future returned.
    pub output: T,
    /// Records in the order in which the acquisitions finished.
    pub records: Vec<AcquisitionRecord>,
    /// How many records beyond [`MAX_OBSERVED`] were not kept.
    pub dropped: usize,
}

impl<T> Observed<T> {
    /// The record that was finished last.
    #[must_use]
    pub fn last(&self) -> Option<&AcquisitionRecord> {
        self.records.last()
    }
}

/// Where the records of one `observe` arrive.
pub(crate) struct Collector {
    parent: Option<Arc<Self>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    records: Vec<AcquisitionRecord>,
    dropped: usize,
}

impl Collector {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            parent: scope::enclosing_collector(),
            kept: Mutex::default(),
        })
    }

    /// Keeps a record here and at every enclosing `observe`.
    pub(crate) fn keep(&self, record: &AcquisitionRecord) {
        let mut collector = Some(self);
        while let Some(Self { parent, kept }) = collector {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.records.len() < MAX_OBSERVED {
                kept.records.push(record.clone());
            } else {
                kept.dropped += 1;
            }
            collector = parent.as_deref();
        }
    }

    fn take(&self) -> Kept {
        std::mem::take(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

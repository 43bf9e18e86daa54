//! Captures the records of the acquisitions inside a future, and attaches them to its output.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::collector::Collector;
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
                collector.close();
            }
        }
    }
}

impl<F: Future> Future for Capture<F> {
    type Output = Captured<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let outer = context::enclosing_collector;
        let collector = this
            .collector
            .get_or_insert_with(|| Collector::inside(outer()));
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

/// A result or error type of an SDK that carries the record of its acquisition.
///
/// In MSAL, the record is called `AuthenticationResultMetadata`.
///
/// # Examples
///
/// ```
/// use token_telemetry::acquisition::AttachRecord;
/// use token_telemetry::AcquisitionRecord;
///
/// pub struct AuthResult {
///     pub token: String,
///     pub metadata: Option<AcquisitionRecord>,
/// }
///
/// impl AttachRecord for AuthResult {
///     fn attach_record(&mut self, record: AcquisitionRecord) {
///         self.metadata = Some(record);
///     }
/// }
/// ```
pub trait AttachRecord {
    /// Stores the record of the acquisition that returned this result.
    fn attach_record(&mut self, record: AcquisitionRecord);
}

impl<T: AttachRecord, E: AttachRecord> AttachRecord for Result<T, E> {
    fn attach_record(&mut self, record: AcquisitionRecord) {
        match self {
            Ok(token) => token.attach_record(record),
            Err(error) => error.attach_record(record),
        }
    }
}

impl<T: AttachRecord> Captured<T> {
    /// Returns the output with the last record attached.
    ///
    /// An SDK returns the record to its callers like this:
    /// `capture(self.inner()).await.attached()`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::acquisition::AttachRecord;
    /// use token_telemetry::{AcquisitionRecord, capture};
    ///
    /// struct AuthResult(Option<AcquisitionRecord>);
    ///
    /// impl AttachRecord for AuthResult {
    ///     fn attach_record(&mut self, record: AcquisitionRecord) {
    ///         self.0 = Some(record);
    ///     }
    /// }
    ///
    /// # async fn inner() -> AuthResult { AuthResult(None) }
    /// async fn acquire_token() -> AuthResult {
    ///     capture(inner()).await.attached()
    /// }
    /// # let _none = futures::executor::block_on(acquire_token());
    /// ```
    #[must_use]
    pub fn attached(mut self) -> T {
        if let Some(record) = self.records.pop() {
            self.output.attach_record(record);
        }
        self.output
    }
}

/// Panics, as the futures of the standard library do if polled after completion.
#[cold]
#[track_caller]
#[expect(clippy::panic, reason = "a future that never wakes would hide the bug")]
pub(super) fn polled_after_completion(future: &str) -> ! {
    panic!("`{future}` polled after completion")
}

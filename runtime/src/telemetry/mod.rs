//! `Telemetry`, the handle that an SDK client owns.

mod builder;
mod errors;
mod shard;

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, OnceLock};

use http::{HeaderMap, HeaderName};

use crate::acquisition::backend::{Backend, HeaderSink, InFlightReport, OpenSpan};
use crate::acquisition::{
    self, AcquisitionRecord, BackgroundAcquisition, Call, ClockSource, Nesting, Reading, State,
};
use crate::api::ApiId;
use crate::client::ClientInfo;
use crate::entra::{self, PendingFailure};
use crate::error::DescribeError;
use crate::observer::Observers;
#[cfg(feature = "otel")]
use crate::otel::MetricsRecorder;
use crate::recent::RecentRecords;
#[cfg(feature = "tracing")]
use crate::span::Spans;
use crate::totals::{Counters, Totals};
use crate::wire::{Authority, ClientRequestId};

pub use builder::TelemetryBuilder;
pub use errors::{BuildError, SetGlobalError};
use shard::{Shard, Shards};

static GLOBAL: OnceLock<Telemetry> = OnceLock::new();

/// The handle through which an SDK client reports; cheap to clone.
///
/// Name it in the attribute: `telemetry = self.telemetry`. It owns the counters, the queue of failures
/// for the headers, the observers and the metrics of one client.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
/// assert_eq!(telemetry.totals().cache, 0);
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Telemetry {
    instance: Arc<Instance>,
}

struct Instance {
    shared: Arc<Shared>,
    shards: Shards,
}

struct Shared {
    clock: ClockSource,
    client: ClientInfo,
    entra: entra::Headers,
    authorities: Option<Vec<String>>,
    /// Headers whose value is valid for one attempt only.
    rewritten: Vec<HeaderName>,
    totals: Counters,
    observers: Observers,
    recent: RecentRecords,
    #[cfg(feature = "tracing")]
    spans: Spans,
    #[cfg(feature = "otel")]
    metrics: MetricsRecorder,
}

// Panics of observers, clocks and providers are caught, and locks ignore poisoning, because no panic
// leaves the state half updated. So an SDK's own types stay unwind safe if they hold a `Telemetry`.
impl UnwindSafe for Shared {}
impl RefUnwindSafe for Shared {}

impl Telemetry {
    /// Creates an instance for an SDK, with defaults for everything else.
    ///
    /// Infallible, because a [`ClientInfo`] is checked already. Use it in a `static`, or in a client
    /// whose `new` does not return a `Result`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{ClientInfo, Telemetry};
    ///
    /// let telemetry = Telemetry::new(const { ClientInfo::from_static("Contoso.Auth", "1.2.0") });
    /// assert_eq!(telemetry.client().version(), Some("1.2.0"));
    /// ```
    #[must_use]
    pub fn new(client: ClientInfo) -> Self {
        TelemetryBuilder::new().build_with(client)
    }

    /// Creates a builder with default settings.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::new()
    }

    /// Returns the process-wide instance, which the attribute uses by default.
    ///
    /// Unless [`set_global`](Self::set_global) was called before, this creates an instance without
    /// the name of an SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{:?}", Telemetry::global().totals());
    /// ```
    #[must_use]
    pub fn global() -> Self {
        Self::global_ref().clone()
    }

    pub(crate) fn global_ref() -> &'static Self {
        if let Some(global) = GLOBAL.get() {
            return global;
        }
        // Created outside the cell: registering the callsite calls the subscriber, which may come
        // here, too. If two threads create one at once, nothing was recorded in the one that loses.
        let made = TelemetryBuilder::new().build_with(ClientInfo::detect());
        GLOBAL.get_or_init(|| made)
    }

    /// Sets the process-wide instance.
    ///
    /// # Errors
    ///
    /// If a process-wide instance is already set; the error returns this one.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{ClientInfo, Telemetry};
    ///
    /// let telemetry = Telemetry::new(const { ClientInfo::from_static("Contoso.Auth", "1.2.0") });
    /// Telemetry::set_global(telemetry)?;
    /// assert_eq!(Telemetry::global().client().sku(), Some("Contoso.Auth"));
    /// # Ok::<(), token_telemetry::SetGlobalError>(())
    /// ```
    pub fn set_global(telemetry: Self) -> Result<(), SetGlobalError> {
        GLOBAL.set(telemetry).map_err(SetGlobalError::new)
    }

    /// Returns the sums over all acquisitions so far.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().build()?;
    /// assert_eq!(telemetry.totals().failures, 0);
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.instance.shared.totals.read()
    }

    /// Returns the failures that no acknowledged token request has reported yet, oldest first.
    ///
    /// A failure waits for a request to its authority; one that happened before any token request
    /// waits for the next request to any authority. Failures of acquisitions that sent requests only
    /// to the instance metadata service do not wait, because that service ignores reports; nor do
    /// failures at hosts outside the [`authorities`](TelemetryBuilder::authorities). If all of your
    /// SDK's tokens come from there, use
    /// [`without_last`](crate::entra::Dialect::without_last), so that no failure waits in vain.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// for failure in Telemetry::global().pending_failures() {
    ///     println!("{failure:?}");
    /// }
    /// ```
    #[must_use]
    pub fn pending_failures(&self) -> Vec<PendingFailure> {
        self.instance.shared.entra.pending()
    }

    /// Returns the number of cache hits that no token request has reported yet.
    ///
    /// Hits that a request in flight reports do not count. They count again if it is not delivered.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{} hits to report", Telemetry::global().pending_hits());
    /// ```
    #[must_use]
    pub fn pending_hits(&self) -> u64 {
        self.instance
            .shared
            .entra
            .pending_hits(self.instance.shared.totals.cache_hits())
    }

    /// Returns the number of failures that were dropped unreported.
    ///
    /// Failures are dropped if one is too long, if there are too many for one authority (see
    /// [`Capacity`](crate::entra::Capacity)), or if their authority is the least recently used of more
    /// than 16. Each failure for the header ends up acknowledged, [pending](Self::pending_failures)
    /// or here. Failures that no request may report do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// println!("{} failures lost", Telemetry::global().lost_failures());
    /// ```
    #[must_use]
    pub fn lost_failures(&self) -> u64 {
        self.instance.shared.entra.lost()
    }

    /// Returns the last records, oldest first.
    ///
    /// [`TelemetryBuilder::recent_capacity`] sets how many are kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().recent_capacity(16).build()?;
    /// for record in telemetry.recent_records() {
    ///     println!("{record:?}");
    /// }
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn recent_records(&self) -> Vec<AcquisitionRecord> {
        self.instance.shared.recent.read()
    }

    /// Returns the identity of the SDK that this instance reports for.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    /// assert_eq!(telemetry.client().version(), Some("1.2.0"));
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub fn client(&self) -> &ClientInfo {
        &self.instance.shared.client
    }

    /// Instruments a future for which no caller waits, such as a proactive refresh.
    ///
    /// The acquisition is never merged into another; an enclosing acquisition becomes its parent. The
    /// refresh reason is [`ProactivelyRefreshed`](crate::CacheRefreshReason::ProactivelyRefreshed),
    /// unless the future records another. Type and lifetime of the token are known only if the future
    /// records them with [`record_token`](crate::Acquisition::record_token).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use token_telemetry::{Telemetry, api::MsalNet};
    ///
    /// async fn refresh(telemetry: Telemetry) -> io::Result<()> {
    ///     let token = telemetry.background(MsalNet::AcquireTokenSilent, async {
    ///         Ok::<_, io::Error>("token".to_owned())
    ///     });
    ///     token.await.map(drop)
    /// }
    /// # futures::executor::block_on(refresh(Telemetry::global())).unwrap();
    /// ```
    pub fn background<I, F, T, E>(
        &self,
        api: I,
        future: F,
    ) -> BackgroundAcquisition<F::IntoFuture, T, E>
    where
        I: ApiId<Owner: DescribeError<E>>,
        F: IntoFuture<Output = Result<T, E>>,
    {
        let reading = Reading {
            error: <I::Owner as DescribeError<E>>::describe,
            token: None,
        };
        Call::new(self.backend(), api.api(), Nesting::Background, reading)
            .with_parent(acquisition::parent_id())
            .into_future(future.into_future())
    }

    /// Returns the shard of this instance for acquisitions that begin on this thread.
    pub(crate) fn backend(&self) -> Arc<dyn Backend> {
        Arc::<Shard>::clone(self.instance.shards.own())
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("client", &self.instance.shared.client)
            .finish_non_exhaustive()
    }
}

impl Shared {
    #[cfg(feature = "tracing")]
    fn open_span(&self, state: &State) -> Option<Box<dyn OpenSpan>> {
        self.spans.open(&state.api)
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "the feature is off")]
    fn open_span(&self, _: &State) -> Option<Box<dyn OpenSpan>> {
        None
    }

    /// Returns whether each record is observed or kept.
    fn has_audience(&self) -> bool {
        !self.observers.is_empty() || self.recent.is_kept()
    }

    /// Returns whether telemetry headers may be sent to an authority.
    fn is_authority(&self, authority: &Authority) -> bool {
        let Some(authorities) = &self.authorities else {
            return true;
        };
        let host = authority.host();
        host.is_some_and(|host| authorities.iter().any(|authority| **authority == **host))
    }

    /// Returns whether a later request can report a failure of an acquisition in this state.
    fn can_report(&self, state: &State) -> bool {
        let may_go_there = |authority| self.is_authority(authority);
        state
            .authority()
            .map_or_else(|| !state.has_asked_instance_metadata(), may_go_there)
    }

    /// Removes the headers that an earlier request to an authority left.
    fn strip_headers(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap) {
        for name in &self.rewritten {
            headers.remove(name);
        }
        self.entra.strip(id, headers);
    }

    /// Opens the span before the clock starts, so that its creation is not measured.
    fn begin(&self, state: &mut State, is_quiet: bool) -> Option<Box<dyn OpenSpan>> {
        let span = if is_quiet {
            None
        } else {
            self.open_span(state)
        };
        state.started = self.clock.now();
        span
    }

    fn write_headers(
        &self,
        state: &mut State,
        authority: &Authority,
        report: &mut InFlightReport,
        out: &mut HeaderSink<'_>,
    ) {
        if let HeaderSink::Headers(headers) = out {
            // Left by an earlier attempt, whose failures may be acknowledged already.
            for name in &self.rewritten {
                headers.remove(name);
            }
        }
        let hits = self.totals.cache_hits();
        self.entra.write(state, authority, hits, report, out);
    }

    fn publish(&self, record: &mut AcquisitionRecord, shard: usize, is_quiet: bool) {
        self.totals.export(record, shard);
        if record.has_failures() {
            record.truncate_codes(self.entra.longest_code());
            if self.can_report(record.state()) {
                self.entra.export(record);
            }
        }
        #[cfg(feature = "otel")]
        if !is_quiet {
            self.metrics.record(record);
        }
        if self.has_audience() {
            record.state_mut().correlation_id();
            self.recent.keep(record);
        }
        if is_quiet {
            self.observers.pass_over();
        } else {
            self.observers.notify(record);
        }
    }
}

//! The handle that an SDK client owns.

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

/// Everything one SDK client reports through; cheap to clone.
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
    /// Headers whose value is of one try only.
    rewritten: Vec<HeaderName>,
    totals: Counters,
    observers: Observers,
    recent: RecentRecords,
    #[cfg(feature = "tracing")]
    spans: Spans,
    #[cfg(feature = "otel")]
    metrics: MetricsRecorder,
}

// Every call into observers, clocks and providers is contained, and no lock minds poison: a panic
// leaves nothing half done. So an SDK's own types stay unwind safe when they hold a `Telemetry`.
impl UnwindSafe for Shared {}
impl RefUnwindSafe for Shared {}

impl Telemetry {
    /// An instance for this SDK, with everything else at its default.
    ///
    /// It cannot fail: a [`ClientInfo`] is checked already. That suits a `static`, or a client whose
    /// `new` returns no `Result`.
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

    /// A builder with every outlet at its default.
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::new()
    }

    /// The process-wide instance, used where the attribute names no other.
    ///
    /// Unless [`set_global`](Self::set_global) came first it is made here, and names no SDK.
    #[must_use]
    pub fn global() -> Self {
        Self::global_ref().clone()
    }

    pub(crate) fn global_ref() -> &'static Self {
        if let Some(global) = GLOBAL.get() {
            return global;
        }
        // Made outside of the cell, because a subscriber that is told of the callsite may come here
        // itself. Of two instances that are made at once, nothing was recorded in the lost one.
        let made = TelemetryBuilder::new().build_with(ClientInfo::detect());
        GLOBAL.get_or_init(|| made)
    }

    /// Makes an instance the process-wide one.
    ///
    /// # Errors
    ///
    /// If there is a process-wide instance already; the error hands this one back.
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

    /// Sums over all acquisitions so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.instance.shared.totals.read()
    }

    /// Failures that no answered token request has reported yet, oldest first.
    ///
    /// A failure waits for a request to its authority, and one before any token request waits for
    /// the next to any authority. Failures of acquisitions that asked nobody but the instance
    /// metadata service do not wait, because that service reads no report; nor do failures at hosts
    /// outside the [`authorities`](TelemetryBuilder::authorities). If all of your SDK's
    /// tokens come from there, build with
    /// [`without_last`](crate::entra::Dialect::without_last), so that none waits in vain.
    #[must_use]
    pub fn pending_failures(&self) -> Vec<PendingFailure> {
        self.instance.shared.entra.pending()
    }

    /// Cache hits that no token request has reported yet.
    ///
    /// Hits that a request in flight reports do not count. They count again if it is not delivered.
    #[must_use]
    pub fn pending_hits(&self) -> u64 {
        self.instance
            .shared
            .entra
            .pending_hits(self.instance.shared.totals.cache_hits())
    }

    /// Failures that were dropped unreported, because too many waited or one was too long.
    ///
    /// Too many for one authority, as [`Capacity`](crate::entra::Capacity) says, or those of the
    /// authority that was used least recently of more than 16. Each failure for the header ends up
    /// delivered, [pending](Self::pending_failures) or here. Failures that no request may report are
    /// none of these.
    #[must_use]
    pub fn lost_failures(&self) -> u64 {
        self.instance.shared.entra.lost()
    }

    /// The last records, oldest first; as many as [`TelemetryBuilder::recent_capacity`] says.
    #[must_use]
    pub fn recent_records(&self) -> Vec<AcquisitionRecord> {
        self.instance.shared.recent.read()
    }

    /// Identity of the SDK that this instance reports for.
    #[must_use]
    pub fn client(&self) -> &ClientInfo {
        &self.instance.shared.client
    }

    /// An acquisition that no caller waits for, such as a proactive refresh.
    ///
    /// It is never part of another acquisition; started from inside one, that one is its parent. The
    /// reason for the refresh is that it is proactive, unless the future notes another. Type and
    /// lifetime of the token are known if it notes them:
    /// [`Acquisition::current().record_token(…)`](crate::Acquisition::record_token).
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

    /// The instance as acquisitions that begin on this thread see it.
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
    fn open_span(&self) -> Option<Box<dyn OpenSpan>> {
        self.spans.open()
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "the feature is off")]
    fn open_span(&self) -> Option<Box<dyn OpenSpan>> {
        None
    }

    /// Whether anybody looks at each record.
    fn has_audience(&self) -> bool {
        !self.observers.is_empty() || self.recent.is_kept()
    }

    /// Whether telemetry headers may go there.
    fn is_authority(&self, authority: &Authority) -> bool {
        let Some(authorities) = &self.authorities else {
            return true;
        };
        let host = authority.host();
        host.is_some_and(|host| authorities.iter().any(|authority| **authority == **host))
    }

    /// Whether a later request can report a failure with these facts.
    fn can_report(&self, state: &State) -> bool {
        let may_go_there = |authority| self.is_authority(authority);
        state
            .authority()
            .map_or_else(|| !state.has_asked_instance_metadata(), may_go_there)
    }

    /// Removes what an earlier request to an authority left behind.
    fn strip_headers(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap) {
        for name in &self.rewritten {
            headers.remove(name);
        }
        self.entra.strip(id, headers);
    }

    /// Opens the span first, so that its making counts for nobody's time.
    fn begin(&self, state: &mut State, is_quiet: bool) -> Option<Box<dyn OpenSpan>> {
        let span = if is_quiet { None } else { self.open_span() };
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
            // Of an earlier try: it may be reported already.
            for name in &self.rewritten {
                headers.remove(name);
            }
        }
        let hits = self.totals.cache_hits();
        self.entra.write(state, (authority, hits), report, out);
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

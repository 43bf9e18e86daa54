//! The part of a `Telemetry` that acquisitions use, in shards.

use std::array;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderName};

use super::rejected_token::RejectedToken;
use crate::acquisition::backend::{Backend, OpenSpan};
use crate::acquisition::delivery::{HeaderSink, InFlightReport, UndecidedDelivery};
use crate::acquisition::{
    AcquisitionId, AcquisitionRecord, Attempt, Beginning, ClockSource, Defaults, InFlightShard,
    InFlightTable, Moment, Purpose, StartedAttempt, State, wall,
};
use crate::advice::{Advice, AliveInstance};
use crate::api::Api;
use crate::cache::{CacheRefreshReason, TokenSource};
use crate::client::ClientInfo;
use crate::entra;
use crate::newest_tokens::NewestTokens;
use crate::observer::Observers;
#[cfg(feature = "otel")]
use crate::otel::MetricsRecorder;
#[cfg(all(feature = "otel", feature = "tracing"))]
pub(super) use crate::otel::is_suppressed;
use crate::recent::RecentRecords;
#[cfg(feature = "tracing")]
use crate::span::Spans;
use crate::totals::{Counters, SHARDS};
use crate::wire::{Authority, ClientRequestId};

/// What all shards of one instance share.
pub(super) struct Core {
    pub(super) clock: ClockSource,
    pub(super) client: ClientInfo,
    pub(super) entra: entra::Headers,
    pub(super) authorities: Option<Vec<String>>,
    /// Headers whose value is valid for one attempt only.
    pub(super) rewritten: Vec<HeaderName>,
    pub(super) totals: Counters,
    pub(super) in_flight: Arc<InFlightTable>,
    pub(super) observers: Observers,
    pub(super) recent: RecentRecords,
    pub(super) defaults: Defaults,
    pub(super) tokens: Arc<NewestTokens>,
    pub(super) advice: Advice,
    pub(super) _alive: AliveInstance,
    pub(super) rejected_token: RejectedToken,
    #[cfg(feature = "tracing")]
    pub(super) spans: Spans,
    #[cfg(feature = "otel")]
    pub(super) metrics: MetricsRecorder,
}

// Panics of observers, clocks and providers are caught, and locks ignore poisoning, because no panic
// leaves the state half updated. So an SDK's own types stay unwind safe if they hold a `Telemetry`.
impl UnwindSafe for Core {}
impl RefUnwindSafe for Core {}

/// One shard of an instance.
///
/// Each acquisition holds its `Telemetry`. One reference count for all threads would bounce between
/// the processors on every call, so each shard has its own count, on its own cache line.
#[repr(align(128))]
pub(super) struct Shard {
    core: Arc<Core>,
    index: usize,
    in_flight: Arc<InFlightShard>,
}

/// All shards of one instance.
pub(super) struct Shards {
    pub(super) core: Arc<Core>,
    shards: [Arc<Shard>; SHARDS],
}

impl Shards {
    pub(super) fn new(core: Core) -> Self {
        let core = Arc::new(core);
        let shards = array::from_fn(|index| {
            Arc::new(Shard {
                core: Arc::clone(&core),
                index,
                in_flight: core.in_flight.shard(index),
            })
        });
        Self { core, shards }
    }

    /// Returns the shard of this thread; threads are assigned round-robin.
    pub(super) fn own(&self) -> &Arc<Shard> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static OWN: usize = THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS;
        }
        let [first, ..] = &self.shards;
        self.shards.get(OWN.with(|own| *own)).unwrap_or(first)
    }
}

impl UnwindSafe for Shard {}
impl RefUnwindSafe for Shard {}

impl Shard {
    pub(super) fn record_rejected_token(&self, status: u16) {
        let core = &self.core;
        core.totals.count_rejected_token(self.index);
        core.rejected_token.set(status);
        #[cfg(feature = "otel")]
        core.metrics.record_rejected_token(status);
    }

    /// Returns whether a later request can report a failure of an acquisition in this state.
    fn can_report(&self, state: &State) -> bool {
        match state.authority() {
            Some(authority) => self.is_authority(authority),
            None => !state.has_asked_instance_metadata(),
        }
    }

    /// Publishes what a plain cache hit never has: a new token, and failures.
    fn publish_rest(&self, record: &mut AcquisitionRecord) {
        if record.has_new_token() {
            self.publish_new_token(record);
        }
        if record.has_failures() {
            let entra = &self.core.entra;
            record.truncate_codes(entra.longest_code());
            if self.can_report(record.state()) {
                entra.export(record);
            }
        }
    }

    /// Keeps the expiry of a token that did not come from a cache, and looks for advice.
    #[cold]
    fn publish_new_token(&self, record: &mut AcquisitionRecord) {
        let Core {
            tokens,
            advice,
            totals,
            ..
        } = &*self.core;
        let is_refresh = matches!(
            record.refresh_reason(),
            Some(
                CacheRefreshReason::Expired
                    | CacheRefreshReason::ProactivelyRefreshed
                    | CacheRefreshReason::ForceRefreshOrClaims
            )
        );
        if tokens.keep(record) && is_refresh {
            record.state_mut().cold_mut().expiry_unextended = true;
        }
        advice.new_token(record, totals.cache_hits());
    }
}

/// Without OpenTelemetry, nothing suppresses telemetry.
#[cfg(all(not(feature = "otel"), feature = "tracing"))]
pub(super) const fn is_suppressed() -> bool {
    false
}

impl Backend for Shard {
    fn instance(&self) -> *const () {
        Arc::as_ptr(&self.core).cast()
    }

    fn clock(&self) -> &ClockSource {
        &self.core.clock
    }

    fn begin(&self, begun: Beginning<'_>) -> (Option<Arc<dyn OpenSpan>>, Option<AcquisitionId>) {
        let id = self.core.observers.notify_started(begun, &self.core.clock);
        #[cfg(feature = "tracing")]
        let span = self.core.spans.open(begun.api, is_suppressed);
        #[cfg(not(feature = "tracing"))]
        let span = None;
        (span, id)
    }

    fn in_flight(&self) -> &Arc<InFlightShard> {
        &self.in_flight
    }

    fn entered_flight(&self) {
        #[cfg(feature = "otel")]
        self.core.metrics.prepare_gauges();
    }

    fn is_authority(&self, authority: &Authority) -> bool {
        let Some(authorities) = &self.core.authorities else {
            return true;
        };
        let host = authority.host();
        host.is_some_and(|host| authorities.iter().any(|authority| **authority == **host))
    }

    fn attempt_headers(&self) -> [&'static str; 2] {
        entra::ATTEMPT_HEADERS
    }

    fn strip_headers(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap) {
        for name in &self.core.rewritten {
            headers.remove(name);
        }
        self.core.entra.strip(id, headers);
    }

    fn fill_defaults(&self, state: &mut State) {
        self.core.defaults.fill(state);
    }

    fn begin_request(&self, authority: &Authority, now: Option<Moment>) {
        self.core.advice.request(authority, now);
    }

    fn pause_requests(
        &self,
        authority: &Authority,
        began: Option<Moment>,
        duration: Option<Duration>,
        retry_after: Option<Duration>,
    ) {
        let advice = &self.core.advice;
        advice.pause(authority, began, duration, retry_after);
    }

    fn write_headers(
        &self,
        state: &mut State,
        purpose: Purpose,
        authority: &Authority,
        report: &mut Option<InFlightReport>,
        out: &mut HeaderSink<'_>,
    ) {
        let Core {
            entra,
            rewritten,
            totals,
            ..
        } = &*self.core;
        if let HeaderSink::Headers(headers) = out {
            // Left by an earlier attempt, whose failures may be acknowledged already.
            for name in rewritten {
                headers.remove(name);
            }
        }
        self.fill_defaults(state);
        entra.write(state, purpose, authority, totals.cache_hits(), report, out);
    }

    fn wants_attempts(&self) -> bool {
        self.core.observers.wants_attempts()
    }

    fn notify_attempt(&self, attempt: &StartedAttempt<'_>) {
        self.core.observers.notify_attempt(attempt);
    }

    fn complete_delivery(
        &self,
        report: InFlightReport,
        status: Option<u16>,
    ) -> Option<UndecidedDelivery> {
        self.core.entra.complete_delivery(report, status)
    }

    fn decide_deliveries(&self, undecided: &[UndecidedDelivery], code: Option<&str>) {
        self.core.entra.decide_deliveries(undecided, code);
    }

    #[cfg(feature = "otel")]
    fn record_attempt(&self, api: Api, attempt: &Attempt) {
        self.core.metrics.record_attempt(api.name(), attempt);
    }

    #[cfg(not(feature = "otel"))]
    fn record_attempt(&self, _: Api, _: &Attempt) {}

    fn publish(&self, record: &mut AcquisitionRecord, is_quiet: bool) {
        let Core {
            totals,
            observers,
            recent,
            rejected_token,
            ..
        } = &*self.core;
        let is_plain_hit = record.is_plain_hit();
        if !is_plain_hit && record.has_asked() {
            rejected_token.link(record);
        }
        if record.token_source() != Some(TokenSource::Cache) {
            self.core.defaults.fill_credential(record.state_mut());
        }
        totals.export(record, self.index);
        if !is_plain_hit {
            self.publish_rest(record);
        }
        #[cfg(feature = "otel")]
        if !is_quiet {
            if self.core.metrics.has_enricher() {
                self.fill_defaults(record.state_mut());
            }
            self.core.metrics.record_finished(record);
        }
        let is_observed = observers.wants_finished(is_plain_hit);
        if is_observed || recent.is_kept() {
            if record.ended_at().is_none() {
                record.set_ended_at(wall(&self.core.clock));
            }
            record.identify();
            let state = record.state_mut();
            state.correlation_id();
            self.fill_defaults(state);
            recent.keep(record);
        }
        if is_quiet {
            observers.pass_over();
        } else if is_observed {
            observers.notify(record, is_plain_hit);
        }
    }
}

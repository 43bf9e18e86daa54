//! Shards, so that threads use one `Telemetry` without contention.

use std::array;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;

use super::Shared;
use crate::acquisition::backend::{Answer, Backend, HeaderSink, InFlightReport, OpenSpan};
use crate::acquisition::{AcquisitionRecord, ClockSource, State};
use crate::entra;
use crate::totals::SHARDS;
use crate::wire::{Authority, ClientRequestId};

/// One shard of an instance.
///
/// Each acquisition holds its `Telemetry`. One reference count for all threads would bounce between
/// the processors on every call, so each shard has its own count, on its own cache line.
#[repr(align(128))]
pub(super) struct Shard {
    shared: Arc<Shared>,
    index: usize,
}

/// All shards of one instance.
pub(super) struct Shards([Arc<Shard>; SHARDS]);

impl Shards {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(array::from_fn(|index| {
            Arc::new(Shard {
                shared: Arc::clone(shared),
                index,
            })
        }))
    }

    /// Returns the shard of this thread; threads are assigned round-robin.
    pub(super) fn own(&self) -> &Arc<Shard> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static OWN: usize = THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS;
        }
        let Self(shards) = self;
        let [first, ..] = shards;
        shards.get(OWN.with(|own| *own)).unwrap_or(first)
    }
}

impl UnwindSafe for Shard {}
impl RefUnwindSafe for Shard {}

impl Backend for Shard {
    fn instance(&self) -> *const () {
        Arc::as_ptr(&self.shared).cast()
    }

    fn clock(&self) -> &ClockSource {
        &self.shared.clock
    }

    fn begin(&self, state: &mut State, is_quiet: bool) -> Option<Box<dyn OpenSpan>> {
        self.shared.begin(state, is_quiet)
    }

    fn is_authority(&self, authority: &Authority) -> bool {
        self.shared.is_authority(authority)
    }

    fn attempt_headers(&self) -> [&'static str; 2] {
        entra::ATTEMPT_HEADERS
    }

    fn strip_headers(&self, id: Option<ClientRequestId>, headers: &mut HeaderMap) {
        self.shared.strip_headers(id, headers);
    }

    fn write_headers(
        &self,
        state: &mut State,
        authority: &Authority,
        report: &mut InFlightReport,
        out: &mut HeaderSink<'_>,
    ) {
        self.shared.write_headers(state, authority, report, out);
    }

    fn acknowledge(&self, report: InFlightReport, answer: Answer) -> Option<InFlightReport> {
        self.shared.entra.complete(report, answer)
    }

    fn decide(&self, undecided: &[InFlightReport], code: Option<&str>) {
        self.shared.entra.complete_pending(undecided, code);
    }

    fn publish(&self, record: &mut AcquisitionRecord, is_quiet: bool) {
        self.shared.publish(record, self.index, is_quiet);
    }
}

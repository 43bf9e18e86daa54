//! How threads reach one `Telemetry` without waiting for each other.

use std::array;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;

use super::Shared;
use crate::acquisition::backend::{Answer, Backend, Carriage, OpenSpan, Outgoing};
use crate::acquisition::{AcquisitionRecord, ClockSource, Facts};
use crate::entra;
use crate::totals::LANES;
use crate::wire::{Authority, ClientRequestId};

/// An instance as the threads of one lane see it.
///
/// Each acquisition holds its `Telemetry`. If all threads counted that at one place, every call
/// would wait until the other processors have let go of it; so the count is kept once for each
/// lane, on a cache line of its own.
#[repr(align(128))]
pub(super) struct Lane {
    shared: Arc<Shared>,
    index: usize,
}

/// All lanes of one instance.
pub(super) struct Lanes([Arc<Lane>; LANES]);

impl Lanes {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(array::from_fn(|index| {
            Arc::new(Lane {
                shared: Arc::clone(shared),
                index,
            })
        }))
    }

    /// The lane of this thread: threads take them in turn.
    pub(super) fn own(&self) -> &Arc<Lane> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static OWN: usize = THREADS.fetch_add(1, Ordering::Relaxed) % LANES;
        }
        let Self(lanes) = self;
        let [first, ..] = lanes;
        lanes.get(OWN.with(|own| *own)).unwrap_or(first)
    }
}

impl UnwindSafe for Lane {}
impl RefUnwindSafe for Lane {}

impl Backend for Lane {
    fn instance(&self) -> *const () {
        Arc::as_ptr(&self.shared).cast()
    }

    fn clock(&self) -> &ClockSource {
        &self.shared.clock
    }

    fn begin(&self, facts: &mut Facts, is_quiet: bool) -> Option<Box<dyn OpenSpan>> {
        self.shared.begin(facts, is_quiet)
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
        facts: &mut Facts,
        authority: &Authority,
        carriage: &mut Carriage,
        out: &mut Outgoing<'_>,
    ) {
        self.shared.write_headers(facts, authority, carriage, out);
    }

    fn settle(&self, carriage: Carriage, answer: Answer) -> Option<Carriage> {
        self.shared.entra.settle(carriage, answer)
    }

    fn decide(&self, undecided: &[Carriage], code: Option<&str>) {
        self.shared.entra.decide(undecided, code);
    }

    fn finished(&self, record: &mut AcquisitionRecord, is_quiet: bool) {
        self.shared.finished(record, self.index, is_quiet);
    }
}

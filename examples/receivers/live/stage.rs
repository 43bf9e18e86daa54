//! Runs the load and reports its state to the pages.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use serde_json::{Value, json};
use token_telemetry::{AcquisitionRecord, ClientRequestId, Observer, Telemetry};
use token_telemetry_examples::Failure;
use token_telemetry_examples::token_endpoint::Arrived;
use token_telemetry_receivers::load::Load;
use token_telemetry_receivers::telemetry;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::board::Board;
use crate::entry;
use crate::in_flight;

/// Acquisitions in one message, as many as the page lists.
const REMEMBERED: usize = 30;

/// How long a response is held back while nothing happens. The empty response then shows the page that
/// it is up to date, and lists calls that hang.
const MAX_HOLD: Duration = Duration::from_millis(500);

/// The slow step, a forced refresh whose first request is answered 503, comes in every third round.
const SLOW_EVERY: usize = 3 * Load::STEPS;

/// Its number in the round.
const SLOW_STEP: usize = 7;

/// Delay of each response in the slow step.
const SLOW: Duration = Duration::from_millis(1500);

/// The running SDK and its state so far.
pub(crate) struct Stage {
    /// Identifies this run to pages that were opened before the server was restarted.
    run: String,
    telemetry: Telemetry,
    load: Load,
    records: Records,
    steps: AtomicUsize,
    seen: Mutex<Seen>,
    /// Grows with each change that pages show.
    version: watch::Sender<u64>,
    paused: watch::Sender<bool>,
}

/// The figures and the latest acquisitions.
#[derive(Default)]
struct Seen {
    board: Board,
    /// The latest acquisitions, each with the version that added it.
    entries: VecDeque<(u64, Value)>,
}

/// Finished acquisitions that are not yet counted.
#[derive(Clone, Default)]
struct Records(Arc<Mutex<Vec<AcquisitionRecord>>>);

impl Observer for Records {
    fn finished(&self, record: &AcquisitionRecord) {
        lock(&self.0).push(record.clone());
    }
}

impl Stage {
    pub(crate) async fn start() -> Result<Arc<Self>, Failure> {
        let records = Records::default();
        let telemetry = telemetry(SdkMeterProvider::default())
            .observer(records.clone())
            .build()?;
        Ok(Arc::new(Self {
            run: ClientRequestId::new().to_string(),
            load: Load::start(telemetry.clone()).await?,
            telemetry,
            records,
            steps: AtomicUsize::new(0),
            seen: Mutex::default(),
            version: watch::Sender::new(1),
            paused: watch::Sender::new(false),
        }))
    }

    /// Runs the load at a steady pace, except while it is paused.
    pub(crate) async fn keep_working(&self, pace: Duration) {
        let mut paused = self.paused.subscribe();
        loop {
            if paused.wait_for(|paused| !paused).await.is_err() {
                return;
            }
            self.step().await;
            tokio::time::sleep(pace).await;
        }
    }

    async fn step(&self) {
        let step = self.steps.fetch_add(1, Ordering::Relaxed);
        self.load.endpoint().delay(response_delay(step));
        self.load.step(step).await;
        let records = std::mem::take(&mut *lock(&self.records.0));
        let arrived = self.load.endpoint().take_arrived();
        self.count(&records, &arrived);
    }

    /// Counts records and requests, and wakes all waiting pages.
    fn count(&self, records: &[AcquisitionRecord], arrived: &[Arrived]) {
        let mut seen = lock(&self.seen);
        let version = *self.version.borrow() + 1;
        for request in arrived {
            seen.board.arrived(request);
        }
        for record in records {
            seen.board.finished(record);
            let entry = entry::json(seen.board.acquisitions(), record, arrived);
            if seen.entries.len() == REMEMBERED {
                seen.entries.pop_front();
            }
            seen.entries.push_back((version, entry));
        }
        self.version.send_replace(version);
    }

    /// Waits until there is news for a page, and returns all of it in one message.
    ///
    /// A page sends its next request after it has shown the last message. However slow its link is,
    /// it is at most one message behind, and the size of a message is bounded.
    pub(crate) async fn news(&self, run: &str, known: u64) -> Value {
        let known = if run == self.run { known } else { 0 };
        let start = Instant::now();
        let mut version = self.version.subscribe();
        let newer = version.wait_for(|version| *version > known);
        drop(tokio::time::timeout(MAX_HOLD, newer).await);
        // The page subtracts this from its waiting time, to find out how far it is behind.
        let held = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.message(known, held)
    }

    fn message(&self, known: u64, held: u64) -> Value {
        let seen = lock(&self.seen);
        let version = *self.version.borrow();
        let in_flight = in_flight::json(&self.telemetry.in_flight());
        if version == known {
            return json!({
                "run": self.run,
                "version": version,
                "held_ms": held,
                "in_flight": in_flight,
            });
        }
        let newer = seen.entries.iter().filter(|(since, _)| *since > known);
        json!({
            "run": self.run,
            "version": version,
            "held_ms": held,
            "in_flight": in_flight,
            "paused": *self.paused.borrow(),
            "entries": newer.map(|(_, entry)| entry).collect::<Vec<_>>(),
            "board": seen.board.json(&self.telemetry),
        })
    }

    /// Pauses the load, or resumes it.
    pub(crate) fn pause(&self, paused: bool) {
        let _seen = lock(&self.seen);
        self.paused.send_replace(paused);
        self.version.send_modify(|version| *version += 1);
    }

    /// Returns the number of steps started.
    pub(crate) fn acquisitions(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    /// Returns the runtime's own counts, which must agree with the figures of the page.
    pub(crate) fn totals(&self) -> Value {
        let totals = self.telemetry.totals();
        json!({
            "identity_provider": totals.identity_provider,
            "cache": totals.cache,
            "failures": totals.failures,
            "cancelled": totals.cancelled,
            "waiting": self.telemetry.pending_failures().len(),
            "lost": self.telemetry.lost_failures(),
            "in_flight": self.telemetry.in_flight().count(),
        })
    }
}

/// Returns a delay between 12 and 100 ms that differs from step to step, or a long one.
fn response_delay(step: usize) -> Duration {
    if step % SLOW_EVERY == SLOW_STEP {
        return SLOW;
    }
    let spread = (step * 37) % 89;
    Duration::from_millis(12 + u64::try_from(spread).unwrap_or_default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

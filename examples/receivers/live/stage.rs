//! The load, and whoever watches it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use serde_json::{Value, json};
use token_telemetry::{AcquisitionRecord, Observer, Telemetry};
use token_telemetry_examples::Failure;
use token_telemetry_examples::token_endpoint::Arrived;
use token_telemetry_receivers::load::Load;
use token_telemetry_receivers::telemetry;
use tokio::sync::{broadcast, watch};

use crate::board::Board;
use crate::entry;

/// Acquisitions that a page shows when it is opened.
const REMEMBERED: usize = 60;

/// Messages that a slow page may be behind before it has to start anew.
const BEHIND: usize = 256;

/// The running SDK and what has been seen of it.
pub(crate) struct Stage {
    telemetry: Telemetry,
    load: Load,
    records: Records,
    steps: AtomicUsize,
    seen: Mutex<Seen>,
    news: broadcast::Sender<String>,
    paused: watch::Sender<bool>,
}

/// What a page is told when it is opened.
#[derive(Default)]
struct Seen {
    board: Board,
    entries: VecDeque<Value>,
}

/// Finished acquisitions that nobody has looked at.
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
            load: Load::start(telemetry.clone()).await?,
            telemetry,
            records,
            steps: AtomicUsize::new(0),
            seen: Mutex::default(),
            news: broadcast::Sender::new(BEHIND),
            paused: watch::Sender::new(false),
        }))
    }

    /// Plays the load at a steady pace, except while it is paused.
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
        self.load.endpoint().think(thinking(step));
        self.load.step(step).await;
        let records = std::mem::take(&mut *lock(&self.records.0));
        let arrived = self.load.endpoint().take_arrived();
        self.tell(&records, &arrived);
    }

    /// Notes what happened, and tells every open page.
    fn tell(&self, records: &[AcquisitionRecord], arrived: &[Arrived]) {
        let mut seen = lock(&self.seen);
        for request in arrived {
            seen.board.arrived(request);
        }
        for record in records {
            seen.board.finished(record);
            let entry = entry::json(seen.board.acquisitions(), record, arrived);
            if seen.entries.len() == REMEMBERED {
                seen.entries.pop_front();
            }
            seen.entries.push_back(entry.clone());
            self.send(&json!({ "entry": entry }));
        }
        self.send(&json!({ "board": seen.board.json(&self.telemetry) }));
    }

    /// Nobody listening is no error.
    fn send(&self, message: &Value) {
        drop(self.news.send(message.to_string()));
    }

    /// Everything so far, and all that comes after it, without a gap.
    pub(crate) fn watch(&self) -> (String, broadcast::Receiver<String>) {
        let seen = lock(&self.seen);
        let first = json!({
            "paused": *self.paused.borrow(),
            "entries": seen.entries,
            "board": seen.board.json(&self.telemetry),
        });
        (first.to_string(), self.news.subscribe())
    }

    /// Pauses the load, or lets it go on.
    pub(crate) fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
        self.send(&json!({ "paused": paused }));
    }

    /// Steps that were begun.
    pub(crate) fn acquisitions(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    /// The runtime's own counts, which the page does not use: both must agree.
    pub(crate) fn totals(&self) -> Value {
        let totals = self.telemetry.totals();
        json!({
            "identity_provider": totals.identity_provider,
            "cache": totals.cache,
            "failures": totals.failures,
            "cancelled": totals.cancelled,
            "waiting": self.telemetry.pending_failures().len(),
            "lost": self.telemetry.lost_failures(),
        })
    }
}

/// Between 12 and 100 ms, never the same twice in a row.
fn thinking(step: usize) -> Duration {
    let spread = (step * 37) % 89;
    Duration::from_millis(12 + u64::try_from(spread).unwrap_or_default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Collects what the SDKs do, and answers pages.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use token_telemetry::ClientRequestId;
use token_telemetry::observer::AttachedObserver;
use tokio::sync::watch;

use crate::board::Board;
use crate::collector::{Event, Kind, Queue, Sent, number};
use crate::entry;
use crate::message::{self, Message};
use crate::ring::Ring;
use crate::sdk::Sdk;
use crate::series::Counts;

/// How often events are collected.
const TICK: Duration = Duration::from_millis(250);

/// Cache hits that are shown per tick and SDK; all of them are counted.
const HITS_PER_TICK: u64 = 100;

/// How long after the last question of a page cache hits are still sampled.
const ATTENTION: Duration = Duration::from_secs(10);

/// How long an answer is held back while nothing happens.
const MAX_HOLD: Duration = Duration::from_millis(500);

/// Acquisitions whose requests are kept until their records arrive.
const UNFINISHED: usize = 1024;

/// Everything that the console knows.
pub(crate) struct Hub {
    /// Identifies this console to pages that were opened before the program was restarted.
    run: String,
    started: Instant,
    /// The start in seconds since 1970.
    started_at: u64,
    sdks: Vec<Sdk>,
    attached: Vec<AttachedObserver>,
    state: Mutex<State>,
    /// Grows with each change that pages show.
    version: watch::Sender<u64>,
    /// Milliseconds from the start to the last question of a page.
    asked: AtomicU64,
    asking: AtomicUsize,
}

struct State {
    queue: Queue,
    boards: Vec<Board>,
    ring: Ring,
    unfinished: Unfinished,
    dropped: u64,
}

impl Hub {
    pub(crate) fn new(sdks: Vec<Sdk>, capacity: usize) -> Self {
        let queue = Queue::new();
        let attach = |(at, sdk): (usize, &Sdk)| {
            let attached = sdk.telemetry.attach_observer(queue.collector(at));
            attached.limit_hits(HITS_PER_TICK);
            attached
        };
        let attached = sdks.iter().enumerate().map(attach).collect();
        let hub = Self {
            run: ClientRequestId::new().to_string(),
            started: Instant::now(),
            started_at: unix_ms() / 1000,
            attached,
            state: Mutex::new(State {
                queue,
                boards: sdks.iter().map(|_| Board::default()).collect(),
                ring: Ring::new(capacity),
                unfinished: Unfinished::default(),
                dropped: 0,
            }),
            sdks,
            version: watch::Sender::new(1),
            asked: AtomicU64::new(0),
            asking: AtomicUsize::new(0),
        };
        hub.collect();
        hub
    }

    /// Collects events until the hub is dropped.
    pub(crate) async fn keep_collecting(hub: Weak<Self>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match hub.upgrade() {
                Some(hub) => hub.collect(),
                None => return,
            }
        }
    }

    /// Takes the events that have happened, and lets further cache hits through if a page looks.
    fn collect(&self) {
        let is_watched = self.is_watched();
        for attached in &self.attached {
            attached.limit_hits(if is_watched { HITS_PER_TICK } else { 0 });
        }
        let mut state = self.lock();
        let version = *self.version.borrow() + 1;
        let now = self.seconds();
        for (board, sdk) in state.boards.iter_mut().zip(&self.sdks) {
            board.series.add(now, Counts::of(&sdk.telemetry.totals()));
        }
        while let Ok(event) = state.queue.events.try_recv() {
            state.take(event, version, now);
        }
        state.dropped += state.queue.take_dropped();
        drop(state);
        self.version.send_replace(version);
    }

    fn is_watched(&self) -> bool {
        let asked = Duration::from_millis(self.asked.load(Ordering::Relaxed));
        self.asking.load(Ordering::Relaxed) > 0
            || self.started.elapsed().saturating_sub(asked) < ATTENTION
    }

    /// Waits until there is something new for a page, and returns all of it in one message.
    ///
    /// A page asks again after it has shown the last message. However slow it is, it is at most one
    /// message behind, and the size of a message is bounded.
    pub(crate) async fn news(&self, run: &str, known: u64) -> String {
        let known = if run == self.run { known } else { 0 };
        let began = Instant::now();
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.asked.store(elapsed, Ordering::Relaxed);
        self.asking.fetch_add(1, Ordering::Relaxed);
        let _asking = Asking(&self.asking);
        let mut version = self.version.subscribe();
        let newer = version.wait_for(|version| *version > known);
        drop(tokio::time::timeout(MAX_HOLD, newer).await);
        self.message(known, began.elapsed())
    }

    fn message(&self, known: u64, held: Duration) -> String {
        let mut state = self.lock();
        let now = self.seconds();
        let news = state.ring.since(known);
        let boards = state.boards.iter_mut().zip(&self.sdks).enumerate();
        let sdks = boards.map(|(id, (board, sdk))| message::sdk(id, sdk, board, now));
        let message = Message {
            run: &self.run,
            version: *self.version.borrow(),
            held_ms: u64::try_from(held.as_millis()).unwrap_or(u64::MAX),
            now_ms: unix_ms(),
            sdks: sdks.collect(),
            skipped: news.skipped,
            dropped: state.dropped,
            entries: news.entries,
        };
        drop(state);
        // Nothing in a message fails to serialize.
        serde_json::to_string(&message).unwrap_or_default()
    }

    /// Returns the seconds since 1970, from a clock that does not jump.
    fn seconds(&self) -> u64 {
        self.started_at + self.started.elapsed().as_secs()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a question that waits, however it ends.
struct Asking<'a>(&'a AtomicUsize);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    fn take(&mut self, event: Event, version: u64, now: u64) {
        let Event { sdk, kind } = event;
        match kind {
            Kind::Attempt(sent) => self.unfinished.add(sent),
            Kind::Finished(record) => {
                if let Some(board) = self.boards.get_mut(sdk) {
                    board.finished(&record, now);
                }
                let id = record.id().map(|id| number(&id));
                let sent = self.unfinished.take(id);
                let entry = entry::serialize(self.ring.next(), sdk, &record, &sent);
                if let Some(entry) = entry {
                    self.ring.push(version, entry);
                }
            }
        }
    }
}

/// Requests of acquisitions that have not ended; the oldest are forgotten.
#[derive(Default)]
struct Unfinished {
    requests: HashMap<u64, Vec<Sent>>,
    order: VecDeque<u64>,
}

impl Unfinished {
    fn add(&mut self, sent: Sent) {
        let id = sent.acquisition;
        let requests = self.requests.entry(id).or_default();
        if requests.is_empty() {
            self.order.push_back(id);
        }
        requests.push(sent);
        if self.order.len() > UNFINISHED
            && let Some(oldest) = self.order.pop_front()
        {
            self.requests.remove(&oldest);
        }
    }

    fn take(&mut self, id: Option<u64>) -> Vec<Sent> {
        id.and_then(|id| self.requests.remove(&id))
            .unwrap_or_default()
    }
}

fn unix_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

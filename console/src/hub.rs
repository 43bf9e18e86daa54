//! Collects what the SDKs do, and answers pages.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use token_telemetry::ClientRequestId;
use token_telemetry::observer::AttachedObserver;
use tokio::sync::watch;
use tokio::time::{self, Instant, MissedTickBehavior};

use crate::board::Board;
use crate::clock::{Clock, millis, unix_ms};
use crate::collector::{Event, Queue, number};
use crate::entry;
use crate::message::{ClientData, Message, SdkData};
use crate::ring::Ring;
use crate::sdk::Sdk;
use crate::unfinished::Unfinished;

/// How often events are collected.
const TICK: Duration = Duration::from_millis(250);

/// Ticks in a second.
const TICKS: u64 = 4;

/// How long cache hits are sampled after the last request of a page.
const ATTENTION: Duration = Duration::from_secs(10);

/// How long an answer waits for something new.
const MAX_HOLD: Duration = Duration::from_millis(500);

/// How much the console shows and keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Records that are kept.
    pub(crate) capacity: usize,
    /// Cache hits that are shown per SDK; all of them are counted.
    pub(crate) hits_per_second: u64,
}

/// Everything that the console knows.
pub(crate) struct Hub {
    /// Identifies this console to pages that were opened before the program was restarted.
    run: String,
    clock: Clock,
    sdks: Vec<Sdk>,
    /// Dropped with the hub, which ends the observation.
    attached: Vec<AttachedObserver>,
    hits_per_tick: u64,
    state: Mutex<State>,
    /// Grows with each tick.
    version: watch::Sender<u64>,
    /// Milliseconds from the start to the last request of a page.
    asked: AtomicU64,
    asking: AtomicUsize,
}

struct State {
    queue: Queue,
    boards: Vec<Board>,
    ring: Ring,
    unfinished: Unfinished,
}

impl Hub {
    pub(crate) fn new(sdks: Vec<Sdk>, limits: Limits) -> Self {
        let Limits {
            capacity,
            hits_per_second,
        } = limits;
        let queue = Queue::new();
        // Counted before it is observed, so that no hit is shown that is not counted.
        let boards = sdks.iter().map(|sdk| Board::new(&sdk.telemetry.totals()));
        let boards = boards.collect();
        let attach = |(at, sdk): (usize, &Sdk)| sdk.telemetry.attach_observer(queue.collector(at));
        let hub = Self {
            run: ClientRequestId::new().to_string(),
            clock: Clock::start(),
            attached: sdks.iter().enumerate().map(attach).collect(),
            hits_per_tick: hits_per_second.div_ceil(TICKS),
            state: Mutex::new(State {
                queue,
                boards,
                ring: Ring::new(capacity),
                unfinished: Unfinished::default(),
            }),
            sdks,
            version: watch::Sender::new(0),
            asked: AtomicU64::new(0),
            asking: AtomicUsize::new(0),
        };
        hub.collect();
        hub
    }

    /// Collects events until the hub is dropped.
    pub(crate) async fn keep_collecting(hub: Weak<Self>) {
        let mut ticks = time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match hub.upgrade() {
                Some(hub) => hub.collect(),
                None => return,
            }
        }
    }

    /// Takes the events that have happened, and asks for further cache hits if a page is open.
    fn collect(&self) {
        let hits = if self.is_watched() {
            self.hits_per_tick
        } else {
            0
        };
        for attached in &self.attached {
            attached.limit_hits(hits);
        }
        let totals: Vec<_> = self.sdks.iter().map(|sdk| sdk.telemetry.totals()).collect();
        let now = self.clock.seconds();
        let mut state = self.lock();
        let version = *self.version.borrow() + 1;
        for (board, totals) in state.boards.iter_mut().zip(&totals) {
            board.count(totals, now);
        }
        state.collect(version, now);
        // With the lock: a message with these entries and the last version would be followed by one
        // with the same entries.
        self.version.send_replace(version);
    }

    fn is_watched(&self) -> bool {
        let asked = Duration::from_millis(self.asked.load(Ordering::Relaxed));
        self.asking.load(Ordering::Relaxed) > 0
            || self.clock.elapsed().saturating_sub(asked) < ATTENTION
    }

    /// Waits until there is something new for a page, and returns all of it in one message.
    ///
    /// A page asks again after it has shown the last message. However slow it is, it is at most one
    /// message behind, and the size of a message is bounded.
    pub(crate) async fn news(&self, run: &str, known: u64) -> String {
        let known = if run == self.run { known } else { 0 };
        let began = Instant::now();
        let elapsed = millis(self.clock.elapsed());
        self.asked.store(elapsed, Ordering::Relaxed);
        self.asking.fetch_add(1, Ordering::Relaxed);
        let _asking = Asking(&self.asking);
        let mut version = self.version.subscribe();
        let newer = version.wait_for(|version| *version > known);
        // What is not new is worth showing as well: the age of a call that hangs grows.
        drop(time::timeout(MAX_HOLD, newer).await);
        self.message(known, began.elapsed())
    }

    fn message(&self, known: u64, held: Duration) -> String {
        // Before the lock, because this reads the clocks of the SDKs, which may be foreign code.
        let clients = self.sdks.iter().enumerate();
        let clients: Vec<_> = clients.map(|(id, sdk)| ClientData::read(id, sdk)).collect();
        let now = self.clock.seconds();
        let mut state = self.lock();
        let sdks = clients.into_iter().zip(&mut state.boards);
        let sdks = sdks.map(|(client, board)| SdkData::new(client, board.read(now)));
        let sdks = sdks.collect();
        let news = state.ring.since(known);
        let message = Message {
            run: &self.run,
            version: *self.version.borrow(),
            held_ms: millis(held),
            now_ms: unix_ms(),
            sdks,
            skipped: news.skipped,
            dropped: state.queue.dropped(),
            entries: news.entries,
        };
        drop(state);
        // Nothing in a message fails to serialize.
        serde_json::to_string(&message).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a request for news that waits, however it ends.
struct Asking<'a>(&'a AtomicUsize);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    fn collect(&mut self, version: u64, now: u64) {
        let Self {
            queue,
            boards,
            ring,
            unfinished,
        } = self;
        for event in queue.drain() {
            let (sdk, record) = match event {
                Event::Attempt(sent) => {
                    unfinished.add(*sent);
                    continue;
                }
                Event::Finished(sdk, record) => (sdk, record),
            };
            if let Some(board) = boards.get_mut(sdk) {
                board.finished(&record, now);
            }
            let sent = unfinished.take(record.id().map(number));
            if let Some(entry) = entry::serialize(ring.next(), sdk, &record, &sent) {
                ring.push(version, entry::is_plain_hit(&record), entry);
            }
        }
    }
}

//! Receives records and attempts on the threads that acquire tokens, without making them wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use token_telemetry::acquisition::{AcquisitionId, StartedAttempt};
use token_telemetry::{AcquisitionRecord, Observer};

/// Events that wait until the console collects them, four times a second.
const WAITING: usize = 4096;

/// Something that happened in an SDK.
pub(crate) enum Event {
    /// An acquisition of the SDK with this number has ended.
    Finished(usize, Box<AcquisitionRecord>),
    Attempt(Box<Sent>),
}

/// A token request as it was sent.
pub(crate) struct Sent {
    pub(crate) acquisition: u64,
    pub(crate) number: u32,
    pub(crate) purpose: &'static str,
    /// The host, unless it may name a tenant.
    pub(crate) host: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

/// The observer of one SDK.
pub(crate) struct Collector {
    sdk: usize,
    queue: SyncSender<Event>,
    dropped: Arc<AtomicU64>,
}

/// The other end of all collectors.
pub(crate) struct Queue {
    events: Receiver<Event>,
    sender: SyncSender<Event>,
    dropped: Arc<AtomicU64>,
}

impl Queue {
    pub(crate) fn new() -> Self {
        let (sender, events) = sync_channel(WAITING);
        Self {
            events,
            sender,
            dropped: Arc::default(),
        }
    }

    pub(crate) fn collector(&self, sdk: usize) -> Collector {
        Collector {
            sdk,
            queue: self.sender.clone(),
            dropped: Arc::clone(&self.dropped),
        }
    }

    /// Takes what has happened, but not what happens meanwhile: that could take forever.
    pub(crate) fn drain(&self) -> impl Iterator<Item = Event> {
        self.events.try_iter().take(WAITING)
    }

    /// Returns how many records did not fit.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Acquisitions never wait for the console: what does not fit into the queue is dropped.
impl Observer for Collector {
    fn finished(&self, record: &AcquisitionRecord) {
        let event = Event::Finished(self.sdk, Box::new(record.clone()));
        if self.queue.try_send(event).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn wants_attempts(&self) -> bool {
        true
    }

    fn attempt_started(&self, attempt: &StartedAttempt<'_>) {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let sent = Sent {
            acquisition: number(attempt.acquisition()),
            number: attempt.number(),
            purpose: attempt.purpose().name(),
            host: attempt.shown_host().map(str::to_owned),
            headers: attempt.headers().map(owned).collect(),
        };
        // The record shows the attempt also without its headers, so a dropped one does not count.
        drop(self.queue.try_send(Event::Attempt(Box::new(sent))));
    }
}

/// Returns the number of an acquisition, which pages match with its record.
pub(crate) fn number(id: AcquisitionId) -> u64 {
    id.to_string().parse().unwrap_or_default()
}

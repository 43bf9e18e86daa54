//! Receives records and attempts on the threads that acquire tokens, without making them wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use token_telemetry::acquisition::StartedAttempt;
use token_telemetry::{AcquisitionRecord, Observer};

/// Events that wait until the console collects them, four times a second.
const WAITING: usize = 4096;

/// Something that happened in the SDK with this number.
pub(crate) struct Event {
    pub(crate) sdk: usize,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Finished(Box<AcquisitionRecord>),
    Attempt(Sent),
}

/// A token request as it was sent.
pub(crate) struct Sent {
    pub(crate) acquisition: u64,
    pub(crate) number: u32,
    pub(crate) purpose: &'static str,
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
    pub(crate) events: Receiver<Event>,
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

    /// Returns how many records did not fit since the last call.
    pub(crate) fn take_dropped(&self) -> u64 {
        self.dropped.swap(0, Ordering::Relaxed)
    }
}

impl Collector {
    fn send(&self, kind: Kind) -> bool {
        let event = Event {
            sdk: self.sdk,
            kind,
        };
        self.queue.try_send(event).is_ok()
    }
}

impl Observer for Collector {
    fn finished(&self, record: &AcquisitionRecord) {
        if !self.send(Kind::Finished(Box::new(record.clone()))) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn wants_attempts(&self) -> bool {
        true
    }

    fn attempt_started(&self, attempt: &StartedAttempt<'_>) {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        // Without it, the record shows the attempt, but not its headers.
        _ = self.send(Kind::Attempt(Sent {
            acquisition: number(&attempt.acquisition()),
            number: attempt.number(),
            purpose: attempt.purpose().name(),
            host: attempt.host().map(str::to_owned),
            headers: attempt.headers().map(owned).collect(),
        }));
    }
}

/// Returns the number of an acquisition.
pub(crate) fn number(id: &impl ToString) -> u64 {
    id.to_string().parse().unwrap_or_default()
}

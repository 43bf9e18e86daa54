//! A subscriber of `tracing` whose every callback is a closure of the test.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// A call of the subscriber.
#[derive(Debug)]
pub enum Called<'a> {
    /// `tracing` asks about a place for the first time.
    Register(&'static Metadata<'static>),
    /// A span opens, and gets this id.
    Open(&'a Id, &'a Attributes<'a>),
    /// An open span gets more fields.
    Record(&'a Record<'a>),
    /// An event.
    Event(&'a Event<'a>),
    /// A span is entered.
    Enter(&'a Id),
    /// A span is exited.
    Exit(&'a Id),
    /// A span is closed.
    Close(&'a Id),
}

type Enabled = Box<dyn Fn(&Metadata<'_>) -> bool + Send + Sync>;

type React = Box<dyn Fn(Called<'_>) + Send + Sync>;

/// A subscriber that passes its calls on.
pub struct Reacting {
    enabled: Enabled,
    react: React,
    ids: AtomicU64,
    /// The most verbose level it wants, as a hint.
    pub hint: Option<LevelFilter>,
}

impl Reacting {
    /// Creates a subscriber for the spans and events that `enabled` selects.
    pub fn new(
        enabled: impl Fn(&Metadata<'_>) -> bool + Send + Sync + 'static,
        react: impl Fn(Called<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            enabled: Box::new(enabled),
            react: Box::new(react),
            ids: AtomicU64::new(0),
            hint: None,
        }
    }
}

impl fmt::Debug for Reacting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reacting").finish_non_exhaustive()
    }
}

impl Subscriber for Reacting {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if (self.enabled)(metadata) {
            (self.react)(Called::Register(metadata));
        }
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.hint
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        (self.enabled)(metadata)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = Id::from_u64(self.ids.fetch_add(1, Ordering::Relaxed) + 1);
        (self.react)(Called::Open(&id, span));
        id
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        (self.react)(Called::Record(values));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        (self.react)(Called::Event(event));
    }

    fn enter(&self, span: &Id) {
        (self.react)(Called::Enter(span));
    }

    fn exit(&self, span: &Id) {
        (self.react)(Called::Exit(span));
    }

    fn try_close(&self, id: Id) -> bool {
        (self.react)(Called::Close(&id));
        true
    }
}

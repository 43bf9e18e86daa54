//! `tracing` subscribers that themselves use acquisitions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use token_telemetry::test_util::Recorder;
use token_telemetry::{AcquisitionRecord, SpanOptions, Telemetry};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::{Acting, acquire, acquire_once, assert_untouched, now, outer, record_stale};

/// A subscriber that acts in every callback and counts warnings of telemetry.
struct ActingSubscriber {
    acting: Acting,
    ids: AtomicUsize,
    warnings: Arc<Mutex<Vec<String>>>,
}

const TARGET: &str = "token_telemetry::foreign_code";

impl Subscriber for ActingSubscriber {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        [TARGET, "token_telemetry::diagnostics"].contains(&metadata.target())
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        self.acting.act();
        Id::from_u64(self.ids.fetch_add(1, Ordering::Relaxed) as u64 + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {
        self.acting.act();
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if *event.metadata().level() == tracing::Level::WARN {
            let text = format!("{event:?}");
            self.warnings.lock().unwrap().push(text);
        }
    }

    fn enter(&self, _: &Id) {
        self.acting.act();
    }

    fn exit(&self, _: &Id) {
        self.acting.act();
    }

    fn try_close(&self, _: Id) -> bool {
        self.acting.act();
        true
    }
}

/// Runs `outer` under an acting subscriber.
fn under_subscriber(
    act: fn(&Telemetry),
    observer: Option<Acting>,
) -> (Vec<AcquisitionRecord>, Vec<String>) {
    let (recorder, acting) = (Recorder::new(), Acting::new(act));
    let (own, warnings) = (Arc::clone(&acting.own), Arc::default());
    let subscriber = ActingSubscriber {
        acting,
        ids: AtomicUsize::new(0),
        warnings: Arc::clone(&warnings),
    };
    tracing::subscriber::with_default(subscriber, || {
        let mut builder = Telemetry::builder()
            .span(SpanOptions::new().with_target(TARGET))
            .observer(recorder.clone());
        let observing = observer.as_ref().map(|observer| Arc::clone(&observer.own));
        if let Some(observer) = observer {
            builder = builder.observer(observer);
        }
        let telemetry = builder.build().unwrap();
        assert!(own.set(telemetry.clone()).is_ok());
        if let Some(own) = observing {
            assert!(own.set(telemetry.clone()).is_ok());
        }
        now(outer(&telemetry)).unwrap();
        now(outer(&telemetry)).unwrap();
    });
    let warnings = warnings.lock().unwrap().clone();
    (recorder.take(), warnings)
}

#[test]
fn records_in_subscriber_are_dropped() {
    let (records, _) = under_subscriber(record_stale, None);
    assert_eq!(records.len(), 4);
    assert_untouched(&records);
}

#[test]
fn subscriber_acquisition_has_own_record() {
    let (records, _) = under_subscriber(acquire_once, None);
    assert!(records.len() > 4);
    assert_untouched(&records);
}

#[test]
fn subscriber_recursion_stops() {
    let (records, _) = under_subscriber(acquire, None);
    assert_untouched(&records);
}

#[test]
fn recursion_is_logged_once() {
    let (records, warnings) = under_subscriber(|_| {}, Some(Acting::new(acquire)));
    assert_eq!(records.len(), 8);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("acquires a token whenever it is notified"),
        "{warnings:?}"
    );
}

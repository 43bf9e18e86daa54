//! `tracing` subscribers that themselves use acquisitions.

use std::sync::{Arc, Mutex};

use token_telemetry::SpanOptions;
use tracing::Metadata;

use super::{Acting, acquire, acquire_once, assert_untouched, outer, record_stale};

use crate::support::prelude::*;
use crate::support::subscriber::{Called, Reacting};

const TARGET: &str = "token_telemetry::foreign_code";

/// Runs `outer` under an acting subscriber.
fn under_subscriber(
    act: fn(&Telemetry),
    observer: Option<Acting>,
) -> (Vec<AcquisitionRecord>, Vec<String>) {
    let (recorder, acting) = (Recorder::new(), Acting::new(act));
    let own = Arc::clone(&acting.own);
    let warnings: Arc<Mutex<Vec<String>>> = Arc::default();
    let hearing = Arc::clone(&warnings);
    let enabled = |metadata: &Metadata<'_>| {
        [TARGET, "token_telemetry::diagnostics"].contains(&metadata.target())
    };
    let react = move |called: Called<'_>| match called {
        Called::Register(_) => {}
        Called::Event(event) => {
            if *event.metadata().level() == tracing::Level::WARN {
                hearing.lock().unwrap().push(format!("{event:?}"));
            }
        }
        Called::Open(..)
        | Called::Record(_)
        | Called::Enter(_)
        | Called::Exit(_)
        | Called::Close(_) => acting.act(),
    };
    tracing::subscriber::with_default(Reacting::new(enabled, react), || {
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

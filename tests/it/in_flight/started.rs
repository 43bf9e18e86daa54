//! Observers of the start of acquisitions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;

use token_telemetry::Observer;
use token_telemetry::acquisition::{AcquisitionId, StartedAcquisition};

use crate::support::prelude::*;

type Start = (
    AcquisitionId,
    &'static str,
    Option<ClientRequestId>,
    bool,
    Option<SystemTime>,
);

/// Keeps what it receives, and wants starts or not.
#[derive(Default)]
struct Starts {
    is_deaf: bool,
    received: Mutex<Vec<Start>>,
    asked: AtomicUsize,
    was_active: Mutex<Vec<bool>>,
}

impl Observer for Starts {
    fn finished(&self, _: &AcquisitionRecord) {}

    fn wants_started(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        !self.is_deaf
    }

    fn started(&self, acquisition: &StartedAcquisition<'_>) {
        let active = Acquisition::current().is_active();
        self.was_active.lock().unwrap().push(active);
        self.received.lock().unwrap().push((
            acquisition.id(),
            acquisition.api().name(),
            acquisition.parent(),
            acquisition.is_background(),
            acquisition.started_at(),
        ));
    }
}

#[test]
fn start_before_the_body() {
    let starts = Arc::new(Starts::default());
    let (telemetry, recorder) = recorded(|builder| builder.observer(Arc::clone(&starts)));
    let seen = acquire(&telemetry, || starts.received.lock().unwrap().len());
    assert_eq!(seen, 1);
    let (id, api, parent, is_background, at) = starts.received.lock().unwrap()[0];
    assert_eq!(only(&recorder).id(), Some(id));
    assert_eq!((api, parent, is_background), ("ForClient", None, false));
    assert!(at.unwrap() > SystemTime::UNIX_EPOCH);
    assert_eq!(*starts.was_active.lock().unwrap(), [false]);
}

#[test]
fn parent_and_background() {
    let starts = Arc::new(Starts::default());
    let (telemetry, recorder) = recorded(|builder| builder.observer(Arc::clone(&starts)));
    let refresh = || telemetry.background(LabApi::Silent, async { Ok::<_, LabError>(()) });
    acquire(&telemetry, || now(refresh()).unwrap());
    let parent = recorder.take()[1].correlation_id();
    let (_, api, seen, is_background, _) = starts.received.lock().unwrap()[1];
    assert_eq!((api, seen, is_background), ("Silent", parent, true));
    assert_eq!(*starts.was_active.lock().unwrap(), [false, false]);
}

#[test]
fn merged_call_does_not_start() {
    let starts = Arc::new(Starts::default());
    let (telemetry, _) = recorded(|builder| builder.observer(Arc::clone(&starts)));
    now(silent(&telemetry, hit(&telemetry))).unwrap();
    assert_eq!(starts.received.lock().unwrap().len(), 1);
}

#[test]
fn asked_once_whether_it_wants_starts() {
    let deaf = Arc::new(Starts {
        is_deaf: true,
        ..Starts::default()
    });
    let (telemetry, _) = recorded(|builder| builder.observer(Arc::clone(&deaf)));
    acquire(&telemetry, || ());
    acquire(&telemetry, || ());
    assert_eq!(deaf.asked.load(Ordering::Relaxed), 1);
    assert_eq!(deaf.received.lock().unwrap().len(), 0);
}

struct Panicking;

impl Observer for Panicking {
    fn finished(&self, _: &AcquisitionRecord) {}

    fn wants_started(&self) -> bool {
        true
    }

    fn started(&self, _: &StartedAcquisition<'_>) {
        panic!("this observer always panics");
    }
}

#[test]
fn panic_does_not_reach_the_call() {
    let starts = Arc::new(Starts::default());
    let (telemetry, recorder) =
        recorded(|builder| builder.observer(Panicking).observer(Arc::clone(&starts)));
    assert_eq!(acquire(&telemetry, || 7), 7);
    assert!(only(&recorder).is_ok());
    assert_eq!(starts.received.lock().unwrap().len(), 1);
}

struct PanickingWish;

impl Observer for PanickingWish {
    fn finished(&self, _: &AcquisitionRecord) {}

    fn wants_started(&self) -> bool {
        panic!("this observer does not know what it wants");
    }
}

#[test]
fn panic_while_asked_means_no() {
    let (telemetry, recorder) = recorded(|builder| builder.observer(PanickingWish));
    acquire(&telemetry, || ());
    assert!(only(&recorder).is_ok());
}

/// Acquires a token whenever an acquisition starts.
#[derive(Default)]
struct Acquiring {
    telemetry: OnceLock<Telemetry>,
    starts: AtomicUsize,
}

impl Observer for Acquiring {
    fn finished(&self, _: &AcquisitionRecord) {}

    fn wants_started(&self) -> bool {
        true
    }

    fn started(&self, _: &StartedAcquisition<'_>) {
        self.starts.fetch_add(1, Ordering::Relaxed);
        now(hit(self.telemetry.get().unwrap())).unwrap();
    }
}

#[test]
fn observer_that_acquires_terminates() {
    let acquiring = Arc::new(Acquiring::default());
    let (telemetry, recorder) = recorded(|builder| builder.observer(Arc::clone(&acquiring)));
    assert!(acquiring.telemetry.set(telemetry.clone()).is_ok());
    acquire(&telemetry, || ());
    // The own call, and the one of the observer; what that one acquires is not reported.
    assert_eq!(acquiring.starts.load(Ordering::Relaxed), 2);
    assert_eq!(telemetry.totals().cache, 2);
    let parents = recorder.take().into_iter().map(|record| record.parent());
    assert_eq!(parents.collect::<Vec<_>>(), [None, None]);
}

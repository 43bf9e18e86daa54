//! Date and time of an acquisition, which are read for an audience only.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use token_telemetry::acquisition::Clock;

use super::{millis, timed};
use crate::support::prelude::*;

/// A clock that counts how often date and time are read.
#[derive(Clone, Default)]
struct Counting {
    clock: ManualClock,
    walls: Arc<Mutex<u32>>,
}

impl Clock for Counting {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn wall(&self) -> Option<SystemTime> {
        *self.walls.lock().unwrap() += 1;
        self.clock.wall()
    }
}

#[test]
fn date_and_time_of_start_and_end() {
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(43_200);
    let record = timed(|clock| {
        clock.set_wall(noon);
        clock.advance(millis(250));
    });
    assert_eq!(record.started_at(), Some(noon));
    assert_eq!(record.ended_at(), Some(noon + millis(250)));
}

#[test]
fn date_is_read_for_an_audience_only() {
    let clock = Counting::default();
    let builder = || Telemetry::builder().clock(clock.clone());
    let reads = |act: &dyn Fn()| {
        let before = *clock.walls.lock().unwrap();
        act();
        *clock.walls.lock().unwrap() - before
    };
    let alone = builder().build().unwrap();
    assert_eq!(reads(&|| now(hit(&alone)).unwrap()), 0);
    assert_eq!(
        reads(&|| drop(acquire(&alone, || exchange(TOKEN_URL, 200)))),
        0
    );
    assert_eq!(reads(&|| drop(now(capture(hit(&alone))))), 1);
    let kept = builder().recent_capacity(1).build().unwrap();
    assert_eq!(reads(&|| now(hit(&kept)).unwrap()), 1);
    let observed = builder().observer(Recorder::new()).build().unwrap();
    assert_eq!(reads(&|| now(hit(&observed)).unwrap()), 1);
    let subscriber = tracing_subscriber::fmt().with_writer(io::sink).finish();
    let spanned = || tracing::subscriber::with_default(subscriber, || now(hit(&alone)).unwrap());
    let before = *clock.walls.lock().unwrap();
    spanned();
    assert_eq!(*clock.walls.lock().unwrap() - before, 1);
}

/// A clock whose date panics.
struct Broken;

impl Clock for Broken {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> Option<SystemTime> {
        panic!("the date panics")
    }
}

#[test]
fn panicking_date_is_absent() {
    let (telemetry, recorder) = recorded(|builder| builder.clock(Broken));
    assert_eq!(acquire(&telemetry, || 7), 7);
    let record = only(&recorder);
    assert_eq!((record.started_at(), record.ended_at()), (None, None));
    assert_eq!(record.duration_total(), Some(Duration::ZERO));
}

//! Timers of parts of an acquisition.

use std::time::Duration;

use super::{Timed, millis};

use crate::support::prelude::*;

/// Drops a timer while the cache of the current acquisition is timed.
fn drop_while_timing(timed: &Timed, other: token_telemetry::acquisition::Timer) {
    let _own = Acquisition::current().time_in_cache();
    timed.clock.advance(millis(1));
    drop(other);
    timed.clock.advance(millis(2));
}

#[test]
fn overlapping_timers_count_once() {
    let timed = Timed::new();
    acquire(&timed.telemetry, || {
        let first = Acquisition::current().time_in_cache();
        timed.clock.advance(millis(1));
        let second = Acquisition::current().time_in_cache();
        timed.clock.advance(millis(2));
        drop(first);
        timed.clock.advance(millis(4));
        drop(second);
        timed.clock.advance(millis(8));
        let _third = Acquisition::current().time_in_cache();
        timed.clock.advance(millis(16));
    });
    assert_eq!(timed.only().cache, Some(1 + 2 + 4 + 16));
}

#[test]
fn outside_timer_stops_no_timer() {
    let timed = Timed::new();
    let of_nobody = Acquisition::current().time_in_cache();
    acquire(&timed.telemetry, || drop_while_timing(&timed, of_nobody));
    assert_eq!(timed.only().cache, Some(1 + 2));
}

#[test]
fn timer_stops_its_own_acquisition() {
    let timed = Timed::new();
    acquire(&timed.telemetry, || {
        let own = Acquisition::current().time_in_cache();
        timed.clock.advance(millis(4));
        // A background acquisition has its own record.
        let another = async {
            drop_while_timing(&timed, own);
            Ok::<_, LabError>(())
        };
        now(timed.telemetry.background(LabApi::Silent, another)).unwrap();
        timed.clock.advance(millis(8));
    });
    let in_cache: Vec<_> = timed
        .recorder
        .take()
        .iter()
        .map(AcquisitionRecord::duration_in_cache)
        .collect();
    let expected = [1 + 2, 4 + 1].map(|time| Some(Duration::from_millis(time)));
    assert_eq!(in_cache, expected);
}

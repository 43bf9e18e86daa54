//! Timers of parts of an acquisition.

use std::time::Duration;

use token_telemetry::{Acquisition, AcquisitionRecord, acquire_token};

use super::{Timed, millis};
use crate::support::{LabApi, LabError};

#[acquire_token(api = LabApi::Silent, telemetry = timed.telemetry)]
async fn times_the_cache_twice_at_once(timed: &Timed) -> Result<(), LabError> {
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
    Ok(())
}

#[test]
fn overlapping_timers_count_once() {
    let timed = Timed::new();
    assert_eq!(
        futures::executor::block_on(times_the_cache_twice_at_once(&timed)),
        Ok(())
    );
    assert_eq!(timed.only().cache, Some(1 + 2 + 4 + 16));
}

#[acquire_token(api = LabApi::Silent, telemetry = timed.telemetry)]
async fn drops_a_timer_of_nobody(
    timed: &Timed,
    of_nobody: token_telemetry::acquisition::Timer,
) -> Result<(), LabError> {
    let _own = Acquisition::current().time_in_cache();
    timed.clock.advance(millis(1));
    drop(of_nobody);
    timed.clock.advance(millis(2));
    Ok(())
}

#[test]
fn outside_timer_stops_no_timer() {
    let timed = Timed::new();
    let of_nobody = Acquisition::current().time_in_cache();
    futures::executor::block_on(drops_a_timer_of_nobody(&timed, of_nobody)).unwrap();
    assert_eq!(timed.only().cache, Some(1 + 2));
}

#[acquire_token(api = LabApi::ForClient, telemetry = timed.telemetry, own_record)]
async fn drops_a_timer_of_another(
    timed: &Timed,
    of_another: token_telemetry::acquisition::Timer,
) -> Result<(), LabError> {
    let _own = Acquisition::current().time_in_cache();
    timed.clock.advance(millis(1));
    drop(of_another);
    timed.clock.advance(millis(2));
    Ok(())
}

#[acquire_token(api = LabApi::Silent, telemetry = timed.telemetry)]
async fn lends_a_timer(timed: &Timed) -> Result<(), LabError> {
    let own = Acquisition::current().time_in_cache();
    timed.clock.advance(millis(4));
    drops_a_timer_of_another(timed, own).await?;
    timed.clock.advance(millis(8));
    Ok(())
}

#[test]
fn timer_stops_its_own_acquisition() {
    let timed = Timed::new();
    futures::executor::block_on(lends_a_timer(&timed)).unwrap();
    let in_cache: Vec<_> = timed
        .recorder
        .take()
        .iter()
        .map(AcquisitionRecord::duration_in_cache)
        .collect();
    let expected = [1 + 2, 4 + 1].map(|time| Some(Duration::from_millis(time)));
    assert_eq!(in_cache, expected);
}

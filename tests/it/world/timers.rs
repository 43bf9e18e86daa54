//! Guards that time a part of an acquisition.

use token_telemetry::{Acquisition, acquire_token};

use super::{Timed, millis};
use crate::lab::{LabApi, LabError};

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
fn time_that_two_guards_measure_counts_once() {
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
    of_nobody: token_telemetry::Timer,
) -> Result<(), LabError> {
    let _own = Acquisition::current().time_in_cache();
    timed.clock.advance(millis(1));
    drop(of_nobody);
    timed.clock.advance(millis(2));
    Ok(())
}

#[test]
fn a_guard_made_outside_ends_nobodys_time() {
    let timed = Timed::new();
    let of_nobody = Acquisition::current().time_in_cache();
    futures::executor::block_on(drops_a_timer_of_nobody(&timed, of_nobody)).unwrap();
    assert_eq!(timed.only().cache, Some(1 + 2));
}

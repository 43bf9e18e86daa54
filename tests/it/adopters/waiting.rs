//! A cache hit that waits for the refresh of another caller.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::BoxFuture;
use token_telemetry::acquisition::Clock;

use crate::support::prelude::*;

/// A clock that counts its reads.
#[derive(Clone, Default)]
struct Counting {
    clock: ManualClock,
    reads: Arc<AtomicU32>,
}

impl Clock for Counting {
    fn now(&self) -> Duration {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.clock.now()
    }
}

fn timed() -> (Telemetry, Recorder, Counting) {
    let clock = Counting::default();
    let (telemetry, recorder) = recorded(|builder| builder.clock(clock.clone()));
    (telemetry, recorder, clock)
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn hit_behind(telemetry: &Telemetry, locks: Vec<BoxFuture<'_, ()>>) -> Result<(), LabError> {
    for lock in locks {
        Acquisition::current().waiting(lock).await;
    }
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
    Ok(())
}

/// A lock that becomes free after some time.
async fn after(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(1));
    tokio::task::yield_now().await;
    clock.advance(Duration::from_millis(millis));
}

#[test]
fn free_lock_reads_no_clock() {
    let (telemetry, recorder, clock) = timed();
    block_on(hit_behind(
        &telemetry,
        vec![Box::pin(ready(())), Box::pin(ready(()))],
    ))
    .unwrap();
    assert_eq!(only(&recorder).duration_waiting(), None);
    assert_eq!(clock.reads.load(Ordering::Relaxed), 2);
}

#[test]
fn wait_starts_at_first_pending_poll() {
    let (telemetry, recorder, clock) = timed();
    let locks: Vec<BoxFuture<'_, ()>> = vec![
        Box::pin(after(&clock.clock, 16)),
        Box::pin(after(&clock.clock, 32)),
    ];
    block_on(hit_behind(&telemetry, locks)).unwrap();
    assert_eq!(
        only(&recorder).duration_waiting(),
        Some(Duration::from_millis(48))
    );
}

#[test]
fn overlapping_waits_count_once() {
    let (telemetry, recorder, clock) = timed();
    let waits_for_two_at_once = async {
        let current = Acquisition::current();
        current.record_waiting(Duration::from_millis(5));
        let two = [8, 64].map(|millis| current.waiting(after(&clock.clock, millis)));
        futures::future::join_all(two).await;
        Ok(())
    };
    block_on(silent(&telemetry, waits_for_two_at_once)).unwrap();
    // From the first pending poll: the second future's 1 ms, then 8 and 64.
    assert_eq!(
        only(&recorder).duration_waiting(),
        Some(Duration::from_millis(5 + 1 + 8 + 64))
    );
}

#[test]
fn cancelled_wait_is_recorded() {
    let (telemetry, recorder, clock) = timed();
    let mut call = Box::pin(hit_behind(&telemetry, vec![Box::pin(pending())]));
    assert!(call.as_mut().now_or_never().is_none());
    clock.clock.advance(Duration::from_millis(7));
    drop(call);
    assert_eq!(
        only(&recorder).duration_waiting(),
        Some(Duration::from_millis(7))
    );
}

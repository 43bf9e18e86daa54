//! Panics whose payload panics when dropped.

use std::panic::panic_any;
use std::sync::Arc;
use std::time::Duration;

use token_telemetry::acquisition::Clock;
use token_telemetry::{DescribeError, Observer};

use crate::support::prelude::*;

/// A payload that panics when dropped, with another such payload.
struct Bomb {
    depth: usize,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        Acquisition::current().record_stale_token();
        if let Some(depth) = self.depth.checked_sub(1) {
            panic_any(Self { depth });
        }
    }
}

fn explode() -> ! {
    panic_any(Bomb { depth: 9 })
}

struct Exploding;

impl Observer for Exploding {
    fn finished(&self, _: &AcquisitionRecord) {
        explode();
    }
}

impl Clock for Exploding {
    fn now(&self) -> Duration {
        explode();
    }
}

#[test]
fn observer_payload_loses_no_record() {
    let exploding = Arc::new(Exploding);
    let (telemetry, recorder) = recorded(|builder| builder.observer(Exploding).observer(exploding));
    let captured = now(capture(hit(&telemetry)));
    assert_eq!((captured.output, captured.records.len()), (Ok(()), 1));
    assert_eq!(only(&recorder).outcome(), Outcome::Ok);
}

#[test]
fn clock_payload_loses_only_durations() {
    let (telemetry, recorder) = recorded(|builder| builder.clock(Exploding));
    assert_eq!(now(hit(&telemetry)), Ok(()));
    let record = only(&recorder);
    assert_eq!(
        (record.outcome(), record.duration_total()),
        (Outcome::Ok, None)
    );
    assert!(!record.is_stale());
}

#[derive(Debug, PartialEq)]
struct Undescribable;

impl DescribeError<Undescribable> for crate::support::Lab {
    fn describe(_: &Undescribable) -> ErrorInfo {
        explode()
    }
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn fails(telemetry: &Telemetry) -> Result<(), Undescribable> {
    Err(Undescribable)
}

fn unreadable(_: &String) -> TokenInfo {
    explode()
}

#[acquire_token(api = LabApi::ForClient, telemetry = telemetry, token_info = unreadable)]
async fn succeeds(telemetry: &Telemetry) -> Result<String, Undescribable> {
    Ok(String::new())
}

#[test]
fn describe_payload_loses_only_the_code() {
    let (telemetry, recorder) = telemetry();
    assert_eq!(now(fails(&telemetry)), Err(Undescribable));
    assert_eq!(only(&recorder).error_code(), Some("Undescribable"));
    assert!(now(succeeds(&telemetry)).is_ok());
    assert_eq!(only(&recorder).outcome(), Outcome::Ok);
}

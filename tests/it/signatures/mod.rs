//! Every function signature that may be annotated compiles, runs and produces a complete record.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::map_err_ignore,
    clippy::future_not_send,
    reason = "clippy knows test code only behind `#[test]`"
)]

mod api_argument;
mod async_traits;
mod attributed;
mod auto_traits;
mod blocking;
mod declared;
mod foreign_errors;
mod generic;
mod hygiene;
mod inference;
mod methods;
mod other_arguments;
mod parameters;
mod precedence;
mod returned;
mod stacked;
mod tails;
mod traits;

use token_telemetry::test_util::Recorder;
use token_telemetry::{Acquisition, AcquisitionRecord, CacheLevel, Telemetry};

use crate::support::{LabError, only, telemetry};

/// Suspends once and then records a cache hit, so that a body cut short would miss it.
async fn work() {
    tokio::task::yield_now().await;
    work_now();
}

/// Records a cache hit.
fn work_now() {
    Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
}

/// Work that fails halfway.
async fn fail() -> Result<(), LabError> {
    work().await;
    Err(LabError::new("lab_failure"))
}

/// A typical SDK client.
struct Client {
    telemetry: Telemetry,
    token: String,
}

impl Client {
    fn new() -> (Self, Recorder) {
        let (telemetry, recorder) = telemetry();
        let token = "token".to_owned();
        (Self { telemetry, token }, recorder)
    }
}

/// Returns the only record, after checking that it is a complete success.
fn succeeded(recorder: &Recorder) -> AcquisitionRecord {
    let record = only(recorder);
    assert!(record.is_ok(), "{record:?}");
    assert_eq!(record.cache_level(), Some(CacheLevel::L1Cache));
    assert_eq!(
        (record.api().number(), record.api().name()),
        (1004, "ForClient")
    );
    record
}

/// Returns the only record, after checking that it failed in [`fail`].
fn failed(recorder: &Recorder) -> AcquisitionRecord {
    let record = only(recorder);
    assert_eq!(record.error_code(), Some("lab_failure"));
    assert_eq!(record.cache_level(), Some(CacheLevel::L1Cache));
    record
}

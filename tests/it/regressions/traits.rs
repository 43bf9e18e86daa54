//! Auto traits of the public types.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;

use token_telemetry::acquisition::{
    BackgroundAcquisition, Capture, ScopeFuture, SendFuture, Timer,
};
use token_telemetry::{Captured, TelemetryBuilder};

use crate::support::prelude::*;

type Inner = Pin<Box<dyn Future<Output = Result<u8, LabError>> + Send + Sync + UnwindSafe>>;

/// An error without auto traits: raw pointers are neither `Send` nor `Sync`.
struct Unsendable(#[expect(dead_code, reason = "only its type matters")] *const ());

fn is_sendable<T: Send + Sync>() {}

fn is_unwind_safe<T: UnwindSafe>() {}

fn is_ref_unwind_safe<T: RefUnwindSafe>() {}

#[test]
fn shared_types_are_send_and_sync() {
    is_sendable::<Telemetry>();
    is_sendable::<TelemetryBuilder>();
    is_sendable::<Acquisition>();
    is_sendable::<Handle>();
    is_sendable::<TokenRequest>();
    is_sendable::<Timer>();
    is_sendable::<AcquisitionRecord>();
    is_sendable::<Captured<u8>>();
}

#[test]
fn futures_keep_auto_traits() {
    is_sendable::<BackgroundAcquisition<Inner, u8, LabError>>();
    is_sendable::<BackgroundAcquisition<Inner, Unsendable, Unsendable>>();
    is_sendable::<Capture<Inner>>();
    is_sendable::<ScopeFuture<Inner>>();
    is_sendable::<SendFuture<Inner>>();
}

#[test]
fn telemetry_is_unwind_safe() {
    is_unwind_safe::<Telemetry>();
    is_unwind_safe::<Handle>();
    is_unwind_safe::<TokenRequest>();
    is_unwind_safe::<AcquisitionRecord>();
    is_unwind_safe::<BackgroundAcquisition<Inner, u8, LabError>>();
    is_ref_unwind_safe::<Telemetry>();
    is_ref_unwind_safe::<Handle>();
}

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
fn blocking(telemetry: &Telemetry) -> Result<(), LabError> {
    Ok(())
}

#[test]
fn annotated_call_works_in_catch_unwind() {
    let (telemetry, _recorder) = telemetry();
    let caught = std::panic::catch_unwind(|| blocking(&telemetry));
    assert_eq!(caught.unwrap(), Ok(()));
}

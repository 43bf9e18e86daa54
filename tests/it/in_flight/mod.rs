//! The acquisitions in flight, and those that begin.

mod ends;
mod started;
mod waiting_for;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use token_telemetry::Telemetry;
use token_telemetry::acquisition::InFlightAcquisition;

/// Polls a future once, which stays pending.
pub(crate) fn hang<F: Future>(future: F) -> Pin<Box<F>> {
    let mut future = Box::pin(future);
    assert!(poll(&mut future).is_pending());
    future
}

pub(crate) fn poll<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

/// Returns the only acquisition in flight.
fn the_one(telemetry: &Telemetry) -> InFlightAcquisition {
    let in_flight = telemetry.in_flight();
    let [only] = in_flight.acquisitions() else {
        panic!("{in_flight:?}");
    };
    *only
}

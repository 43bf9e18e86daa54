//! Requests of blocking HTTP clients.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use http::Response;

use super::{attempt, millis};
use crate::support::prelude::*;

#[test]
fn blocking_outcomes_are_recorded() {
    let throttled = record_of(|| {
        let response = Response::builder().status(429).header("retry-after", "7");
        let send = || Ok::<_, io::Error>(response.body(()).unwrap());
        token_request().watch_blocking(send).unwrap();
    });
    assert_eq!(throttled.status(), Some(429));
    assert_eq!(throttled.retry_after(), Some(millis(7_000)));

    let pending = record_of(|| {
        let send = || Ok::<_, io::Error>(Polled::Pending(Status::new(400, ())));
        token_request().watch_blocking(send).unwrap();
    });
    assert_eq!(pending.pending_polls(), 1);

    let refused = record_of(|| {
        let send = || Err::<Status<()>, _>(io::Error::from(io::ErrorKind::ConnectionRefused));
        token_request().watch_blocking(send).unwrap_err();
    });
    assert_eq!(refused.transport_error(), Some(TransportError::Connect));
}

#[test]
fn panic_of_blocking_client_passes_through() {
    let record = record_of(|| {
        let send = || -> Result<Status<()>, io::Error> { panic!("the client panics") };
        let request = token_request();
        catch_unwind(AssertUnwindSafe(|| request.watch_blocking(send))).unwrap_err();
    });
    let attempt = attempt(&record);
    assert_eq!((attempt.status(), attempt.transport_error()), (None, None));
}

//! Flows that poll until the user has signed in.

use super::flows::attempt;
use super::{Timed, Whole, millis};

use crate::support::prelude::*;

#[acquire_token(api = LabApi::ForClient, telemetry = timed.telemetry)]
async fn by_device_code(timed: &Timed, pending: u32, ends: bool) -> Result<(), LabError> {
    for _ in 0..pending {
        let request = Acquisition::current().token_request(TOKEN_URL);
        timed.clock.advance(millis(10));
        request.pending(400);
        timed.clock.advance(millis(5_000));
    }
    if ends {
        attempt(&timed.clock, 200);
        return Ok(());
    }
    Err(LabError::new("expired_token"))
}

/// The same flow through an HTTP client, whose response bodies say whether they are pending.
#[acquire_token(api = LabApi::ForClient, telemetry = timed.telemetry)]
async fn by_polled_answers(timed: &Timed, pending: u32) -> Result<(), LabError> {
    let mut bodies = (0..pending).map(|_| "authorization_pending");
    loop {
        let request = Acquisition::current().token_request(TOKEN_URL);
        let sent = request.send(|_| async {
            timed.clock.advance(millis(10));
            Ok::<_, std::io::Error>(match bodies.next() {
                Some(body) => Polled::Pending(Status::new(400, body)),
                None => Polled::Done(Status::new(200, "a token")),
            })
        });
        if let Ok(Polled::Done(_)) = sent.await {
            return Ok(());
        }
        timed.clock.advance(millis(5_000));
    }
}

#[test]
fn pending_polls_are_not_failures() {
    let timed = Timed::new();
    assert_eq!(now(by_device_code(&timed, 4, true)), Ok(()));
    polled_four_times(&timed);
    assert_eq!(now(by_polled_answers(&timed, 4)), Ok(()));
    polled_four_times(&timed);
}

fn polled_four_times(timed: &Timed) {
    let expected = Whole {
        total: 20_050,
        http: Some(50),
        attempts: 5,
        pending_polls: 4,
        ..Whole::fetched()
    };
    assert_eq!(timed.only(), expected);
    assert_eq!(timed.telemetry.pending_failures(), []);
}

#[test]
fn expired_polling_fails_once() {
    let timed = Timed::new();
    assert!(now(by_device_code(&timed, 4, false)).is_err());
    let expected = Whole {
        total: 20_040,
        http: Some(40),
        attempts: 4,
        pending_polls: 4,
        ..Whole::failed("expired_token")
    };
    assert_eq!(timed.only(), expected);
    assert_eq!(timed.telemetry.pending_failures().len(), 1);
}

//! What a record keeps of each HTTP attempt, and its date and time.

mod blocking;
mod dates;
mod request_ids;
mod throttled;

use std::future::ready;
use std::io;
use std::time::Duration;

use http::Response;
use token_telemetry::acquisition::Attempt;

use crate::support::prelude::*;

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn first_and_last_four_are_kept() {
    let numbers = |count: u16| {
        let record = record_of(|| {
            for status in 0..count {
                exchange(TOKEN_URL, 400 + status);
            }
        });
        assert_eq!(record.attempt_count(), u32::from(count));
        let of_number = |it: &Attempt| it.status() == u16::try_from(it.number() + 399).ok();
        assert!(record.attempts().all(of_number));
        let numbers = record.attempts().map(Attempt::number);
        numbers.collect::<Vec<_>>()
    };
    assert!(numbers(0).is_empty());
    assert_eq!(numbers(8), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(numbers(9), [1, 2, 3, 4, 6, 7, 8, 9]);
    assert_eq!(numbers(20), [1, 2, 3, 4, 17, 18, 19, 20]);
}

#[test]
fn attempts_in_order_of_start() {
    let record = record_of(|| {
        let requests: Vec<_> = (1..=20).map(|_| token_request()).collect();
        requests.into_iter().rev().for_each(|it| it.responded(200));
    });
    let numbers: Vec<_> = record.attempts().map(Attempt::number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 17, 18, 19, 20]);
}

/// Returns the only attempt of a record.
fn attempt(record: &AcquisitionRecord) -> &Attempt {
    assert_eq!((record.attempts().len(), record.attempt_count()), (1, 1));
    record.attempts().next().unwrap()
}

#[test]
fn dropped_attempt_has_neither_status_nor_error() {
    let record = record_of(|| drop(token_request()));
    let attempt = attempt(&record);
    assert_eq!((attempt.status(), attempt.transport_error()), (None, None));
    assert!(attempt.duration().is_some());
}

#[test]
fn timed_out_attempt_has_an_error() {
    let late: io::Result<Response<()>> = Err(io::ErrorKind::TimedOut.into());
    let record = record_of(|| now(token_request().send(|_| ready(late))));
    let attempt = attempt(&record);
    assert_eq!(attempt.transport_error(), Some(TransportError::Timeout));
    assert_eq!(attempt.status(), None);
}

#[test]
fn redirect_is_an_attempt() {
    let record = record_of(|| {
        exchange("https://login.microsoftonline.com/t/token", 307);
        exchange("https://contoso.ciamlogin.com/t/token", 200);
    });
    let hosts: Vec<_> = record
        .attempts()
        .map(|it| (it.host(), it.status()))
        .collect();
    assert_eq!(
        hosts,
        [
            (Some("login.microsoftonline.com"), Some(307)),
            (Some("contoso.ciamlogin.com"), Some(200)),
        ]
    );
    let debug = format!("{record:?}");
    assert!(
        debug.contains(r#"host: "login.microsoftonline.com""#),
        "{debug}"
    );
    assert!(!debug.contains("contoso"), "{debug}");
    assert_eq!(record.duration_throttled(), None);
}

#[test]
fn poll_is_an_attempt() {
    let record = record_of(|| {
        token_request().pending(400);
        token_request().pending(400);
        token_request().responded(200);
    });
    let statuses: Vec<_> = record.attempts().map(Attempt::status).collect();
    assert_eq!(statuses, [Some(400), Some(400), Some(200)]);
    assert_eq!(record.duration_throttled(), None);
}

#[test]
fn purpose_is_the_last_one_set() {
    let record = record_of(|| {
        let request = token_request().purpose(Purpose::Discovery);
        request.purpose(Purpose::InstanceMetadata).responded(200);
    });
    assert_eq!(attempt(&record).purpose(), Purpose::InstanceMetadata);
}

/// Returns the record of a call on a manual clock.
fn timed(body: impl FnOnce(&ManualClock)) -> AcquisitionRecord {
    let clock = ManualClock::new();
    let (telemetry, recorder) = recorded(|builder| builder.clock(clock.clone()));
    acquire(&telemetry, || body(&clock));
    only(&recorder)
}

#[test]
fn overlapping_attempts_do_not_wait() {
    let record = timed(|clock| {
        let first = token_request();
        clock.advance(millis(10));
        let second = token_request();
        clock.advance(millis(10));
        first.responded(503);
        second.responded(200);
    });
    assert!(record.attempts().all(|it| it.waited_before().is_none()));
    assert_eq!(record.duration_throttled(), None);
}

#[test]
fn pause_of_parallel_attempts_counts_once() {
    let record = timed(|clock| {
        token_request().responded(429);
        clock.advance(millis(500));
        for request in [token_request(), token_request()] {
            request.responded(200);
        }
    });
    let waits: Vec<_> = record.attempts().map(Attempt::waited_before).collect();
    assert_eq!(waits, [None, Some(millis(500)), Some(millis(500))]);
    assert_eq!(record.duration_throttled(), Some(millis(500)));
}

#[test]
fn pause_without_request_of_the_server() {
    let record = timed(|clock| {
        token_request().responded(500);
        clock.advance(millis(500));
        token_request().responded(200);
    });
    assert_eq!(record.duration_throttled(), None);
    let last = record.attempts().next_back().unwrap();
    assert_eq!(last.waited_before(), Some(millis(500)));
}

#[test]
fn late_attempt_changes_no_record() {
    let (telemetry, recorder) = telemetry();
    let late = acquire(&telemetry, token_request);
    late.responded(200);
    assert_eq!(only(&recorder).attempts().len(), 0);
}

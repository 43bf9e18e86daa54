//! Full queues: which failures are lost.

use token_telemetry::entra::{Capacity, Dialect, OverBudget};

use super::delivery::{PUBLIC, delivered, fail_after, fail_at, open};
use super::{speaking, waiting};

use crate::support::prelude::*;

/// Fails at the public authority, without taking the headers of its request.
fn fail_unreported(telemetry: &Telemetry, code: &str) {
    let ask = || Acquisition::current().token_request(PUBLIC);
    fail(telemetry, code, || ask().responded(400));
}

#[test]
fn in_flight_failure_is_not_lost() {
    let telemetry = speaking(Dialect::default());
    fail_at(&telemetry, PUBLIC, "first");
    let (request, codes) = open(&telemetry, PUBLIC);
    assert_eq!(codes, ["first"]);
    for number in 0..50 {
        fail_after(&telemetry, &[], &format!("early_{number}"));
        // Fails at the same authority, but reports nothing.
        fail_unreported(&telemetry, &format!("late_{number}"));
    }
    request.responded(200);
    let of = |start: &str| {
        let codes = waiting(&telemetry).into_iter();
        codes.filter(|code| code.starts_with(start)).count()
    };
    // One of the fifty slots was taken while the first failure was in flight.
    assert_eq!((of("first"), of("late"), of("early")), (0, 49, 50));
    assert_eq!(telemetry.lost_failures(), 1);
}

#[test]
fn full_queue_in_flight_keeps_the_new_failure() {
    let dialect = Dialect::custom("own").capacity(Capacity::DropOldest(2));
    let telemetry = speaking(dialect.build().unwrap());
    let fail = |code| fail_unreported(&telemetry, code);
    fail("one");
    fail("two");
    let (first, codes) = open(&telemetry, PUBLIC);
    assert_eq!(codes, ["one", "two"]);
    fail("three");
    assert_eq!(waiting(&telemetry), ["one", "two", "three"]);
    assert_eq!(telemetry.lost_failures(), 0);
    first.responded(503);
    assert_eq!(waiting(&telemetry), ["two", "three"]);
    assert_eq!(telemetry.lost_failures(), 1);
    assert_eq!(delivered(&telemetry, PUBLIC), ["two", "three"]);
}

#[test]
fn end_of_another_request_drops_nothing() {
    let dialect = Dialect::custom("own").capacity(Capacity::DropOldest(1));
    let telemetry = speaking(dialect.build().unwrap());
    fail_at(&telemetry, PUBLIC, "carried");
    let (first, codes) = open(&telemetry, PUBLIC);
    assert_eq!(codes, ["carried"]);
    let (idle, codes) = open(&telemetry, PUBLIC);
    assert!(codes.is_empty());
    fail_unreported(&telemetry, "new");
    idle.responded(503);
    assert_eq!(waiting(&telemetry), ["carried", "new"]);
    let (second, codes) = open(&telemetry, PUBLIC);
    assert_eq!(codes, ["new"]);
    second.responded(503);
    assert_eq!(waiting(&telemetry), ["carried", "new"]);
    first.responded(200);
    assert_eq!(delivered(&telemetry, PUBLIC), ["new"]);
    assert_eq!(telemetry.lost_failures(), 0);
}

#[test]
fn least_recently_used_authority_is_dropped() {
    let telemetry = speaking(Dialect::default());
    let url = |host: usize| format!("https://login{host}.example/token");
    for host in 0..16 {
        fail_at(&telemetry, &url(host), &format!("of_{host}"));
    }
    // Only the oldest entry is old: the authority itself is busy.
    fail_at(&telemetry, &url(0), "again_of_0");
    fail_at(&telemetry, &url(16), "of_16");
    assert!(!waiting(&telemetry).contains(&"of_1".to_owned()));
    assert_eq!(telemetry.lost_failures(), 1);
    // So does a request that reports failures, even if it is not delivered.
    open(&telemetry, &url(2)).0.responded(503);
    fail_at(&telemetry, &url(17), "of_17");
    let codes = waiting(&telemetry);
    assert!(codes.contains(&"of_2".to_owned()), "{codes:?}");
    assert!(!codes.contains(&"of_3".to_owned()), "{codes:?}");
    assert_eq!((codes.len(), telemetry.lost_failures()), (16, 2));
}

#[test]
fn evicted_authority_keeps_what_is_in_flight() {
    for (status, lost) in [(200, 1), (503, 2)] {
        let telemetry = speaking(Dialect::default());
        fail_unreported(&telemetry, "carried");
        let (request, codes) = open(&telemetry, PUBLIC);
        assert_eq!(codes, ["carried"]);
        fail_unreported(&telemetry, "free");
        for host in 0..16 {
            fail_at(
                &telemetry,
                &format!("https://login{host}.example/"),
                "later",
            );
        }
        let mut expected = vec!["carried"];
        expected.extend(["later"; 16]);
        assert_eq!(waiting(&telemetry), expected);
        assert_eq!(telemetry.lost_failures(), 1);
        // Not delivered, so it waits again, now for the least recently used authority.
        request.responded(status);
        assert_eq!(waiting(&telemetry), ["later"; 16]);
        assert_eq!(telemetry.lost_failures(), lost);
    }
}

#[test]
fn too_long_failure_counts_as_lost() {
    let dialect = Dialect::custom("own")
        .last_budget(128, OverBudget::Wait)
        .code_len(200);
    let telemetry = speaking(dialect.build().unwrap());
    fail_after(&telemetry, &[], &"x".repeat(200));
    fail_after(&telemetry, &[], "short");
    assert_eq!(delivered(&telemetry, PUBLIC), ["short"]);
    assert_eq!(
        (waiting(&telemetry).len(), telemetry.lost_failures()),
        (0, 1)
    );
}

//! Every failure is delivered exactly once, in every order in which requests start and end.
//!
//! A scheduler polls up to four acquisitions by hand, in every order of their starts and ends, and
//! with every end of a request. Headers are parsed by plain splitting.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use http::HeaderMap;
use token_telemetry::entra::{DeliveryPolicy, Dialect, DialectBuilder};

use crate::support::prelude::*;

/// How a token request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RequestEnd {
    Status(u16),
    TransportFailure,
    Dropped,
}

const ENDS: [RequestEnd; 6] = [
    RequestEnd::Status(200),
    RequestEnd::Status(400),
    RequestEnd::Status(429),
    RequestEnd::Status(503),
    RequestEnd::TransportFailure,
    RequestEnd::Dropped,
];

impl RequestEnd {
    /// Returns whether the server has acknowledged the headers.
    fn delivers(self) -> bool {
        matches!(self, Self::Status(200 | 400))
    }
}

type Wire = Rc<Cell<Option<RequestEnd>>>;
type Sent = Rc<Cell<Option<HeaderMap>>>;

/// Sends its headers, waits for the end of the request, and fails unless the status is 200.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn exchange(
    telemetry: Telemetry,
    id: ClientRequestId,
    sent: Sent,
    wire: Wire,
) -> Result<(), LabError> {
    Acquisition::current().set_correlation_id(id);
    let mut request = Acquisition::current().token_request(TOKEN_URL);
    sent.set(Some(request.take_headers()));
    let end = std::future::poll_fn(|_| wire.get().map_or(Poll::Pending, Poll::Ready)).await;
    match end {
        RequestEnd::Status(status) => request.responded(status),
        RequestEnd::TransportFailure => request.failed(TransportError::Closed),
        RequestEnd::Dropped => drop(request),
    }
    if end == RequestEnd::Status(200) {
        Ok(())
    } else {
        Err(LabError::new("code"))
    }
}

/// A request in flight.
struct Flight {
    future: Pin<Box<dyn Future<Output = Result<(), LabError>>>>,
    wire: Wire,
    id: ClientRequestId,
    carried: Vec<String>,
}

/// Checks the reports sent so far.
#[derive(Default)]
struct Ledger {
    /// Ids of all failures, in order.
    failed: Vec<String>,
    delivered: BTreeSet<String>,
    next_id: u8,
}

impl Ledger {
    fn start(&mut self, telemetry: &Telemetry, others: &[&Flight]) -> Result<Flight, String> {
        self.next_id += 1;
        let id = ClientRequestId::from_bytes([self.next_id; 16]);
        let (sent, wire) = (Sent::default(), Wire::default());
        let future = exchange(telemetry.clone(), id, Rc::clone(&sent), Rc::clone(&wire));
        let mut future: Flight = Flight {
            future: Box::pin(future),
            wire,
            id,
            carried: Vec::new(),
        };
        assert!(poll(&mut future).is_pending());
        future.carried = carried(&sent.take().unwrap());
        self.check(&future.carried, others)?;
        Ok(future)
    }

    fn check(&self, carried: &[String], others: &[&Flight]) -> Result<(), String> {
        let in_flight = |id: &String| others.iter().any(|flight| flight.carried.contains(id));
        if let Some(id) = carried.iter().find(|id| in_flight(id)) {
            return Err(format!("{id} is in two requests at once"));
        }
        if let Some(id) = carried.iter().find(|id| self.delivered.contains(*id)) {
            return Err(format!("{id} is sent again after its delivery"));
        }
        let pending: Vec<&String> = self
            .failed
            .iter()
            .filter(|id| !self.delivered.contains(*id) && !in_flight(id))
            .collect();
        if pending
            .iter()
            .zip(carried)
            .any(|(expected, id)| *expected != id)
        {
            return Err(format!(
                "{carried:?} goes out of order, pending are {pending:?}"
            ));
        }
        if carried.is_empty() && !pending.is_empty() {
            return Err(format!(
                "{pending:?} are pending, but the request carries none"
            ));
        }
        Ok(())
    }

    fn end(&mut self, mut flight: Flight, end: RequestEnd) {
        flight.wire.set(Some(end));
        assert!(poll(&mut flight).is_ready());
        if end.delivers() {
            self.delivered.extend(flight.carried);
        }
        if end != RequestEnd::Status(200) {
            self.failed.push(flight.id.to_string());
        }
    }

    /// Delivers the rest; no failure may be missing at the end.
    fn drain(&mut self, telemetry: &Telemetry) -> Result<(), String> {
        for _ in 0..8 {
            if telemetry.pending_failures().is_empty() {
                break;
            }
            let flight = self.start(telemetry, &[])?;
            self.end(flight, RequestEnd::Status(200));
        }
        let lost: Vec<&String> = self
            .failed
            .iter()
            .filter(|id| !self.delivered.contains(*id))
            .collect();
        if !lost.is_empty() || !telemetry.pending_failures().is_empty() {
            return Err(format!("{lost:?} were never delivered"));
        }
        Ok(())
    }
}

fn poll(flight: &mut Flight) -> Poll<Result<(), LabError>> {
    flight
        .future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

/// Returns the ids of the failures in a last-telemetry header.
fn carried(headers: &HeaderMap) -> Vec<String> {
    let Some(value) = headers.get("x-client-last-telemetry") else {
        return Vec::new();
    };
    let failed = value.to_str().unwrap().split('|').nth(2).unwrap();
    failed
        .split(',')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Returns all orders of starts and ends, as pairs of a request and whether it starts.
fn orders(requests: usize) -> Vec<Vec<(usize, bool)>> {
    fn extend(
        requests: usize,
        started: usize,
        open: &[usize],
        order: &[(usize, bool)],
        all: &mut Vec<Vec<(usize, bool)>>,
    ) {
        if started == requests && open.is_empty() {
            all.push(order.to_vec());
            return;
        }
        if started < requests {
            let order = [order, &[(started, true)]].concat();
            extend(
                requests,
                started + 1,
                &[open, &[started]].concat(),
                &order,
                all,
            );
        }
        for ended in open {
            let rest: Vec<usize> = open
                .iter()
                .copied()
                .filter(|request| request != ended)
                .collect();
            extend(
                requests,
                started,
                &rest,
                &[order, &[(*ended, false)]].concat(),
                all,
            );
        }
    }
    // Requests are interchangeable, so they always start in numeric order.
    let mut all = Vec::new();
    extend(requests, 0, &[], &[], &mut all);
    all
}

/// Plays one order with one list of ends, after two unreported failures.
fn play(telemetry: &Telemetry, order: &[(usize, bool)], ends: &[RequestEnd]) -> Result<(), String> {
    let mut ledger = Ledger::default();
    for _ in 0..2 {
        let flight = ledger.start(telemetry, &[])?;
        ledger.end(flight, RequestEnd::TransportFailure);
    }
    let mut flights: Vec<Option<Flight>> = ends.iter().map(|_| None).collect();
    for (request, starts) in order {
        if *starts {
            let others: Vec<&Flight> = flights.iter().flatten().collect();
            let flight = ledger.start(telemetry, &others)?;
            flights[*request] = Some(flight);
        } else {
            let flight = flights[*request].take().unwrap();
            ledger.end(flight, ends[*request]);
        }
    }
    ledger.drain(telemetry)
}

/// Plays every order with every list of ends; returns their number, or the first error.
///
/// Each run ends with nothing left to report, so all runs start in the same state.
fn explore(telemetry: &Telemetry) -> Result<usize, String> {
    let mut explored = 0;
    for requests in 1..=4_usize {
        let orders = orders(requests);
        let lists = ENDS.len().pow(u32::try_from(requests).unwrap());
        for list in 0..lists {
            let end =
                |at: usize| ENDS[list / ENDS.len().pow(u32::try_from(at).unwrap()) % ENDS.len()];
            let ends: Vec<RequestEnd> = (0..requests).map(end).collect();
            for order in &orders {
                play(telemetry, order, &ends)
                    .map_err(|error| format!("{order:?} {ends:?}: {error}"))?;
                explored += 1;
            }
        }
    }
    Ok(explored)
}

#[test]
fn every_interleaving_delivers_once_in_order() {
    let explored = explore(&Telemetry::builder().build().unwrap());
    println!("explored {} interleavings", explored.as_ref().unwrap());
    // 1, 3, 15 and 105 orders of 1 to 4 requests, each with 6 ends per request.
    assert_eq!(explored, Ok(6 + 3 * 36 + 15 * 216 + 105 * 1296));
}

/// Explores with a changed default dialect.
fn explore_changed(change: impl Fn(DialectBuilder) -> DialectBuilder) -> Result<usize, String> {
    let dialect = change(Dialect::default().customize()).build().unwrap();
    explore(&Telemetry::builder().dialect(dialect).build().unwrap())
}

#[test]
fn acknowledging_503_is_caught_as_skipping() {
    let found = explore_changed(|dialect| dialect.delivery_policy(DeliveryPolicy::new(&[], &[])));
    assert!(
        found
            .as_ref()
            .is_err_and(|error| error.contains("out of order")),
        "{found:?}"
    );
}

#[test]
fn never_acknowledging_is_caught_as_repeating() {
    let found = explore_changed(|dialect| {
        dialect.delivery_policy(DeliveryPolicy::new(&[(0, u16::MAX)], &[]))
    });
    assert!(
        found
            .as_ref()
            .is_err_and(|error| error.contains("after its delivery")),
        "{found:?}"
    );
}

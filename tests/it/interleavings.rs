//! Every failure is reported exactly once, in every order in which requests can start and end.
//!
//! A scheduler of its own polls up to four acquisitions by hand and tries every order of their
//! starts and ends with every answer. The header is read by plain splitting.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use http::HeaderMap;
use token_telemetry::entra::{DeliveryPolicy, Dialect, DialectBuilder};
use token_telemetry::{Acquisition, ClientRequestId, Telemetry, TransportError, acquire_token};

use crate::support::{LabApi, LabError, TOKEN_URL};

/// How a token request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Status(u16),
    TransportFailure,
    Dropped,
}

const ANSWERS: [Answer; 6] = [
    Answer::Status(200),
    Answer::Status(400),
    Answer::Status(429),
    Answer::Status(503),
    Answer::TransportFailure,
    Answer::Dropped,
];

impl Answer {
    /// Whether the server has read the headers.
    fn delivers(self) -> bool {
        matches!(self, Self::Status(200 | 400))
    }
}

type Wire = Rc<Cell<Option<Answer>>>;
type Sent = Rc<Cell<Option<HeaderMap>>>;

/// Hands its headers out, waits for an answer, and fails unless it is 200.
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
    let answer = std::future::poll_fn(|_| wire.get().map_or(Poll::Pending, Poll::Ready)).await;
    match answer {
        Answer::Status(status) => request.responded(status),
        Answer::TransportFailure => request.failed(TransportError::Closed),
        Answer::Dropped => drop(request),
    }
    if answer == Answer::Status(200) {
        Ok(())
    } else {
        Err(LabError::new("code"))
    }
}

/// One request under way.
struct Flight {
    future: Pin<Box<dyn Future<Output = Result<(), LabError>>>>,
    wire: Wire,
    id: ClientRequestId,
    carried: Vec<String>,
}

/// What must hold of the reports that went out so far.
#[derive(Default)]
struct Ledger {
    /// Ids of all failures in the order in which they happened.
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
        let waiting: Vec<&String> = self
            .failed
            .iter()
            .filter(|id| !self.delivered.contains(*id) && !in_flight(id))
            .collect();
        if waiting
            .iter()
            .zip(carried)
            .any(|(expected, id)| *expected != id)
        {
            return Err(format!(
                "{carried:?} goes out of order, waiting are {waiting:?}"
            ));
        }
        if carried.is_empty() && !waiting.is_empty() {
            return Err(format!("{waiting:?} wait and nothing is carried"));
        }
        Ok(())
    }

    fn end(&mut self, mut flight: Flight, answer: Answer) {
        flight.wire.set(Some(answer));
        assert!(poll(&mut flight).is_ready());
        if answer.delivers() {
            self.delivered.extend(flight.carried);
        }
        if answer != Answer::Status(200) {
            self.failed.push(flight.id.to_string());
        }
    }

    /// Delivers what is left; in the end nothing may be missing.
    fn drain(&mut self, telemetry: &Telemetry) -> Result<(), String> {
        for _ in 0..8 {
            if telemetry.pending_failures().is_empty() {
                break;
            }
            let flight = self.start(telemetry, &[])?;
            self.end(flight, Answer::Status(200));
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

/// Ids of the failures in a last-telemetry header.
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

/// One order of starts and ends: numbers below the count start, the others end a request.
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
    // Requests are alike, so the first to start is always number 0, the next number 1, and so on.
    let mut all = Vec::new();
    extend(requests, 0, &[], &[], &mut all);
    all
}

/// Plays one order with one list of answers, after two failures that nobody has heard of yet.
fn play(telemetry: &Telemetry, order: &[(usize, bool)], answers: &[Answer]) -> Result<(), String> {
    let mut ledger = Ledger::default();
    for _ in 0..2 {
        let flight = ledger.start(telemetry, &[])?;
        ledger.end(flight, Answer::TransportFailure);
    }
    let mut flights: Vec<Option<Flight>> = answers.iter().map(|_| None).collect();
    for (request, starts) in order {
        if *starts {
            let others: Vec<&Flight> = flights.iter().flatten().collect();
            let flight = ledger.start(telemetry, &others)?;
            flights[*request] = Some(flight);
        } else {
            let flight = flights[*request].take().unwrap();
            ledger.end(flight, answers[*request]);
        }
    }
    ledger.drain(telemetry)
}

/// Plays every order with every answer; returns how many, or the first that goes wrong.
///
/// Each play ends with nothing left to report, so the next one starts as the first did.
fn explore(telemetry: &Telemetry) -> Result<usize, String> {
    let mut explored = 0;
    for requests in 1..=4_usize {
        let orders = orders(requests);
        let lists = ANSWERS.len().pow(u32::try_from(requests).unwrap());
        for list in 0..lists {
            let answer = |at: usize| {
                ANSWERS[list / ANSWERS.len().pow(u32::try_from(at).unwrap()) % ANSWERS.len()]
            };
            let answers: Vec<Answer> = (0..requests).map(answer).collect();
            for order in &orders {
                play(telemetry, order, &answers)
                    .map_err(|problem| format!("{order:?} {answers:?}: {problem}"))?;
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
    // (1 + 3 + 15 + 105 orders, each with every answer of every request)
    assert_eq!(explored, Ok(6 + 3 * 36 + 15 * 216 + 105 * 1296));
}

/// Explores under the default dialect, changed in one point.
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
            .is_err_and(|problem| problem.contains("out of order")),
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
            .is_err_and(|problem| problem.contains("after its delivery")),
        "{found:?}"
    );
}

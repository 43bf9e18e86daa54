//! Each failure ends up delivered, pending or lost, and never reaches another authority.
//!
//! Random schedules of failures and requests at many authorities are compared with a ledger that
//! tracks only where each failure happened.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use token_telemetry::entra::{Capacity, Dialect, OverBudget};

use crate::headers::delivery::open;
use crate::headers::speaking;
use crate::support::prelude::*;

/// A step of a schedule; numbers of authorities and requests wrap around.
#[derive(Clone, Debug)]
enum Step {
    /// An acquisition fails after requests to this authority, or before any request.
    Fail(Option<u8>, Purpose),
    /// A request starts and takes its headers.
    Begin(u8),
    /// A request gets a response with this status, or no response.
    End(u8, Option<u16>),
}

const AUTHORITIES: u8 = 24;

/// Every third authority has a host that cannot be parsed.
fn url(authority: u8) -> String {
    let authority = authority % AUTHORITIES;
    let dot = if authority.is_multiple_of(3) {
        "%2e"
    } else {
        "."
    };
    format!("https://login{authority}{dot}example/token")
}

fn any_step() -> impl Strategy<Value = Step> {
    let purpose = prop_oneof![
        6 => Just(Purpose::Token),
        1 => Just(Purpose::Discovery),
    ];
    let status = prop::option::of(prop::sample::select(vec![200, 400, 429, 503]));
    // A few authorities are busy; many are seen only now and then.
    let authority = prop_oneof![1 => 0_u8..3, 3 => 0..AUTHORITIES];
    prop_oneof![
        4 => (prop::option::weighted(0.9, authority.clone()), purpose)
            .prop_map(|(authority, purpose)| Step::Fail(authority, purpose)),
        2 => authority.prop_map(Step::Begin),
        1 => (any::<u8>(), status).prop_map(|(request, status)| Step::End(request, status)),
    ]
}

fn any_capacity() -> impl Strategy<Value = Dialect> {
    let capacity = prop_oneof![
        (1_usize..6).prop_map(Capacity::DropOldest),
        Just(Capacity::OneHeader),
    ];
    let over_budget = prop::sample::select(vec![OverBudget::Wait, OverBudget::ForgetAll]);
    (capacity, over_budget, 128_usize..400).prop_map(|(capacity, over_budget, budget)| {
        let dialect = Dialect::custom("own").capacity(capacity).code_len(120);
        dialect.last_budget(budget, over_budget).build().unwrap()
    })
}

/// A request in flight with the codes that it reports.
struct Flight {
    request: TokenRequest,
    carried: Vec<String>,
}

#[derive(Default)]
struct Ledger {
    /// All failures by code, with their authority.
    failures: BTreeMap<String, Option<u8>>,
    delivered: BTreeSet<String>,
    flights: Vec<Flight>,
}

impl Ledger {
    fn fail(&mut self, telemetry: &Telemetry, asked: Option<(u8, Purpose)>) {
        let number = self.failures.len();
        // Some codes are too long for any header.
        let padding = if number % 11 == 10 { 110 } else { 3 };
        let code = format!("c{number:05}_{}", "x".repeat(padding));
        let at = asked.filter(|(_, purpose)| *purpose == Purpose::Token);
        let authority = at.map(|(authority, _)| authority % AUTHORITIES);
        let asked = asked.map(|(authority, purpose)| (url(authority), purpose));
        fail(telemetry, &code, || {
            if let Some((url, purpose)) = asked {
                let request = Acquisition::current().token_request(url).purpose(purpose);
                request.responded(400);
            }
        });
        self.failures.insert(code, authority);
    }

    fn begin(&mut self, telemetry: &Telemetry, at: u8) {
        let (request, carried) = open(telemetry, &url(at));
        let mut sorted = carried.clone();
        sorted.sort();
        assert_eq!(carried, sorted, "the oldest come first");
        for code in &carried {
            let authority = self.failures[code];
            assert!(
                authority.is_none_or(|own| own == at % AUTHORITIES),
                "{code}"
            );
            assert!(!self.delivered.contains(code), "{code} was delivered");
            let others = self.flights.iter();
            let elsewhere = others.flat_map(|flight| &flight.carried);
            assert!(elsewhere.into_iter().all(|other| other != code), "{code}");
        }
        self.flights.push(Flight { request, carried });
    }

    fn end(&mut self, which: u8, status: Option<u16>) {
        if self.flights.is_empty() {
            return;
        }
        let at = usize::from(which) % self.flights.len();
        let Flight { request, carried } = self.flights.remove(at);
        if matches!(status, Some(200 | 400)) {
            self.delivered.extend(carried);
        }
        match status {
            Some(status) => request.responded(status),
            None => drop(request),
        }
    }

    fn check(&self, telemetry: &Telemetry) {
        let pending = telemetry.pending_failures();
        let delivered = usize::try_from(telemetry.delivered_failures()).unwrap();
        assert_eq!(delivered, self.delivered.len());
        let lost = usize::try_from(telemetry.lost_failures()).unwrap();
        assert_eq!(
            self.delivered.len() + pending.len() + lost,
            self.failures.len(),
            "delivered {:?}, pending {pending:?}, lost {lost}",
            self.delivered
        );
        let codes: Vec<&str> = pending.iter().map(|failure| &*failure.code).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        let flights = self.flights.iter();
        let mut in_flight: Vec<&str> = flights
            .flat_map(|flight| flight.carried.iter().map(String::as_str))
            .collect();
        in_flight.sort_unstable();
        let carried = pending.iter().filter(|failure| failure.in_flight);
        let carried: Vec<&str> = carried.map(|failure| &*failure.code).collect();
        assert_eq!(carried, in_flight);
        let free = pending.iter().filter(|failure| !failure.in_flight);
        let waiting_at: BTreeSet<_> = free
            .filter_map(|failure| self.failures[&*failure.code])
            .collect();
        assert!(waiting_at.len() <= 16, "{waiting_at:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn delivered_pending_and_lost_add_up(
        dialect in any_capacity(),
        steps in prop::collection::vec(any_step(), 1..300),
    ) {
        let telemetry = speaking(dialect);
        let mut ledger = Ledger::default();
        for step in steps {
            match step {
                Step::Fail(at, purpose) => {
                    ledger.fail(&telemetry, at.map(|authority| (authority, purpose)));
                }
                Step::Begin(at) => ledger.begin(&telemetry, at),
                Step::End(which, status) => ledger.end(which, status),
            }
            ledger.check(&telemetry);
        }
    }
}

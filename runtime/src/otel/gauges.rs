//! Values that are read when metrics are collected, such as the number of acquisitions in flight.
//!
//! To add one: its row in `catalog/table.rs`, a function of [`Sources`] that reads it, and its entry
//! in [`OBSERVED`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::attributes::OTHER;
use super::catalog::MetricId;
use super::interner::MAX_APIS;
use crate::acquisition::{InFlightOfApi, InFlightTable, now};

/// What the values of one client are read from; weak, because providers keep their callbacks.
#[derive(Clone)]
pub(crate) struct Sources {
    in_flight: Weak<InFlightTable>,
}

/// A value of one function of an SDK.
pub(super) struct Observed {
    api: &'static str,
    value: f64,
}

/// How the values of a metric are read.
pub(super) struct Reading {
    pub(super) metric: MetricId,
    read: fn(&Sources) -> Vec<Observed>,
    /// Joins the values that two clients have for one function.
    join: fn(f64, f64) -> f64,
    /// The value of a function that had one before and has none now.
    idle: Option<f64>,
}

pub(super) static OBSERVED: [Reading; 2] = [
    Reading {
        metric: MetricId::InFlight,
        read: Sources::in_flight,
        join: |one, other| one + other,
        idle: Some(0.0),
    },
    Reading {
        metric: MetricId::OldestAge,
        read: Sources::oldest_age,
        join: f64::max,
        idle: Some(0.0),
    },
];

impl Sources {
    pub(crate) fn new(in_flight: &Arc<InFlightTable>) -> Self {
        Self {
            in_flight: Arc::downgrade(in_flight),
        }
    }

    /// Returns whether these are the sources of the same client.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.in_flight.ptr_eq(&other.in_flight)
    }

    /// Returns whether the client is gone.
    pub(super) fn is_gone(&self) -> bool {
        self.in_flight.strong_count() == 0
    }

    fn in_flight_by_api(&self) -> Vec<InFlightOfApi> {
        let table = self.in_flight.upgrade();
        table.map_or_else(Vec::new, |table| table.by_api(now(table.clock())))
    }

    fn in_flight(&self) -> Vec<Observed> {
        let observed = self.in_flight_by_api().into_iter().map(|of_api| Observed {
            api: of_api.api,
            value: of_api.count.into(),
        });
        observed.collect()
    }

    fn oldest_age(&self) -> Vec<Observed> {
        let observed = self.in_flight_by_api().into_iter().filter_map(|of_api| {
            Some(Observed {
                api: of_api.api,
                value: of_api.oldest_age?.as_secs_f64(),
            })
        });
        observed.collect()
    }
}

/// The names of the functions for which a metric had a value.
#[derive(Default)]
pub(super) struct Names(Mutex<BTreeSet<&'static str>>);

impl Reading {
    /// Returns the value of each function, joined over all clients.
    pub(super) fn values(&self, clients: &[Sources], names: &Names) -> BTreeMap<&'static str, f64> {
        // Read before the lock is taken, because a custom clock is foreign code.
        let observed: Vec<Observed> = clients.iter().flat_map(self.read).collect();
        let mut names = names.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |name: &&'static str| Some((*name, self.idle?));
        let mut values: BTreeMap<_, _> = names.iter().filter_map(idle).collect();
        for Observed { api, value } in observed {
            let is_admitted = names.contains(api) || names.len() < MAX_APIS;
            let api = if is_admitted { api } else { OTHER };
            names.insert(api);
            let joined = values.get(api).map(|known| (self.join)(*known, value));
            values.insert(api, joined.unwrap_or(value));
        }
        values
    }
}

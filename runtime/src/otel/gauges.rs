//! Values that are read when metrics are collected, such as the number of acquisitions in flight.
//!
//! To add one: its row in `catalog/table.rs`, a function of [`Sources`] that reads it, and its entry
//! in [`OBSERVED`].

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use opentelemetry::KeyValue;

use super::attributes::{Attribute, OTHER};
use super::catalog::MetricId;
use super::interner::MAX_APIS;
use crate::acquisition::{InFlightOfApi, InFlightTable, now};
use crate::credential::CredentialKind;
use crate::newest_tokens::NewestTokens;

/// What the values of one client are read from; weak, because providers keep their callbacks.
#[derive(Clone)]
pub(crate) struct Sources {
    in_flight: Weak<InFlightTable>,
    tokens: Weak<NewestTokens>,
}

/// What a value belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    /// A function of an SDK.
    api: &'static str,
    /// The kind of credential, of the metrics which have that attribute.
    credential: Option<&'static str>,
}

/// A value of one function of an SDK.
pub(super) struct Observed {
    series: Series,
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

pub(super) static OBSERVED: [Reading; 3] = [
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
    Reading {
        metric: MetricId::ExpiresIn,
        read: Sources::expires_in,
        // The newest token of several clients is the one that expires last.
        join: f64::max,
        idle: None,
    },
];

impl Series {
    const fn of_api(api: &'static str) -> Self {
        Self {
            api,
            credential: None,
        }
    }

    pub(super) fn attributes(self) -> Vec<KeyValue> {
        let credential = self.credential;
        let credential = credential.map(|kind| KeyValue::new(Attribute::CREDENTIAL.key, kind));
        let api = KeyValue::new(Attribute::API_NAME.key, self.api);
        iter::once(api).chain(credential).collect()
    }
}

impl Sources {
    pub(crate) fn new(in_flight: &Arc<InFlightTable>, tokens: &Arc<NewestTokens>) -> Self {
        Self {
            in_flight: Arc::downgrade(in_flight),
            tokens: Arc::downgrade(tokens),
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
            series: Series::of_api(of_api.api),
            value: of_api.count.into(),
        });
        observed.collect()
    }

    fn oldest_age(&self) -> Vec<Observed> {
        let observed = self.in_flight_by_api().into_iter().filter_map(|of_api| {
            Some(Observed {
                series: Series::of_api(of_api.api),
                value: of_api.oldest_age?.as_secs_f64(),
            })
        });
        observed.collect()
    }

    fn expires_in(&self) -> Vec<Observed> {
        let mut observed = Vec::new();
        if let Some(tokens) = self.tokens.upgrade() {
            tokens.for_each(|token| {
                observed.push(Observed {
                    series: Series {
                        api: token.api().name(),
                        credential: token.credential().map(CredentialKind::name),
                    },
                    value: token.expires_in().as_secs_f64(),
                });
            });
        }
        observed
    }
}

/// The series for which a metric had a value.
#[derive(Default)]
pub(super) struct KnownSeries(Mutex<BTreeSet<Series>>);

impl Reading {
    /// Returns the value of each series, joined over all clients.
    pub(super) fn values(&self, clients: &[Sources], known: &KnownSeries) -> BTreeMap<Series, f64> {
        // Read before the lock is taken, because a custom clock is foreign code.
        let observed: Vec<Observed> = clients.iter().flat_map(self.read).collect();
        let mut known = known.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |series: &Series| Some((*series, self.idle?));
        let mut values: BTreeMap<_, _> = known.iter().filter_map(idle).collect();
        for Observed { series, value } in observed {
            let is_admitted = known.contains(&series) || known.len() < MAX_APIS;
            let series = if is_admitted {
                series
            } else {
                Series::of_api(OTHER)
            };
            known.insert(series);
            let joined = values.get(&series).map(|known| (self.join)(*known, value));
            values.insert(series, joined.unwrap_or(value));
        }
        values
    }
}

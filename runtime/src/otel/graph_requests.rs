//! Counts requests to Microsoft Graph.

use opentelemetry::Value;

use super::attempts::{AttemptError, MAX_RESENDS, is_known};
use super::attributes::Attribute;
use super::bounded_table::{BoundedTable, fnv};
use super::catalog::MetricId;
use super::events::Event;
use super::recorder::MetricsRecorder;
use crate::graph_record::GraphRecord;

/// Maximum number of combinations, since servers choose their statuses.
///
/// With those that [`GraphSet::overflow`] returns, two for each method, the metric stays below the limit
/// of the SDK.
const CAPACITY: usize = 640;

/// The values of the attributes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct GraphSet {
    method: Option<&'static str>,
    host: Option<&'static str>,
    status: Option<u16>,
    error: Option<AttemptError>,
    resends: u8,
    claims_challenges: u8,
}

/// The combinations that were recorded so far.
#[derive(Debug)]
pub(super) struct GraphSets(BoundedTable<GraphSet>);

impl GraphSet {
    fn of(record: &GraphRecord) -> Self {
        let small = |count: u32| u8::try_from(count).unwrap_or(u8::MAX).min(MAX_RESENDS);
        Self {
            method: record.method,
            host: record.host,
            status: record.end.status().filter(|status| is_known(*status)),
            error: AttemptError::of(record.end),
            resends: small(record.resends),
            claims_challenges: small(record.claims_challenges),
        }
    }

    /// Returns the coarsest set, which needs no capacity.
    fn overflow(self) -> Self {
        Self {
            method: self.method,
            host: None,
            status: None,
            error: self.error.map(|_| AttemptError::Other),
            resends: 0,
            claims_challenges: 0,
        }
    }

    fn hash(self) -> u64 {
        let texts = [self.method, Some("\0"), self.host].map(Option::unwrap_or_default);
        let counts = u64::from(self.resends) << 4 | u64::from(self.claims_challenges);
        let status = u64::from(self.status.unwrap_or_default()) << 8;
        u64::from(fnv(&texts)) << 32 | status | counts
    }
}

impl GraphSets {
    pub(super) const fn new() -> Self {
        Self(BoundedTable::new(CAPACITY))
    }

    /// Returns whether this combination is within the limit.
    fn admit(&self, set: GraphSet) -> bool {
        let Self(known) = self;
        let (hash, matches) = (set.hash(), |known: &GraphSet| *known == set);
        let found = known.find(hash, matches);
        let found = found.or_else(|| known.insert(hash, matches, || set));
        found.is_some()
    }
}

impl MetricsRecorder {
    /// Counts a request that has ended.
    pub(crate) fn record_graph_request(&self, record: &GraphRecord) {
        if !self.records_conventions() {
            return;
        }
        let mut set = GraphSet::of(record);
        if !self.graph_sets.admit(set) {
            self.warn_of_overflow();
            set = set.overflow();
        }
        let number = |count: u8| (count > 0).then(|| Value::I64(count.into()));
        let event = Event::counted(MetricId::GraphRequests)
            .with(Attribute::METHOD, set.method)
            .with(Attribute::STATUS, set.status.map(i64::from))
            .with(
                Attribute::ERROR_TYPE,
                set.error.map(AttemptError::error_type),
            )
            .with(Attribute::SERVER, set.host)
            .with(Attribute::RESENDS, number(set.resends))
            .with(Attribute::CLAIMS_CHALLENGES, number(set.claims_challenges));
        self.record_event_of_client(&event);
    }
}

//! The clients of one SDK on one provider, whose observed values are exported together.
//!
//! A provider keeps one value for each set of attributes. If two clients of the same SDK each
//! observed theirs, the second would replace the first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider};

use super::catalog::MetricKind;
use super::descriptions::Descriptions;
use super::gauges::{KnownSeries, OBSERVED, Reading, Sources};
use super::instruments::{InstrumentOptions, conventions_meter};
use super::provider::{SharedProvider, is_same_provider};

/// All groups of the process.
///
/// Only clients that would overwrite each other's values find each other here: those with the same
/// scope, which contains the version of this crate. Without it each value would still be a true one.
static GROUPS: Mutex<Vec<Weak<GaugeGroup>>> = Mutex::new(Vec::new());

/// Clients with the same scope on the same provider.
pub(super) struct GaugeGroup {
    /// The attributes of the scope.
    scope: Vec<KeyValue>,
    members: Mutex<Vec<Member>>,
}

#[derive(Clone)]
struct Member {
    provider: Weak<dyn MeterProvider + Send + Sync>,
    sources: Sources,
}

impl GaugeGroup {
    /// Adds a client to the group of its provider; the first client creates the instruments.
    pub(super) fn join(
        provider: &SharedProvider,
        options: InstrumentOptions<'_>,
        sources: &Sources,
    ) -> Arc<Self> {
        let attribute_builder = options.attribute_builder;
        let member = Member {
            provider: Arc::downgrade(provider),
            sources: sources.clone(),
        };
        let own = Arc::new(Self {
            scope: attribute_builder.scope(),
            members: Mutex::new(vec![member.clone()]),
        });
        // Announced before it looks for others: of two threads that get here at once, the later one
        // finds the earlier. No lock is held meanwhile, since asking a provider runs foreign code.
        let earlier = own.announce();
        if let Some(group) = earlier.into_iter().find(|group| group.is_on(provider)) {
            group.add(member);
            return group;
        }
        let meter = conventions_meter(&**provider, attribute_builder);
        for reading in &OBSERVED {
            own.observe(&meter, reading, options.descriptions);
        }
        own
    }

    /// Lists the group, and returns the earlier ones with the same scope.
    fn announce(self: &Arc<Self>) -> Vec<Arc<Self>> {
        let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
        groups.retain(|group| group.strong_count() > 0);
        let known = groups.iter().filter_map(Weak::upgrade);
        let earlier = known.filter(|group| group.scope == self.scope).collect();
        groups.push(Arc::downgrade(self));
        earlier
    }

    fn members(&self) -> MutexGuard<'_, Vec<Member>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, member: Member) {
        let mut members = self.members();
        members.retain(|known| !known.sources.is_gone());
        let is_known = |known: &Member| known.sources.is_same(&member.sources);
        if !members.iter().any(is_known) {
            members.push(member);
        }
    }

    /// Returns whether the clients of this group use this provider.
    fn is_on(&self, provider: &SharedProvider) -> bool {
        let providers: Vec<_> = self
            .members()
            .iter()
            .filter_map(|member| member.provider.upgrade())
            .collect();
        let is_it = |known: &SharedProvider| Arc::ptr_eq(known, provider);
        let is_same = |known: &SharedProvider| is_same_provider(&**known, &**provider);
        providers.iter().any(is_it) || providers.first().is_some_and(is_same)
    }

    fn sources(&self) -> Vec<Sources> {
        let members = self.members();
        members
            .iter()
            .map(|member| member.sources.clone())
            .collect()
    }

    /// Creates the instrument of a metric, whose callback lives as long as the provider.
    fn observe(
        self: &Arc<Self>,
        meter: &Meter,
        reading: &'static Reading,
        descriptions: &Descriptions,
    ) {
        let (group, known) = (Arc::downgrade(self), KnownSeries::default());
        let points = move || {
            let group = group.upgrade();
            let values = group.map(|group| reading.values(&group.sources(), &known));
            let points = values.into_iter().flatten();
            points.map(|(series, value)| (series.attributes(), value))
        };
        let metric = reading.metric.metric();
        let (name, description) = (metric.name(), descriptions.of(metric));
        let unit = metric.unit().unwrap_or_default();
        match metric.kind() {
            MetricKind::UpDownCounter => {
                let counter = meter.i64_observable_up_down_counter(name);
                let counter = counter.with_unit(unit).with_description(description);
                let counter = counter.with_callback(move |observer| {
                    points().for_each(|(point, value)| observer.observe(whole(value), &point));
                });
                _ = counter.build();
            }
            MetricKind::Counter | MetricKind::Histogram | MetricKind::Gauge => {
                let gauge = meter.f64_observable_gauge(name).with_unit(unit);
                let gauge = gauge.with_description(description);
                let gauge = gauge.with_callback(move |observer| {
                    points().for_each(|(point, value)| observer.observe(value, &point));
                });
                _ = gauge.build();
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "sums of whole numbers far below 2^53"
)]
const fn whole(value: f64) -> i64 {
    value as i64
}

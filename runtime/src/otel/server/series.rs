//! The series of one metric, and the limit of their number.

use std::sync::Arc;

use opentelemetry::{KeyValue, Value};

use super::names::Names;
use crate::cache::CacheRefreshReason;
use crate::diagnostics::Diagnostic;
use crate::otel::attributes::{Attribute as A, OTHER, OTHER_ERROR, reason_name};
use crate::otel::bounded_table::{BoundedTable, fnv};
use crate::otel::interner::{Interner, Symbol};
use crate::otel::quota::{Origin, Quota};

/// Maximum number of series of one metric; those beyond it add fewer than 200.
const CAPACITY: usize = 640;

/// The class of a status, such as `4xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StatusClass(u16);

impl StatusClass {
    pub(super) const fn of(status: u16) -> Self {
        Self(status / 100)
    }

    const fn name(self) -> &'static str {
        match self.0 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            5 => "5xx",
            // HTTP does not have such a status.
            _ => "other",
        }
    }
}

/// What the attributes of a series depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServerSeries {
    pub(super) sku: Symbol,
    pub(super) version: Symbol,
    pub(super) api: Symbol,
    pub(super) code: Symbol,
    pub(super) reason: CacheRefreshReason,
    pub(super) class: Option<StatusClass>,
    /// A header that cannot be parsed, and why.
    pub(super) unreadable: Option<(&'static str, &'static str)>,
}

impl ServerSeries {
    /// A series without attributes.
    pub(super) const EMPTY: Self = Self {
        sku: Symbol::NONE,
        version: Symbol::NONE,
        api: Symbol::NONE,
        code: Symbol::NONE,
        reason: CacheRefreshReason::NotApplicable,
        class: None,
        unreadable: None,
    };

    fn hash(&self) -> u64 {
        let symbols = [self.sku, self.version, self.api, self.code].map(Symbol::number);
        let packed = symbols.iter().fold(0, |packed, symbol| {
            packed << Symbol::BITS | u64::from(*symbol)
        });
        let class = self.class.map_or(0, |StatusClass(class)| class);
        let numbers = u64::from(class) << 4 | u64::from(self.reason.wire());
        let (header, reason) = self.unreadable.unwrap_or_default();
        packed ^ numbers << 40 ^ u64::from(fnv(&[header, reason])) << 32
    }

    /// Returns the coarsest series, which needs no capacity.
    fn overflow(self) -> Self {
        let coarse = |symbol| match symbol {
            Symbol::NONE => Symbol::NONE,
            _ => Symbol::OTHER,
        };
        Self {
            sku: coarse(self.sku),
            version: coarse(self.version),
            api: coarse(self.api),
            code: coarse(self.code),
            ..self
        }
    }

    fn attributes(&self, names: &Names) -> Box<[KeyValue]> {
        let Self {
            sku,
            version,
            api,
            code,
            reason,
            class,
            unreadable,
        } = *self;
        let (header, fault) = unreadable.unzip();
        let code = text(&names.codes, code, OTHER_ERROR);
        let attributes = [
            (A::CLIENT_SKU, text(&names.skus, sku, OTHER)),
            (A::CLIENT_VERSION, text(&names.versions, version, OTHER)),
            (A::API_NAME, text(&names.apis, api, OTHER)),
            (A::REASON, reason_name(reason).map(Value::from)),
            (A::RESPONSE_CLASS, class.map(|class| class.name().into())),
            (A::HEADER, header.map(Value::from)),
            (A::ERROR_TYPE, code.or_else(|| fault.map(Value::from))),
        ];
        let present = attributes.into_iter();
        present
            .filter_map(|(attribute, value)| Some(KeyValue::new(attribute.key, value?)))
            .collect()
    }
}

/// Returns the text of a symbol, or `other` if it has none.
fn text(interner: &Interner, symbol: Symbol, other: &'static str) -> Option<Value> {
    if symbol == Symbol::NONE {
        return None;
    }
    let text: Option<Arc<str>> = interner.resolve(symbol);
    Some(text.map_or_else(|| other.into(), Value::from))
}

/// The series of one metric so far, with their attributes.
#[derive(Debug)]
pub(super) struct SeriesTable {
    known: BoundedTable<(ServerSeries, Box<[KeyValue]>)>,
    quota: Quota,
}

impl SeriesTable {
    pub(super) const fn new() -> Self {
        Self {
            known: BoundedTable::new(CAPACITY),
            quota: Quota::new(CAPACITY),
        }
    }

    /// Calls a function with the attributes of a series.
    pub(super) fn with_attributes(
        &self,
        series: ServerSeries,
        names: &Names,
        origin: Origin<'_>,
        add: impl FnOnce(&[KeyValue]),
    ) {
        let hash = series.hash();
        let matches = |(known, _): &(ServerSeries, Box<[KeyValue]>)| *known == series;
        let make = || (series, series.attributes(names));
        let insert = || self.known.insert(hash, matches, make);
        let found = self.known.find(hash, matches);
        if let Some(entry) = found.or_else(|| self.quota.admit(origin, insert)) {
            let (_, attributes) = entry.value;
            add(attributes);
        } else {
            Diagnostic::TooManySeries.emit();
            add(&series.overflow().attributes(names));
        }
    }
}

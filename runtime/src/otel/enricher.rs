//! Attributes that the application adds to every metric.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::{Key, KeyValue, Value};

use super::catalog::Metric;
use crate::acquisition::AcquisitionRecord;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;

/// Most attributes that an enricher may add to one acquisition; more are ignored.
pub const MAX_EXTRA_ATTRIBUTES: usize = 16;

/// Attributes that an enricher adds to one acquisition.
///
/// Only its own are in it: what the metrics say themselves cannot be seen or changed. On a metric
/// that has an attribute of the same key already, the added one is left out.
///
/// # Examples
///
/// ```
/// use token_telemetry::otel::Metrics;
///
/// let metrics = Metrics::default().enricher(|record, extra| {
///     extra.add("contoso.endpoint", record.endpoint_host().unwrap_or("none").to_owned());
/// });
/// ```
#[derive(Debug, Default)]
pub struct ExtraAttributes(Vec<KeyValue>);

impl ExtraAttributes {
    /// Adds an attribute; an empty key, or one that was added before, is ignored.
    pub fn add(&mut self, key: impl Into<Key>, value: impl Into<Value>) -> &mut Self {
        let key = key.into();
        let known = self.0.iter().any(|added| added.key == key);
        if !known && !key.as_str().is_empty() && self.0.len() < MAX_EXTRA_ATTRIBUTES {
            self.0.push(KeyValue::new(key, value));
        }
        self
    }

    /// Takes back what was added so far.
    pub fn clear(&mut self) -> &mut Self {
        self.0.clear();
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ones that a metric does not have itself.
    pub(super) fn beside(&self, metric: &'static Metric) -> impl Iterator<Item = KeyValue> + '_ {
        let own = |key: &str| metric.attributes().any(|own| own == key);
        let others = self.0.iter();
        others
            .filter(move |extra| !own(extra.key.as_str()))
            .cloned()
    }
}

type Enrich = dyn Fn(&AcquisitionRecord, &mut ExtraAttributes) + Send + Sync;

/// The function that adds attributes.
#[derive(Clone)]
pub(super) struct Enricher {
    enrich: Arc<Enrich>,
    panicked: Arc<AtomicBool>,
}

impl Enricher {
    pub(super) fn new(
        enrich: impl Fn(&AcquisitionRecord, &mut ExtraAttributes) + Send + Sync + 'static,
    ) -> Self {
        Self {
            enrich: Arc::new(enrich),
            panicked: Arc::default(),
        }
    }

    /// What the function adds; nothing if it panics.
    pub(super) fn attributes(&self, record: &AcquisitionRecord) -> ExtraAttributes {
        let mut extra = ExtraAttributes::default();
        if contained(|| (self.enrich)(record, &mut extra)).is_none() {
            extra.clear();
            if !self.panicked.swap(true, Ordering::Relaxed) {
                Diagnostic::EnricherPanicked.emit_unthrottled();
            }
        }
        extra
    }
}

impl fmt::Debug for Enricher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Enricher")
    }
}

//! Attributes that the application adds to every metric.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::{Key, KeyValue, Value};

use super::catalog::Metric;
use crate::acquisition::AcquisitionRecord;
use crate::contained::contained;
use crate::diagnostics::Diagnostic;

/// The attributes that an enricher adds to one acquisition.
///
/// An enricher cannot see or change the attributes that this crate sets. If a metric already has an
/// attribute with the same key, the added one is omitted from that metric.
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
    /// Maximum number of attributes of one acquisition; further ones are ignored.
    pub const MAX: usize = 16;

    /// Adds an attribute, unless its key is empty or was added before.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metrics;
    ///
    /// let metrics = Metrics::default().enricher(|record, extra| {
    ///     extra.add("contoso.stale", record.is_stale()).add("contoso.ring", "canary");
    /// });
    /// ```
    pub fn add(&mut self, key: impl Into<Key>, value: impl Into<Value>) -> &mut Self {
        let key = key.into();
        let known = self.0.iter().any(|added| added.key == key);
        if !known && !key.as_str().is_empty() && self.0.len() < Self::MAX {
            self.0.push(KeyValue::new(key, value));
        }
        self
    }

    /// Removes the attributes that were added so far.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::Metrics;
    ///
    /// let metrics = Metrics::default().enricher(|record, extra| {
    ///     extra.add("contoso.ring", "canary");
    ///     if record.is_background() {
    ///         extra.clear();
    ///     }
    /// });
    /// ```
    pub fn clear(&mut self) -> &mut Self {
        self.0.clear();
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the attributes whose keys the metric does not set itself.
    pub(super) fn beside(&self, metric: &'static Metric) -> impl Iterator<Item = KeyValue> + '_ {
        let own = |key: &str| metric.attributes().any(|own| own == key);
        let others = self.0.iter();
        others
            .filter(move |extra| !own(extra.key.as_str()))
            .cloned()
    }
}

type Enrich = dyn Fn(&AcquisitionRecord, &mut ExtraAttributes) + Send + Sync;

/// The application's function that adds attributes.
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

    /// Returns the attributes that the function adds, or none if it panics.
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

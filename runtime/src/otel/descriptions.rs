//! The descriptions that are exported with the metrics.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::catalog::Metric;

/// The catalog's descriptions, except those that the application replaced.
#[derive(Clone, Debug, Default)]
pub(super) struct Descriptions {
    replaced: BTreeMap<&'static str, Cow<'static, str>>,
}

impl Descriptions {
    /// Replaces a description, unless no metric has this name.
    pub(super) fn replace(&mut self, name: &str, description: Cow<'static, str>) {
        if let Some(metric) = Metric::named(name) {
            self.replaced.insert(metric.name(), description);
        }
    }

    pub(super) fn of(&self, metric: &Metric) -> Cow<'static, str> {
        let replaced = self.replaced.get(metric.name()).cloned();
        replaced.unwrap_or_else(|| Cow::Borrowed(metric.description()))
    }
}

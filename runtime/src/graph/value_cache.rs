//! Caches rendered values by feature set, so that most requests need only a lookup.

use std::sync::OnceLock;

use http::HeaderValue;

use super::feature_usage::FeatureUsage;

/// Number of cached feature sets; programs use few, and this bounds the memory.
const SLOTS: usize = 16;

/// A small, lock-free cache whose slots are written once.
#[derive(Debug, Default)]
pub(super) struct ValueCache {
    slots: [OnceLock<(FeatureUsage, HeaderValue)>; SLOTS],
}

impl ValueCache {
    /// Returns the value of a set, rendering it on first use.
    pub(super) fn get_or_render(
        &self,
        features: FeatureUsage,
        render: impl FnOnce() -> Option<HeaderValue>,
    ) -> Option<HeaderValue> {
        for slot in &self.slots {
            match slot.get() {
                Some((known, value)) if *known == features => return Some(value.clone()),
                Some(_) => {}
                None => return render().map(|value| keep(slot, features, value)),
            }
        }
        render()
    }
}

fn keep(
    slot: &OnceLock<(FeatureUsage, HeaderValue)>,
    features: FeatureUsage,
    value: HeaderValue,
) -> HeaderValue {
    // If another thread has just filled the slot with another set, this value is not cached.
    let _taken = slot.set((features, value.clone()));
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(features: FeatureUsage) -> Option<HeaderValue> {
        HeaderValue::try_from(features.to_string()).ok()
    }

    #[test]
    fn set_is_rendered_once() {
        let cache = ValueCache::default();
        let features = FeatureUsage::RETRY_HANDLER;
        let first = cache.get_or_render(features, || render(features));
        let second = cache.get_or_render(features, || None);
        assert_eq!(first, second);
        assert!(first.is_some());
    }

    #[test]
    fn more_sets_than_slots() {
        let cache = ValueCache::default();
        for _ in 0..2 {
            for bits in 0..100 {
                let features = FeatureUsage::from_bits(bits);
                let value = cache.get_or_render(features, || render(features));
                assert_eq!(value, render(features));
            }
        }
    }
}

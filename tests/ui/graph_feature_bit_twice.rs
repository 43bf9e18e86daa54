//! Two features of one application use the same bit.

use token_telemetry::graph::{ApplicationFeatures, FeatureUsage};

const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(40);
const CHANGE_FEED: FeatureUsage = FeatureUsage::application_bit(40);

const FEATURES: ApplicationFeatures = ApplicationFeatures::new(&[DELTA_QUERY, CHANGE_FEED]); //~ ApplicationFeatures::new

fn main() {
    assert!(!FEATURES.feature_usage().is_empty());
}

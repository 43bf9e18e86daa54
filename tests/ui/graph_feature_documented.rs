//! A documented feature is declared as one of the application.

use token_telemetry::graph::{ApplicationFeatures, FeatureUsage};

const FEATURES: ApplicationFeatures = ApplicationFeatures::new(&[FeatureUsage::AUTH_HANDLER]); //~ ApplicationFeatures::new

fn main() {
    assert!(!FEATURES.feature_usage().is_empty());
}

//! The bit of an application's feature does not exist.

use token_telemetry::graph::FeatureUsage;

const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(64); //~ FeatureUsage::application_bit

fn main() {
    assert!(!DELTA_QUERY.is_empty());
}

//! A feature of an application at a bit that Graph's documents gave a meaning.

use token_telemetry::graph::FeatureUsage;

const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(3); //~ FeatureUsage::application_bit

fn main() {
    assert!(!DELTA_QUERY.is_empty());
}

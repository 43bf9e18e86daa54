//! Microsoft Graph assigned the bit of an application's feature.

use token_telemetry::graph::FeatureUsage;

const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(3); //~ FeatureUsage::application_bit

fn main() {
    assert!(!DELTA_QUERY.is_empty());
}

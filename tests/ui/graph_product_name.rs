//! A product name that no header can carry.

use token_telemetry::graph::Product;

const CORE: Product = Product::from_static("graph rust core", "1.0.0"); //~ Product

fn main() {
    assert_eq!(CORE.version(), "1.0.0");
}

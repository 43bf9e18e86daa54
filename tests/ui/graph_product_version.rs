//! A product version with a second slash.

use token_telemetry::graph::Product;

const CORE: Product = Product::from_static("graph-rust-core", "1.0/beta"); //~ Product

fn main() {
    assert_eq!(CORE.name(), "graph-rust-core");
}

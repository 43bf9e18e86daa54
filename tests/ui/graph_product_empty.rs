//! The version of a product is empty.

use token_telemetry::graph::Product;

const CORE: Product = Product::from_static("graph-rust-core", ""); //~ Product

fn main() {
    assert_eq!(CORE.name(), "graph-rust-core");
}

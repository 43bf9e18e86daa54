//! The metric tests again through bound instruments, and tests of the pitfalls of binding.

#![expect(
    clippy::unwrap_used,
    clippy::map_err_ignore,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod binding;
#[path = "../it/otel/mod.rs"]
mod otel;
mod providers;
#[expect(
    dead_code,
    unused_macros,
    unused_imports,
    reason = "the metric tests use only parts of it"
)]
#[path = "../it/support.rs"]
mod support;
mod views;

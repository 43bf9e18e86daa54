//! The tests of the metrics again, through bound instruments, and the traps of those.

#![expect(
    clippy::unwrap_used,
    clippy::map_err_ignore,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says by panicking what is wrong"
)]

mod handles;
#[expect(
    dead_code,
    unused_macros,
    unused_imports,
    reason = "the metrics need a part of it"
)]
#[path = "../it/lab.rs"]
mod lab;
#[path = "../it/otel/mod.rs"]
mod otel;
mod providers;
mod views;

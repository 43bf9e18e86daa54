//! The console, tested through its HTTP responses.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says by panicking what is wrong"
)]

mod access;
mod entries;
mod figures;
mod page;
mod serving;

//! Behaviour of the Graph headers, seen from outside.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says by panicking what is wrong"
)]

mod context;
mod machine;
mod parts;
mod properties;
mod reading;
mod reqwest_client;
mod server;
mod tower_client;

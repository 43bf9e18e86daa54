//! Behavior of the Graph headers through the public API.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod context;
mod machine;
mod observed;
mod parts;
mod properties;
mod reading;
mod reqwest_client;
mod server;
mod tower_client;

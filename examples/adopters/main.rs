//! Seven shapes in which real SDKs acquire tokens, each with the record that is true for it.
//!
//! ```text
//! cargo run --example adopters
//! ```

#![expect(
    clippy::print_stderr,
    reason = "examples talk to the person who runs them"
)]

mod fallback;
mod locks;
mod opaque;
mod polling;
mod provider;
mod resend;
mod sdk;
mod spawned;

use std::process::ExitCode;

use token_telemetry_examples::say;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let shapes = [
        polling::run().await,
        resend::run().await,
        opaque::run().await,
        locks::run().await,
        provider::run().await,
        spawned::run().await,
        fallback::run().await,
    ];
    let wrong = shapes.iter().filter(|shape| !shape.show()).count();
    if wrong > 0 {
        eprintln!(
            "adopters: {wrong} of {} shapes have a wrong record",
            shapes.len()
        );
        return ExitCode::FAILURE;
    }
    say!("\nadopters: {} shapes, all records true", shapes.len());
    ExitCode::SUCCESS
}

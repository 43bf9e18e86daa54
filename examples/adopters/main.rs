//! Seven ways in which real SDKs acquire tokens, each with its expected record.
//!
//! ```text
//! cargo run --example adopters
//! ```

#![expect(
    clippy::print_stderr,
    reason = "an example reports errors on standard error"
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
    let patterns = [
        polling::run().await,
        resend::run().await,
        opaque::run().await,
        locks::run().await,
        provider::run().await,
        spawned::run().await,
        fallback::run().await,
    ];
    let wrong = patterns.iter().filter(|pattern| !pattern.show()).count();
    if wrong > 0 {
        eprintln!(
            "adopters: {wrong} of {} shapes have a wrong record",
            patterns.len()
        );
        return ExitCode::FAILURE;
    }
    say!("\nadopters: {} shapes, all records true", patterns.len());
    ExitCode::SUCCESS
}

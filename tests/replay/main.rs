//! Replays the vector files through the public API and prints the results.
//!
//! Set `TOKEN_TELEMETRY_VECTORS=DIR` to replay files with the same names from another folder.

mod config;
mod driver;
mod enriching;
mod fields;
mod graph;
mod identity;
mod metadata;
mod metrics;
mod msal_net;
mod peers;
mod step;
mod tally;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use fields::Check;
use tally::Tally;

fn main() -> ExitCode {
    let dir = env::var_os("TOKEN_TELEMETRY_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors"),
        PathBuf::from,
    );
    let mut tally = Tally::default();
    msal_net::run(&dir, &mut tally);
    peers::run(&dir, &mut tally);
    graph::run(&dir, &mut tally);
    report(&tally)
}

#[expect(clippy::print_stdout, reason = "this is the program's output")]
fn report(tally: &Tally) -> ExitCode {
    for failure in &tally.failures {
        println!("{failure}");
    }
    let Tally { passed, total, .. } = tally;
    let Check {
        assertions,
        not_applicable,
    } = tally.compared;
    println!(
        "vectors: {passed} of {total} passed, {assertions} assertions, \
         {not_applicable} expectations not applicable"
    );
    if passed == total {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

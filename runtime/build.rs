//! Tells the crate which compiler builds it, for `runtimeEnvironment=Rust/<version>`.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Without an answer the version is left out; a build never fails because of it.
    let version = version().unwrap_or_default();
    println!("cargo::rustc-env=TOKEN_TELEMETRY_RUSTC={version}");
}

/// The version in `rustc 1.95.0 (59807616e 2026-04-14)`.
fn version() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?)
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

//! An SDK of the edition 2015 that forbids lints which are warnings elsewhere.

use std::process::Command;

use crate::scratch::{Scratch, workspace};

const MANIFEST: &str = r#"
[package]
name = "old-sdk"
version = "0.0.0"
edition = "2015"

[dependencies]
token-telemetry = { path = "RUNTIME", default-features = false }

[workspace]
"#;

/// Valid, except for the return type of one function.
const SOURCE: &str = r"
#![forbid(deprecated)]

extern crate token_telemetry;

use token_telemetry::{ApiId, DescribeError, ErrorInfo, acquire_token};

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireToken = 1004,
}

impl DescribeError<String> for Contoso {
    fn describe(error: &String) -> ErrorInfo {
        ErrorInfo::new(error.clone())
    }
}

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> Result<String, String> {
    Ok(String::new())
}

pub mod inside {
    #[::token_telemetry::acquire_token(api = ::ContosoApi::AcquireToken)]
    pub fn acquire_token() -> Option<String> {
        None
    }
}
";

#[test]
fn errors_keep_their_text_in_edition_2015() {
    let scratch = Scratch::new("old-edition");
    let runtime = workspace().join("runtime").display().to_string();
    scratch.write("old/Cargo.toml", &MANIFEST.replace("RUNTIME", &runtime));
    let lock = std::fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
    scratch.write("old/Cargo.lock", &lock);
    let source = scratch.write("old/src/lib.rs", SOURCE);
    let folder = source.ancestors().nth(2).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = stderr
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    assert_eq!(errors.len(), 2, "{stderr}");
    assert_eq!(
        errors.first().copied(),
        Some(
            "error: expected `Result`, found `Option`: return the token or the error as a `Result`"
        ),
        "{stderr}"
    );
}

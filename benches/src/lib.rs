//! Scratch packages: generated crates for measuring the compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A way to instrument a function.
pub struct Variant {
    pub name: &'static str,
    /// The attribute, or an empty string.
    pub attribute: &'static str,
    /// The dependency line in the manifest, or an empty string.
    pub dependency: &'static str,
}

/// The SDK around the functions, the same for all variants.
pub const SDK: &str = r#"
use std::fmt;
use token_telemetry::{ApiId, DescribeError, ErrorInfo};

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum Api {
    Token = 1004,
}

#[derive(Debug)]
pub struct AuthError;

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no token")
    }
}

impl DescribeError<AuthError> for Contoso {
    fn describe(_: &AuthError) -> ErrorInfo {
        ErrorInfo::new("auth_error")
    }
}
"#;

pub const NONE: Variant = Variant {
    name: "none",
    attribute: "",
    dependency: "",
};

pub const OURS: Variant = Variant {
    name: "ours",
    attribute: "#[token_telemetry::acquire_token(api = Api::Token)]",
    dependency: "",
};

/// One package per variant, with a shared lock file and target directory.
pub struct Scratch {
    folder: PathBuf,
    /// The only source file of each package: `main.rs` or `lib.rs`.
    file: &'static str,
}

impl Scratch {
    pub fn new(name: &str, file: &'static str, variants: &[Variant]) -> Self {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scratch = Self {
            folder: benches.join("target").join(name),
            file,
        };
        let members: Vec<String> = variants
            .iter()
            .map(|one| format!("\"with-{}\"", one.name))
            .collect();
        let members = members.join(", ");
        scratch.write(
            "Cargo.toml",
            &format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"),
        );
        for variant in variants {
            let Variant {
                name, dependency, ..
            } = variant;
            // Removes what an earlier run left, perhaps in another layout.
            let _absent = fs::remove_dir_all(scratch.folder.join(format!("with-{name}")));
            let runtime = benches.with_file_name("runtime");
            let manifest = format!(
                "[package]\nname = \"with-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\ntoken-telemetry = {{ path = \"{}\" }}\n{dependency}\n",
                runtime.display(),
            );
            scratch.write(&format!("with-{name}/Cargo.toml"), &manifest);
            scratch.source(variant, "fn main() {}");
        }
        fs::copy(
            benches.join("Cargo.lock"),
            scratch.folder.join("Cargo.lock"),
        )
        .unwrap();
        scratch
    }

    /// Writes the source of a variant, which forces a rebuild even if the text did not change.
    pub fn source(&self, variant: &Variant, text: &str) {
        self.write(&format!("with-{}/src/{}", variant.name, self.file), text);
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Runs `cargo build` or `cargo check` on a variant.
    ///
    /// # Errors
    ///
    /// Returns the compiler's output if the code does not compile.
    pub fn compile(&self, command: &str, variant: &Variant) -> Result<(), String> {
        let output = Command::new(env!("CARGO"))
            .args([command, "--quiet", "--offline", "--jobs", "1", "--package"])
            .arg(format!("with-{}", variant.name))
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

//! Packages that are generated for one test and built offline.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of packages with its own target folder.
pub(crate) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Creates a folder with the workspace's lock file.
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let scratch = Self { folder };
        let lock = fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
        scratch.write("bundle/Cargo.lock", &lock);
        scratch.write("bundle/Cargo.toml", BUNDLE);
        scratch
    }

    /// Writes a file unless it is unchanged, so that cargo rebuilds nothing.
    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text).unwrap();
        }
        path
    }

    /// Writes one version of the SDK; the versions give the same number different names.
    pub(crate) fn sdk(&self, version: &str, name: &str) {
        let runtime = workspace().join("runtime");
        let manifest = SDK_MANIFEST
            .replace("VERSION", version)
            .replace("RUNTIME", &runtime.display().to_string());
        self.write(&format!("sdk-{version}/Cargo.toml"), &manifest);
        let source = SDK_SOURCE.replace("NAME", name);
        self.write(&format!("sdk-{version}/src/lib.rs"), &source);
    }

    /// Writes a program that uses both versions.
    pub(crate) fn program(&self) {
        let manifest = format!("[package]\nname = \"program\"\nedition = \"2024\"\n{BOTH_SDKS}");
        self.write("bundle/program/Cargo.toml", &manifest);
        self.write(
            "bundle/program/src/main.rs",
            &format!("{PRINT_BOTH}fn main() {{ print_both(); }}\n"),
        );
    }

    /// Writes a program without SDKs, for comparison.
    pub(crate) fn bare_program(&self) {
        let manifest = "[package]\nname = \"bare\"\nedition = \"2024\"\n";
        self.write("bundle/bare/Cargo.toml", manifest);
        let source = "fn main() { println!(\"{}\", std::env::args().count()); }\n";
        self.write("bundle/bare/src/main.rs", source);
    }

    /// Writes a dynamic and a static library that use both versions.
    pub(crate) fn library(&self) {
        let manifest = format!(
            "[package]\nname = \"library\"\nedition = \"2024\"\n\
             [lib]\ncrate-type = [\"cdylib\", \"staticlib\"]\n{BOTH_SDKS}"
        );
        self.write("bundle/library/Cargo.toml", &manifest);
        let source = PRINT_BOTH.replace(
            "fn print_both",
            "#[unsafe(no_mangle)]\npub extern \"C\" fn print_both",
        );
        self.write("bundle/library/src/lib.rs", &source);
    }

    /// Builds all packages and returns the output folder.
    pub(crate) fn build(&self, profile: &str) -> PathBuf {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--offline", "--quiet", "--profile", profile])
            .current_dir(self.folder.join("bundle"))
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{profile}: {stderr}");
        let folder = if profile == "dev" { "debug" } else { profile };
        self.folder.join("target").join(folder)
    }
}

/// Runs a program and returns its output.
pub(crate) fn run(program: &Path) -> String {
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{}", program.display());
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

const BUNDLE: &str = r#"
[workspace]
resolver = "3"
members = ["program", "library", "bare"]

[profile.dev]
debug = false

[profile.lto]
inherits = "release"
lto = "fat"
codegen-units = 1
opt-level = 1
"#;

const BOTH_SDKS: &str = r#"
[dependencies]
one = { package = "contoso-sdk", path = "../../sdk-1.0.0" }
two = { package = "contoso-sdk", path = "../../sdk-2.0.0" }
"#;

const SDK_MANIFEST: &str = r#"
[package]
name = "contoso-sdk"
version = "VERSION"
edition = "2024"

[dependencies]
token-telemetry = { path = "RUNTIME", default-features = false }
"#;

const SDK_SOURCE: &str = r#"
use token_telemetry::{Acquisition, ApiId, DescribeError, ErrorInfo, acquire_token};

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [2002])]
pub enum ContosoApi {
    NAME = 1004,
}

impl DescribeError<String> for Contoso {
    fn describe(error: &String) -> ErrorInfo {
        ErrorInfo::new(error.clone())
    }
}

/// The header that a token request of this version carries, up to its first comma.
#[acquire_token(api = ContosoApi::NAME)]
pub fn acquire_token() -> Result<String, String> {
    let mut request = Acquisition::current().token_request("https://login.example/token");
    let headers = request.take_headers();
    let sent = headers.get("x-client-current-telemetry").ok_or("no header")?;
    let sent = sent.to_str().map_err(|error| error.to_string())?;
    Ok(sent.split(',').next().unwrap_or_default().to_owned())
}

pub fn line() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let [entry] = ContosoApi::CATALOG else { unreachable!() };
    let api = entry.api();
    let sent = acquire_token().unwrap();
    format!("{version}: {} {}, sent {sent}", api.number(), api.name())
}
"#;

const PRINT_BOTH: &str = r#"
fn print_both() {
    println!("{}\n{}", one::line(), two::line());
}
"#;

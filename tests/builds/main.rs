//! Builds and runs a program with two versions of one SDK, linked in every way, and an SDK of an old
//! edition.
//!
//! The packages are generated in the target folder and built offline, with the versions of the
//! workspace's lock file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod old_edition;
mod scratch;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use scratch::{Scratch, run};

/// The expected output if each version keeps its ids: the names differ, the numbers are the same.
const BOTH: &str = "1.0.0: 1004 AcquireTokenForClient, sent 5|1004
2.0.0: 1004 AcquireTokenForApp, sent 5|1004
";

#[test]
fn two_versions_of_one_sdk_keep_their_ids() {
    let scratch = Scratch::new("two-versions");
    scratch.sdk("1.0.0", "AcquireTokenForClient");
    scratch.sdk("2.0.0", "AcquireTokenForApp");
    scratch.program();
    scratch.library();
    scratch.bare_program();

    assert_eq!(run(&scratch.build("dev").join("program")), BOTH);
    let fat = scratch.build("lto");
    assert_eq!(run(&fat.join("program")), BOTH);
    if let (Some(program), Some(bare)) = (sections(&fat, "program"), sections(&fat, "bare")) {
        assert_eq!(program, bare, "ids need a section or code before `main`");
    }
    if let Some(programs) = link_from_c(&scratch, &fat) {
        for program in programs {
            assert_eq!(run(&program), BOTH, "{}", program.display());
        }
    }
}

#[test]
fn no_link_time_registry_in_dependencies() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "token-telemetry"])
        .args(["--all-features", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{lib}"])
        .current_dir(scratch::workspace())
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(
        tree.lines().any(|line| line == "token_telemetry_macros"),
        "{tree}"
    );
    for registry in [
        "linkme",
        "inventory",
        "ctor",
        "dtor",
        "static_init",
        "link_section",
    ] {
        assert!(!tree.lines().any(|line| line == registry), "{registry}");
    }
}

/// Returns the names of a program's sections, with sizes for constructors, if `readelf` is installed.
fn sections(folder: &Path, program: &str) -> Option<BTreeSet<String>> {
    let mut command = Command::new("readelf");
    let output = command.arg("-SW").arg(folder.join(program)).output().ok()?;
    let listing = String::from_utf8(output.stdout).unwrap();
    let sections = listing.lines().filter_map(|line| {
        let mut words = line.split(']').nth(1)?.split_whitespace();
        let name = words.next().filter(|name| name.starts_with('.'))?;
        let size = words.nth(3)?;
        Some(match name {
            ".init_array" | ".ctors" | ".preinit_array" => format!("{name} of {size} bytes"),
            _ => name.to_owned(),
        })
    });
    let sections: BTreeSet<_> = sections.collect();
    (!sections.is_empty()).then_some(sections)
}

/// Links C programs with the static and the dynamic library, if a C compiler is installed.
fn link_from_c(scratch: &Scratch, libraries: &Path) -> Option<[PathBuf; 2]> {
    let compiler = if cfg!(target_os = "linux") {
        "cc"
    } else {
        return None;
    };
    let source = scratch.write(
        "main.c",
        "void print_both(void);\nint main(void) { print_both(); }\n",
    );
    let link = |name: &str, arguments: &[&str]| {
        let program = libraries.join(name);
        let mut command = Command::new(compiler);
        command.arg(&source).args(arguments).arg("-o").arg(&program);
        let output = command.output().ok()?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {stderr}");
        Some(program)
    };
    let folder = libraries.display();
    let archive = format!("{folder}/liblibrary.a");
    Some([
        link("from-static", &[&archive, "-lpthread", "-ldl", "-lm"])?,
        link(
            "from-dynamic",
            &[
                &format!("-L{folder}"),
                "-llibrary",
                &format!("-Wl,-rpath,{folder}"),
            ],
        )?,
    ])
}

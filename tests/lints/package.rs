//! The scratch package: both copies of the functions, under the same lints.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, is_attribute};

/// Lints of rustc that are off by default.
const RUST: [&str; 18] = [
    "elided_lifetimes_in_paths",
    "explicit_outlives_requirements",
    "let_underscore_drop",
    "missing_docs",
    "redundant_imports",
    "redundant_lifetimes",
    "single_use_lifetimes",
    "tail_expr_drop_order",
    "trivial_casts",
    "trivial_numeric_casts",
    "unreachable_pub",
    "unsafe_code",
    "unused_import_braces",
    "unused_lifetimes",
    "unused_qualifications",
    "unused_results",
    "variant_size_differences",
    "if_let_rescope",
];

/// Lints of clippy's group `restriction` that crates commonly enable.
const RESTRICTION: [&str; 43] = [
    "absolute_paths",
    "arithmetic_side_effects",
    "as_conversions",
    "cfg_not_test",
    "clone_on_ref_ptr",
    "cognitive_complexity",
    "dbg_macro",
    "default_numeric_fallback",
    "else_if_without_else",
    "exit",
    "expect_used",
    "float_arithmetic",
    "get_unwrap",
    "if_then_some_else_none",
    "impl_trait_in_params",
    "implicit_return",
    "indexing_slicing",
    "infinite_loop",
    "integer_division",
    "let_underscore_must_use",
    "let_underscore_untyped",
    "map_err_ignore",
    "mem_forget",
    "missing_assert_message",
    "missing_docs_in_private_items",
    "multiple_unsafe_ops_per_block",
    "panic",
    "panic_in_result_fn",
    "print_stderr",
    "print_stdout",
    "question_mark_used",
    "renamed_function_params",
    "shadow_reuse",
    "shadow_same",
    "shadow_unrelated",
    "str_to_string",
    "string_slice",
    "todo",
    "try_err",
    "undocumented_unsafe_blocks",
    "unimplemented",
    "unwrap_in_result",
    "unwrap_used",
];

/// Returns the diagnostics without and with the attribute.
pub(crate) fn lint(source: &str) -> (BTreeSet<Diagnostic>, BTreeSet<Diagnostic>) {
    let root = workspace();
    let scratch = root.join("target/tests/lints");
    write(
        &scratch.join("Cargo.toml"),
        "[workspace]\nmembers = [\"plain\", \"annotated\"]\nresolver = \"3\"\n",
    );
    fs::copy(root.join("Cargo.lock"), scratch.join("Cargo.lock")).unwrap();
    write_member(&scratch, "plain", &without_attributes(source), &root);
    write_member(&scratch, "annotated", source, &root);
    let output = Command::new(env!("CARGO"))
        .args([
            "clippy",
            "--workspace",
            "--offline",
            "--message-format=json",
        ])
        .current_dir(&scratch)
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", rendered_errors(&messages));
    (
        diagnostics(&messages, "plain"),
        diagnostics(&messages, "annotated"),
    )
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn write_member(scratch: &Path, name: &str, source: &str, root: &Path) {
    let runtime = root.join("runtime");
    let lints = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("{name} = \"warn\"\n"))
            .collect::<String>()
    };
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\ntoken-telemetry = {{ path = \"{}\", default-features = false }}\n\n\
         [lints.rust]\n{}\n[lints.clippy]\nall = {{ level = \"warn\", priority = -2 }}\npedantic = {{ level = \"warn\", priority = -1 }}\n\
         nursery = {{ level = \"warn\", priority = -1 }}\n{}",
        runtime.display(),
        lints(&RUST),
        lints(&RESTRICTION),
    );
    write(&scratch.join(name).join("Cargo.toml"), &manifest);
    write(
        &scratch.join(name).join("clippy.toml"),
        "too-many-lines-threshold = 12\ncognitive-complexity-threshold = 5\n",
    );
    write(&scratch.join(name).join("src/lib.rs"), source);
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// Replaces the lines of the attribute with comments.
fn without_attributes(source: &str) -> String {
    let lines = source
        .lines()
        .map(|line| if is_attribute(line) { "//" } else { line });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Returns the rendered compiler errors.
fn rendered_errors(messages: &str) -> String {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let errors = messages.filter(|message| message["message"]["level"] == "error");
    errors
        .filter_map(|error| Some(error["message"]["rendered"].as_str()?.to_owned()))
        .collect()
}

fn diagnostics(messages: &str, package: &str) -> BTreeSet<Diagnostic> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-message" && message["target"]["name"] == package
        })
        .filter_map(|message| Diagnostic::read(&message))
        .collect()
}

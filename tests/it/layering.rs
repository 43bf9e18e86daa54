//! Imports inside the runtime go one way, according to this table.

use std::path::Path;

use crate::sources::{paths, sources};

/// Layers from the bottom up; a module imports from lower layers and from itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &["contained", "stack"]),
    ("wire", &["diagnostics", "wire"]),
    (
        "vocabulary",
        &[
            "api",
            "cache",
            "client",
            "credential",
            "error",
            "region",
            "token",
        ],
    ),
    ("acquisition", &["acquisition"]),
    // What the sinks show of a request to Graph, since they do not know `graph`.
    ("Graph requests", &["graph_record"]),
    // A metric shows them.
    ("tokens", &["newest_tokens"]),
    (
        "sinks",
        &[
            "advice", "entra", "observer", "otel", "recent", "span", "totals",
        ],
    ),
    ("telemetry", &["telemetry"]),
    ("edge", &["middleware", "__private", "test_util"]),
];

/// Exceptions to the layers, with their reasons.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The test doubles implement traits that the exporters define.
    ("test_util", "observer"),
];

/// Modules outside the layers and their allowed imports.
const APART: &[(&str, &[&str])] = &[("graph", &["client", "stack", "wire"])];

/// Crates that only some files may use.
const CRATES: &[(&str, &[&str])] = &[
    ("opentelemetry", &["otel/"]),
    ("opentelemetry_sdk", &["otel/"]),
    ("tracing", &["diagnostics.rs", "span.rs", "span/"]),
    ("reqwest", &["middleware/"]),
];

#[test]
fn imports_go_one_way() {
    let mut problems = Vec::new();
    let mut imports = 0;
    for (file, code) in sources("runtime/src") {
        let module = module_of(&file);
        if module == "lib" {
            continue;
        }
        for path in paths(&code, "crate") {
            // Items at the root are re-exports for users; the table contains modules only.
            let imported = path[0].as_str();
            if layer(imported).is_some() {
                imports += 1;
                if !may_import(&module, imported) {
                    problems.push(format!("{} imports {imported}", file.display()));
                }
            }
        }
        for (name, homes) in CRATES {
            let at_home = homes.iter().any(|home| file.starts_with(home));
            if !at_home && !paths(&code, name).is_empty() {
                problems.push(format!("{} names the crate {name}", file.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(imports > 100, "{imports} imports were found");
}

/// Returns `entra` for `entra/last.rs` and `totals` for `totals.rs`.
fn module_of(file: &Path) -> String {
    let first = file.iter().next().unwrap().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn layer(module: &str) -> Option<usize> {
    let apart = APART
        .iter()
        .position(|(name, _)| *name == module)
        .map(|_| LAYERS.len());
    LAYERS
        .iter()
        .position(|(_, modules)| modules.contains(&module))
        .or(apart)
}

fn may_import(module: &str, imported: &str) -> bool {
    if module == imported || EXCEPTIONS.contains(&(module, imported)) {
        return true;
    }
    if let Some((_, allowed)) = APART.iter().find(|(name, _)| *name == module) {
        return allowed.contains(&imported);
    }
    let (Some(own), Some(other)) = (layer(module), layer(imported)) else {
        return false;
    };
    let is_edge = LAYERS[own].0 == "edge";
    let is_graph = APART.iter().any(|(name, _)| *name == imported);
    let is_vocabulary = LAYERS[own].0 == "vocabulary";
    (is_graph && is_edge) || other < own || (is_vocabulary && own == other)
}
